import { limits } from '../../shared/limits.ts';
import { readFromPlace } from '../../shared/objects/sources.ts';
import { imageTypes, sniff } from '../../shared/operations/image-type.ts';
import { watermarkIdIn } from '../../shared/operations/watermark-object.ts';
import { malformed } from '../../shared/refusal.ts';
import { pathFault, watermarkKey } from '../../shared/url/path.ts';
import { OperatorFailure } from '../failure.ts';
import { policyOf } from '../keys/signer.ts';
import { readScope } from '../scopes/named-scope.ts';
import type { Installation, OpenInstallation } from '../target/target.ts';

/** The bytes of a source or a watermark, as they are stored. */
export type StoredBytes = {
  readonly path: string;
  readonly bytes: Uint8Array;
  /** From the first bytes; null for a type that is not served. */
  readonly contentType: string | null;
  /** The focal point that is stored with it, in percent. */
  readonly focus: string | null;
};

function checkReadable(path: string): void {
  const fault = watermarkIdIn(path) === undefined ? pathFault(path) : undefined;
  if (fault !== undefined) throw malformed(fault);
}

async function readObject(installation: Installation, tenant: string, path: string) {
  const { source } = await policyOf(installation, tenant);
  const options = { maxBytes: limits.sourceBytes };
  const id = watermarkIdIn(path);
  return id === undefined
    ? readFromPlace(await installation.sourceReaders(), { tenant, path }, source, options)
    : installation.sources.get(watermarkKey(tenant, id), options);
}

/**
 * Reads a stored source or watermark, which a path or a URL names, from the bucket of the tenant. Throws `malformed`,
 * `usage`, `not_found`, `source_too_large`, and what the bucket throws.
 */
export async function readStored(
  open: OpenInstallation,
  tenant: string,
  written: string,
): Promise<StoredBytes> {
  const { installation, scope: path } = await readScope(open, tenant, written, checkReadable);
  const read = await readObject(installation, tenant, path);
  if (read === 'missing')
    throw new OperatorFailure(
      'not_found',
      `there is no source ${path} of ${tenant}; see what is stored with: npx signet ls ${tenant}`,
    );
  if (typeof read === 'string')
    throw new OperatorFailure(
      'source_too_large',
      `${path} of ${tenant} is larger than ${limits.sourceBytes} bytes, so Signet never serves it; download it with the tools of S3`,
    );
  const type = sniff(read.body);
  const contentType = type === undefined ? null : imageTypes[type].contentType;
  return { path, bytes: read.body, contentType, focus: read.metadata['focus'] ?? null };
}
