import { DamagedObject, readSpan } from '../objects/described-file.ts';
import { combineMd5 } from '../objects/multipart-etag.ts';
import type { ObjectHead } from '../objects/object-file.ts';
import type { ReceivedFile } from '../objects/object-store.ts';
import { type Answer, encryptedHeader, xmlAnswer } from '../wire/answer.ts';
import { type ObjectCall, objectUrl } from '../wire/call.ts';
import {
  type Checksum,
  checksumElements,
  checksumType,
  isChecksum,
  startDigest,
} from '../wire/checksum.ts';
import { writePrecondition } from '../wire/conditions.ts';
import { createMeter } from '../wire/digests.ts';
import { readDocument } from '../wire/payload.ts';
import { S3Error } from '../wire/s3-error.ts';
import { textElement, xmlDocument } from '../wire/xml.ts';
import { openPart, type PartHead } from './part-file.ts';
import { chooseParts, type ListedPart, parsePartList } from './part-list.ts';
import type { Upload } from './upload.ts';
import { findUpload } from './upload-operations.ts';

/** CompleteMultipartUpload. The parts become one object, and the upload is gone. */
export async function completeMultipartUpload(call: ObjectCall): Promise<Answer> {
  // The checksum headers of this call are those of the object, not of its document.
  const headers = new Map([...call.headers].filter(([name]) => !isChecksum(name)));
  const listed = parsePartList(await readDocument({ ...call, headers }));
  const id = call.query.get('uploadId') ?? '';
  const head = await call.uploads.withLock(
    id,
    async () => (await findCompleted(call, id, listed)) ?? complete(call, findUpload(call), listed),
  );
  const document = xmlDocument(
    'CompleteMultipartUploadResult',
    textElement('Location', objectUrl(call)),
    textElement('Bucket', call.bucket.name),
    textElement('Key', call.key),
    textElement('ETag', `"${head.etag}"`),
    checksumElements(head.checksum),
  );
  const answer = xmlAnswer(document);
  return { ...answer, headers: { ...answer.headers, ...encryptedHeader } };
}

/** As in S3, a repeated request gets the same answer, because the first one may have been lost. */
async function findCompleted(
  call: ObjectCall,
  id: string,
  listed: readonly ListedPart[],
): Promise<ObjectHead | undefined> {
  const opened = await call.store.open(call.bucket.name, call.key);
  await opened?.handle.close();
  const isSame =
    opened?.head.upload?.id === id &&
    opened.head.etag === combineMd5(listed.map(({ etag }) => etag));
  return isSame ? opened.head : undefined;
}

async function complete(
  call: ObjectCall,
  upload: Upload,
  listed: readonly ListedPart[],
): Promise<ObjectHead> {
  const check = writePrecondition(call.headers);
  const parts = chooseParts(upload, listed);
  checkTotalSize(call, parts);
  const received = await assemble(call, upload, parts);
  const by = 'CompleteMultipartUpload';
  await call.store.commit({ bucket: call.bucket.name, received, by, check });
  await call.uploads.remove(upload.id);
  return received.head;
}

function checkTotalSize({ headers }: ObjectCall, parts: readonly PartHead[]): void {
  const expected = headers.get('x-amz-mp-object-size');
  const total = parts.reduce((sum, { size }) => sum + size, 0);
  if (expected === undefined || expected === String(total)) return;
  throw new S3Error(
    'InvalidRequest',
    `The provided x-amz-mp-object-size ${expected} does not match what was computed: ${total}.`,
  );
}

/** Writes all parts to one temporary file. Throws if the object would not have the client's checksum. */
function assemble(
  call: ObjectCall,
  upload: Upload,
  parts: readonly PartHead[],
): Promise<ReceivedFile<ObjectHead>> {
  const { id, key, headers, tags, checksum: choice } = upload;
  const whole = choice?.type === 'FULL_OBJECT' ? startDigest(choice.name) : undefined;
  const chunks = readParts(call, upload, parts, (chunk) => whole?.update(chunk));
  return call.store.receive(chunks, (): ObjectHead => {
    const value = whole?.base64() ?? combineChecksums(upload, parts);
    const checksum = choice === null ? null : { name: choice.name, value };
    checkObjectChecksum(call.headers, checksum);
    const sizes = parts.map(({ size }) => size);
    return {
      key,
      size: sizes.reduce((sum, size) => sum + size, 0),
      etag: combineMd5(parts.map(({ etag }) => etag)),
      modified: Date.now(),
      headers,
      tags,
      checksum,
      upload: { id, sizes },
    };
  });
}

async function* readParts(
  call: ObjectCall,
  upload: Upload,
  parts: readonly PartHead[],
  onChunk: (chunk: Buffer) => void,
): AsyncGenerator<Buffer> {
  for (const { number, etag } of parts) {
    const opened = await openPart(call.uploads.partPath(upload, number));
    if (opened === undefined) throw new DamagedObject(`part ${number} is missing`);
    const { head, handle } = opened;
    const meter = createMeter({ algorithm: undefined });
    try {
      const bytes = readSpan(handle, { start: 0, length: head.size });
      for await (const chunk of meter.count(bytes, head.size, tooLong)) {
        onChunk(chunk);
        yield chunk;
      }
    } finally {
      await handle.close();
    }
    if (meter.verify({}).md5 !== etag) throw new DamagedObject(`part ${number} is damaged`);
  }
}

const tooLong = (): Error => new DamagedObject('a part has more bytes than it says');

/** A composite checksum: that of the parts' checksums, and their number. */
function combineChecksums({ checksum }: Upload, parts: readonly PartHead[]): string {
  if (checksum === null) return '';
  const digest = startDigest(checksum.name);
  for (const part of parts) digest.update(Buffer.from(part.checksum?.value ?? '', 'base64'));
  return `${digest.base64()}-${parts.length}`;
}

/** Compares the checksum of the object with the one that the client sends, if it sends one. */
function checkObjectChecksum(
  headers: ReadonlyMap<string, string>,
  computed: Checksum | null,
): void {
  const type = headers.get('x-amz-checksum-type')?.toUpperCase();
  if (type !== undefined && computed !== null && type !== checksumType(computed)) {
    throw new S3Error('InvalidRequest', `The upload was created for another type than ${type}.`);
  }
  for (const [name, value] of headers) {
    if (!isChecksum(name)) continue;
    // Some clients leave out the number of parts.
    const own =
      name === computed?.name ? [computed.value, computed.value.replace(/-\d+$/, '')] : [];
    if (!own.includes(value)) throw new S3Error('BadDigest');
  }
}
