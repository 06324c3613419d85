import { purgeSource } from '../../shared/objects/purge.ts';
import { imageTypes } from '../../shared/operations/image-type.ts';
import { watermarkIdIn } from '../../shared/operations/watermark-object.ts';
import { malformed } from '../../shared/refusal.ts';
import { pathFault, watermarkKey } from '../../shared/url/path.ts';
import { isWatermarkScope } from '../../shared/url/scope.ts';
import { OperatorFailure, usageFailure } from '../failure.ts';
import { policyOf } from '../keys/signer.ts';
import type { OpenInstallation } from '../target/target.ts';
import { findSourceWarning } from './accepted-source.ts';
import { focusMetadata } from './focus.ts';
import { ownUploadKey } from './own-place.ts';
import { checkWatermark, detectType } from './source-file.ts';

export type UploadRequest = {
  readonly tenant: string;
  /** A source path, or `_watermarks/ID.png`. */
  readonly path: string;
  /** The focal point of a source as two percentages, such as `30,70`. */
  readonly focus?: string | undefined;
  /** What the bytes are called in error messages. */
  readonly name: string;
  readonly readBytes: () => Promise<Uint8Array>;
};

export type StoredWatermark = {
  readonly tenant: string;
  readonly watermark: string;
  readonly bytes: number;
};

export type StoredSource = {
  readonly tenant: string;
  readonly path: string;
  readonly contentType: string;
  readonly bytes: number;
  /** How many derivatives of the earlier source were deleted. */
  readonly purged: number;
  /** Why no image is made of it now; null if images are made. */
  readonly warning: string | null;
};

/**
 * Stores a watermark. It cannot be replaced, because images that show it would stay as they are: a changed
 * watermark needs a new id.
 */
async function uploadWatermark(
  open: OpenInstallation,
  id: string,
  { tenant, name, readBytes }: UploadRequest,
): Promise<StoredWatermark> {
  const bytes = await readBytes();
  checkWatermark(name, bytes);
  const installation = await open();
  await policyOf(installation, tenant);
  const options = { contentType: 'image/png', only: 'absent' } as const;
  if ((await installation.sources.put(watermarkKey(tenant, id), bytes, options)) === 'taken')
    throw new OperatorFailure(
      'conflict',
      `${tenant} already has a watermark ${id}; choose another id`,
    );
  return { tenant, watermark: id, bytes: bytes.length };
}

async function uploadSource(
  open: OpenInstallation,
  { tenant, path, focus, name, readBytes }: UploadRequest,
): Promise<StoredSource> {
  const fault = pathFault(path);
  if (fault !== undefined) throw malformed(fault);
  const metadata = focusMetadata(focus);
  const bytes = await readBytes();
  const type = detectType(name, bytes);
  const { contentType } = imageTypes[type];
  const installation = await open();
  const { source } = await policyOf(installation, tenant);
  const key = ownUploadKey({ tenant, path }, source);
  const accepted = { disabled: await installation.disabledFormats(), source };
  await installation.sources.put(key, bytes, { contentType, metadata });
  const purged = await purgeSource(installation, { tenant, path });
  const warning = findSourceWarning(accepted, { type, bytes: bytes.length }) ?? null;
  return { tenant, path, contentType, bytes: bytes.length, purged, warning };
}

/**
 * Stores a source and purges its derivatives, or stores a watermark. Throws `malformed`, `usage`,
 * `source_…` for a file that can never be served, `foreign_source` for a tenant whose sources are in a bucket that is
 * not Signet's own, `conflict`, and what `readBytes` throws.
 */
export async function upload(
  open: OpenInstallation,
  request: UploadRequest,
): Promise<StoredSource | StoredWatermark> {
  const { path } = request;
  const id = watermarkIdIn(path);
  if (id !== undefined && request.focus !== undefined)
    throw usageFailure('a watermark has no focal point; leave out --focus');
  if (id !== undefined) return uploadWatermark(open, id, request);
  if (isWatermarkScope(path))
    throw malformed(
      `${path} is not _watermarks/ID.png; an ID has up to 64 letters, digits, dots and hyphens`,
    );
  return uploadSource(open, request);
}
