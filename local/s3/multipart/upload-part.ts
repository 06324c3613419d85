import { copyResult } from '../objects/copy-object.ts';
import { openCopySource, readCopy } from '../objects/copy-source.ts';
import { parsePartNumber } from '../objects/object-part.ts';
import type { ReceivedFile } from '../objects/object-store.ts';
import { type Answer, encryptedHeader } from '../wire/answer.ts';
import type { ObjectCall } from '../wire/call.ts';
import { checksumAlgorithm } from '../wire/checksum.ts';
import type { Digests } from '../wire/digests.ts';
import { maxBodyBytes } from '../wire/limits.ts';
import { openPayload } from '../wire/payload.ts';
import type { Span } from '../wire/range.ts';
import { S3Error } from '../wire/s3-error.ts';
import type { PartHead } from './part-file.ts';
import type { Upload } from './upload.ts';
import { findUpload } from './upload-operations.ts';

/** UploadPart. A part with the same number is replaced. */
export async function uploadPart(call: ObjectCall): Promise<Answer> {
  const number = readPartNumber(call);
  const upload = findUpload(call);
  const payload = openPayload({
    ...call,
    maxBytes: roomFor(upload, number),
    wantedChecksum: upload.checksum?.name,
  });
  checkAlgorithm(upload, payload.algorithm);
  const received = await receivePart(call, number, payload.chunks, payload.verify);
  await call.uploads.addPart(upload, received);
  const { etag, checksum } = received.head;
  const sent = payload.algorithm === undefined || checksum === null ? undefined : checksum;
  const digest = sent === undefined ? {} : { [sent.name]: sent.value };
  return { status: 200, headers: { ...digest, ...encryptedHeader, etag: `"${etag}"` } };
}

/** UploadPartCopy: a part whose bytes are those of an object, or of a range of it. */
export async function uploadPartCopy(call: ObjectCall): Promise<Answer> {
  const number = readPartNumber(call);
  const upload = findUpload(call);
  const source = await openCopySource(call);
  try {
    const span = readCopyRange(call, source.head.size);
    if (span.length > roomFor(upload, number)) throw new S3Error('EntityTooLarge');
    const { chunks, digest } = readCopy(source, span, upload.checksum?.name);
    const received = await receivePart(call, number, chunks, digest);
    await call.uploads.addPart(upload, received);
    return copyResult('CopyPartResult', received.head);
  } finally {
    await source.handle.close();
  }
}

const readPartNumber = ({ query }: ObjectCall): number =>
  parsePartNumber(query.get('partNumber') ?? '');

/** How many bytes a part may have, so that the object stays below the limit. */
function roomFor({ parts }: Upload, number: number): number {
  const others = [...parts.values()].filter((part) => part.number !== number);
  return maxBodyBytes - others.reduce((sum, { size }) => sum + size, 0);
}

/** A part may be sent without a checksum, which is computed then, but not with another one. */
function checkAlgorithm({ checksum }: Upload, sent: string | undefined): void {
  if (checksum === null || sent === undefined || sent === checksum.name) return;
  const [wanted, given] = [checksum.name, sent].map((one) => checksumAlgorithm(one).toLowerCase());
  throw new S3Error(
    'InvalidRequest',
    `Checksum Type mismatch occurred, expected checksum Type: ${wanted}, actual checksum Type: ${given}`,
  );
}

function receivePart(
  call: ObjectCall,
  number: number,
  chunks: AsyncIterable<Buffer>,
  verify: () => Digests,
): Promise<ReceivedFile<PartHead>> {
  return call.store.receive(chunks, (): PartHead => {
    const { md5, size, checksum } = verify();
    return { number, size, etag: md5, modified: Date.now(), checksum };
  });
}

/** The range of a copied part has both ends, and both are inside the source. */
function readCopyRange({ headers }: ObjectCall, size: number): Span {
  const header = headers.get('x-amz-copy-source-range');
  if (header === undefined) return { start: 0, length: size };
  const [, first, last] = /^bytes=([0-9]{1,15})-([0-9]{1,15})$/.exec(header) ?? [];
  const [start, end] = [Number(first), Number(last)];
  if (start <= end && end < size) return { start, length: end - start + 1 };
  throw new S3Error(
    'InvalidArgument',
    `x-amz-copy-source-range must be bytes=FIRST-LAST inside the source, which has ${size} bytes.`,
  );
}
