import { percentDecode } from '../../http/raw-request.ts';
import { missingKeyError, type ObjectCall, requirePermission } from '../wire/call.ts';
import { checkCopyConditions } from '../wire/conditions.ts';
import { createMeter, type Digests } from '../wire/digests.ts';
import type { Span } from '../wire/range.ts';
import { S3Error } from '../wire/s3-error.ts';
import { checkKeyLength } from '../wire/target.ts';
import { DamagedObject, readSpan } from './described-file.ts';
import type { OpenObject } from './object-file.ts';

export type CopySource = OpenObject & { readonly bucket: string; readonly key: string };

/** Opens the object that x-amz-copy-source names, if the caller may read it. The caller closes it. */
export async function openCopySource(call: ObjectCall): Promise<CopySource> {
  const { bucket, key, version } = parseCopySource(call.headers.get('x-amz-copy-source') ?? '');
  if (call.store.bucket(bucket) === undefined) throw new S3Error('NoSuchBucket');
  const action = version === undefined ? 's3:GetObject' : 's3:GetObjectVersion';
  requirePermission(call, action, `${bucket}/${key}`);
  if ((version ?? 'null') !== 'null') throw new S3Error('NoSuchVersion');
  const opened = await call.store.open(bucket, key);
  if (opened === undefined) throw missingKeyError(call, bucket);
  try {
    checkCopyConditions(call.headers, opened.head);
  } catch (error) {
    await opened.handle.close();
    throw error;
  }
  return { ...opened, bucket, key };
}

type NamedSource = {
  readonly bucket: string;
  readonly key: string;
  readonly version: string | undefined;
};

/** Reads `bucket/key`, percent-encoded, with `?versionId=` or without. */
function parseCopySource(header: string): NamedSource {
  const [path = '', query] = header.split('?', 2);
  const decoded = percentDecode(path.replace(/^\//, '').replaceAll('+', ' ')) ?? '';
  const slash = decoded.indexOf('/');
  const version = query?.startsWith('versionId=') ? query.slice('versionId='.length) : undefined;
  const key = decoded.slice(slash + 1);
  if (
    slash < 1 ||
    key === '' ||
    key.includes('\0') ||
    (query !== undefined && version === undefined)
  ) {
    throw new S3Error(
      'InvalidArgument',
      'x-amz-copy-source must be BUCKET/KEY, percent-encoded, with ?versionId=ID or without.',
    );
  }
  return { bucket: decoded.slice(0, slash), key: checkKeyLength(key), version };
}

export type CopiedBytes = {
  readonly chunks: AsyncIterable<Buffer>;
  /** Call it after reading the chunks. Throws `DamagedObject` if the source is damaged. */
  readonly digest: () => Digests;
};

/** Reads a source's bytes, or a part of them, and computes their digests. */
export function readCopy(
  { head, handle }: OpenObject,
  span: Span,
  algorithm: string | undefined,
): CopiedBytes {
  const meter = createMeter({ algorithm });
  const overrun = (): DamagedObject => new DamagedObject('the source has more bytes than it says');
  const digest = (): Digests => {
    const digests = meter.verify({});
    const whole = span.length === head.size && head.upload === undefined;
    if (digests.size !== span.length || (whole && digests.md5 !== head.etag)) {
      throw new DamagedObject('the source of the copy does not match its ETag');
    }
    return digests;
  };
  return { chunks: meter.count(readSpan(handle, span), span.length, overrun), digest };
}
