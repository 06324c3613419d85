import { readTagging } from '../objects/tags.ts';
import { type Answer, encryptedHeader, xmlAnswer } from '../wire/answer.ts';
import { type ObjectCall, requireUploadPermissions } from '../wire/call.ts';
import { type ChecksumType, checksumAlgorithm, checksumHeader } from '../wire/checksum.ts';
import { S3Error } from '../wire/s3-error.ts';
import { storedHeaders } from '../wire/stored-headers.ts';
import { textElement, xmlDocument } from '../wire/xml.ts';
import type { Upload, UploadHead } from './upload.ts';

/** CreateMultipartUpload. Metadata, tags and class are those of the object to be. */
export async function createMultipartUpload(call: ObjectCall): Promise<Answer> {
  requireUploadPermissions(call, `${call.bucket.name}/${call.key}`);
  const { id, checksum } = await call.uploads.create({
    bucket: call.bucket.name,
    key: call.key,
    initiated: Date.now(),
    headers: storedHeaders(call.headers),
    tags: readTagging(call.headers.get('x-amz-tagging')),
    checksum: readChecksumChoice(call.headers),
  });
  const document = xmlDocument(
    'InitiateMultipartUploadResult',
    textElement('Bucket', call.bucket.name),
    textElement('Key', call.key),
    textElement('UploadId', id),
  );
  const answer = xmlAnswer(document);
  const headers = { ...answer.headers, ...encryptedHeader, ...choiceHeaders(checksum) };
  return { ...answer, headers };
}

/**
 * The checksum that an upload is created with. SHA needs all bytes in order, so it is composite only;
 * CRC64NVME covers the object only; the others do either.
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/checking-object-integrity-upload.html
 */
function readChecksumChoice(headers: ReadonlyMap<string, string>): UploadHead['checksum'] {
  const algorithm = headers.get('x-amz-checksum-algorithm');
  const type = headers.get('x-amz-checksum-type')?.toUpperCase();
  if (algorithm === undefined) {
    if (type === undefined) return null;
    throw new S3Error('InvalidRequest', 'x-amz-checksum-type needs x-amz-checksum-algorithm.');
  }
  const name = checksumHeader(algorithm);
  const possible = checksumTypes(name);
  const chosen = type === undefined ? possible[0] : possible.find((one) => one === type);
  if (chosen !== undefined) return { name, type: chosen };
  throw new S3Error(
    'InvalidRequest',
    `The ${type} checksum type cannot be used with the ${algorithm.toLowerCase()} checksum algorithm.`,
  );
}

/** The types of checksum that an algorithm has, the default first. */
function checksumTypes(name: string): readonly ChecksumType[] {
  const algorithm = checksumAlgorithm(name);
  if (algorithm === 'CRC64NVME') return ['FULL_OBJECT'];
  return algorithm.startsWith('SHA') ? ['COMPOSITE'] : ['COMPOSITE', 'FULL_OBJECT'];
}

function choiceHeaders(checksum: UploadHead['checksum']): Record<string, string> {
  if (checksum === null) return {};
  return {
    'x-amz-checksum-algorithm': checksumAlgorithm(checksum.name),
    'x-amz-checksum-type': checksum.type,
  };
}

/** The upload that a call names. Throws NoSuchUpload. */
export function findUpload({ uploads, bucket, key, query }: ObjectCall): Upload {
  return uploads.find(bucket.name, key, query.get('uploadId') ?? '');
}

/** AbortMultipartUpload. Its parts are deleted. */
export async function abortMultipartUpload(call: ObjectCall): Promise<Answer> {
  const { id } = findUpload(call);
  await call.uploads.withLock(id, async () => {
    findUpload(call);
    await call.uploads.remove(id);
  });
  return { status: 204, headers: {} };
}
