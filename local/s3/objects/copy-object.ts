import { type Answer, encryptedHeader, xmlAnswer } from '../wire/answer.ts';
import { type ObjectCall, requirePermission, requireUploadPermissions } from '../wire/call.ts';
import { type Checksum, checksumElements, checksumHeader } from '../wire/checksum.ts';
import { writePrecondition } from '../wire/conditions.ts';
import { S3Error } from '../wire/s3-error.ts';
import { storageClassOf, storedHeaders, withStorageClass } from '../wire/stored-headers.ts';
import { textElement, xmlDocument } from '../wire/xml.ts';
import { type CopySource, openCopySource, readCopy } from './copy-source.ts';
import type { ObjectHead } from './object-file.ts';
import { readTagging } from './tags.ts';

/** CopyObject. The copy is one new object, as if it had been uploaded whole. */
export async function copyObject(call: ObjectCall): Promise<Answer> {
  requireUploadPermissions(call, `${call.bucket.name}/${call.key}`);
  const check = writePrecondition(call.headers);
  const source = await openCopySource(call);
  try {
    const head = await receiveCopy(call, source);
    await call.store.commit({ bucket: call.bucket.name, received: head, by: 'Copy', check });
    const { etag, modified, checksum } = head.head;
    const document = copyResult('CopyObjectResult', { etag, modified, checksum });
    return { ...document, headers: { ...document.headers, ...encryptedHeader } };
  } finally {
    await source.handle.close();
  }
}

function receiveCopy(call: ObjectCall, source: CopySource) {
  refuseSelfCopy(call, source);
  const headers = copiedHeaders(call, source.head);
  const tags = copiedTags(call, source);
  const wanted = call.headers.get('x-amz-checksum-algorithm');
  const algorithm = wanted === undefined ? source.head.checksum?.name : checksumHeader(wanted);
  const whole = { start: 0, length: source.head.size };
  const { chunks, digest } = readCopy(source, whole, algorithm);
  return call.store.receive(chunks, (): ObjectHead => {
    const { md5, size, checksum } = digest();
    return { key: call.key, size, etag: md5, modified: Date.now(), headers, tags, checksum };
  });
}

/** Whether a directive replaces what the source has. The default is to copy it. */
function isReplaced({ headers }: ObjectCall, name: string): boolean {
  const directive = headers.get(name) ?? 'COPY';
  if (directive !== 'COPY' && directive !== 'REPLACE') {
    throw new S3Error('InvalidArgument', `${name} must be COPY or REPLACE.`);
  }
  return directive === 'REPLACE';
}

const replacesMetadata = (call: ObjectCall): boolean =>
  isReplaced(call, 'x-amz-metadata-directive');

function copiedHeaders(call: ObjectCall, source: ObjectHead): Record<string, string> {
  if (replacesMetadata(call)) return storedHeaders(call.headers);
  return withStorageClass(source.headers, call.headers);
}

function copiedTags(call: ObjectCall, source: CopySource): string | null {
  if (isReplaced(call, 'x-amz-tagging-directive')) {
    return readTagging(call.headers.get('x-amz-tagging'));
  }
  const { tags } = source.head;
  if (tags === null) return null;
  requirePermission(call, 's3:GetObjectTagging', `${source.bucket}/${source.key}`);
  requirePermission(call, 's3:PutObjectTagging', `${call.bucket.name}/${call.key}`);
  return tags;
}

function refuseSelfCopy(call: ObjectCall, { bucket, key, head }: CopySource): void {
  if (bucket !== call.bucket.name || key !== call.key || replacesMetadata(call)) return;
  const asked = call.headers.get('x-amz-storage-class') ?? 'STANDARD';
  const isChanged =
    asked !== storageClassOf(head.headers) || call.headers.has('x-amz-server-side-encryption');
  if (isChanged) return;
  throw new S3Error(
    'InvalidRequest',
    "This copy request is illegal because it is trying to copy an object to itself without changing the object's metadata, storage class, website redirect location or encryption attributes.",
  );
}

export type CopyResult = {
  readonly etag: string;
  /** Milliseconds since 1970. */
  readonly modified: number;
  readonly checksum: Checksum | null;
};

/** The document of a copied object or part. */
export function copyResult(root: string, { etag, modified, checksum }: CopyResult): Answer {
  const time = textElement('LastModified', new Date(modified).toISOString());
  const document = [time, textElement('ETag', `"${etag}"`), checksumElements(checksum)];
  return xmlAnswer(xmlDocument(root, ...document));
}
