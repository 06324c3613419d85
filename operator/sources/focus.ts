import { limits } from '../../shared/limits.ts';
import { purgeSource } from '../../shared/objects/purge.ts';
import { ownSourceKey, parseFocus } from '../../shared/objects/sources.ts';
import { imageTypes } from '../../shared/operations/image-type.ts';
import { malformed } from '../../shared/refusal.ts';
import { pathFault, watermarkFolder } from '../../shared/url/path.ts';
import { OperatorFailure, usageFailure } from '../failure.ts';
import { policyOf } from '../keys/signer.ts';
import type { Installation, OpenInstallation } from '../target/target.ts';
import { checkOwnPlace } from './own-place.ts';
import { detectType } from './source-file.ts';

export type FocusRequest = {
  readonly tenant: string;
  readonly path: string;
  /** Two percentages, such as `30,70`. */
  readonly focus: string;
};

export type FocusedSource = FocusRequest & {
  /** How many derivatives were deleted. */
  readonly purged: number;
};

/** The metadata of a focal point. Throws `usage` for other text than two whole percentages. */
export function focusMetadata(focus: string | undefined): Readonly<Record<string, string>> {
  if (focus === undefined) return {};
  if (parseFocus(focus) === undefined)
    throw usageFailure(`the focal point is "${focus}"; write two whole percentages, such as 30,70`);
  return { focus };
}

function checkFocusable(path: string): void {
  if (path.startsWith(`${watermarkFolder}/`))
    throw usageFailure(
      `${path} is a watermark, which has no focal point; name a file to upload it`,
    );
  if (path.endsWith('/')) throw usageFailure(`"${path}" is a folder; name one source, or files`);
  const fault = pathFault(path);
  if (fault !== undefined) throw malformed(fault);
}

/** Writes the same bytes with another focal point, unless somebody has changed the object since it was read. */
async function rewrite(
  { sources }: Installation,
  key: string,
  { tenant, path, focus }: FocusRequest,
): Promise<void> {
  const read = await sources.get(key, { maxBytes: limits.sourceBytes });
  const name = `${tenant}/${path}`;
  if (read === 'missing')
    throw new OperatorFailure(
      'not_found',
      `there is no source ${path} of ${tenant}; name a file to upload it with its focal point`,
    );
  if (typeof read === 'string')
    throw new OperatorFailure(
      'source_too_large',
      `${name} is larger than ${limits.sourceBytes} bytes, the limit for a source`,
    );
  const { contentType } = imageTypes[detectType(name, read.body)];
  const metadata = { ...read.metadata, focus };
  const only = { etag: read.etag };
  if ((await sources.put(key, read.body, { contentType, metadata, only })) === 'taken')
    throw new OperatorFailure(
      'conflict',
      `${name} was changed at the same time; run the command again`,
    );
}

/**
 * Sets the focal point of a stored source, and purges its derivatives. Throws `usage`, `malformed`, `foreign_source`,
 * `not_found` or `conflict`.
 */
export async function setFocus(
  open: OpenInstallation,
  request: FocusRequest,
): Promise<FocusedSource> {
  const { tenant, path, focus } = request;
  focusMetadata(focus);
  checkFocusable(path);
  const installation = await open();
  const { source } = await policyOf(installation, tenant);
  checkOwnPlace(tenant, source, `set the metadata focus of ${path}`);
  await rewrite(installation, ownSourceKey({ tenant, path }, source), request);
  return { ...request, purged: await purgeSource(installation, { tenant, path }) };
}
