import {
  keyPrinter,
  optionalElement,
  type PageRequest,
  pageEndOf,
  printPrefixes,
  readLimit,
  readPageRequest,
} from '../objects/list-page.ts';
import { ownerElement } from '../objects/owner.ts';
import { compareUtf8 } from '../objects/utf8-order.ts';
import { type Answer, xmlAnswer } from '../wire/answer.ts';
import type { BucketCall, ObjectCall } from '../wire/call.ts';
import { checksumAlgorithm, checksumElement } from '../wire/checksum.ts';
import { S3Error } from '../wire/s3-error.ts';
import { storageClassOf } from '../wire/stored-headers.ts';
import { element, textElement, xmlDocument } from '../wire/xml.ts';
import type { PartHead } from './part-file.ts';
import type { Upload } from './upload.ts';
import { findUpload } from './upload-operations.ts';

const people = ownerElement('Initiator') + ownerElement('Owner');

/** ListParts, in the order of their numbers. */
export async function listParts(call: ObjectCall): Promise<Answer> {
  const upload = findUpload(call);
  const limit = readLimit(call.query, 'max-parts');
  const marker = call.query.get('part-number-marker') ?? '0';
  if (!/^[0-9]{1,9}$/.test(marker)) {
    throw new S3Error('InvalidArgument', 'Provided part-number-marker is not an integer.');
  }
  const later = [...upload.parts.values()]
    .filter(({ number }) => number > Number(marker))
    .toSorted((one, other) => one.number - other.number);
  const parts = later.slice(0, limit);
  const document = xmlDocument(
    'ListPartsResult',
    textElement('Bucket', upload.bucket),
    textElement('Key', upload.key),
    textElement('UploadId', upload.id),
    people,
    textElement('StorageClass', storageClassOf(upload.headers)),
    printChoice(upload),
    textElement('PartNumberMarker', marker),
    textElement('NextPartNumberMarker', parts.at(-1)?.number ?? 0),
    textElement('MaxParts', limit),
    textElement('IsTruncated', later.length > parts.length && limit > 0),
    ...parts.map(printPart),
  );
  return xmlAnswer(document);
}

function printChoice({ checksum }: Upload): string {
  if (checksum === null) return '';
  const algorithm = textElement('ChecksumAlgorithm', checksumAlgorithm(checksum.name));
  return algorithm + textElement('ChecksumType', checksum.type);
}

function printPart({ number, size, etag, modified, checksum }: PartHead): string {
  return element(
    'Part',
    textElement('PartNumber', number),
    textElement('LastModified', new Date(modified).toISOString()),
    textElement('ETag', `"${etag}"`),
    textElement('Size', size),
    checksumElement(checksum),
  );
}

type UploadPage = {
  readonly uploads: readonly Upload[];
  readonly prefixes: readonly string[];
  readonly next: Upload | undefined;
};

/** ListMultipartUploads, in the order of their keys and then of their start. */
export async function listMultipartUploads(call: BucketCall): Promise<Answer> {
  const { query, bucket, uploads } = call;
  const request = readPageRequest(query, 'max-uploads');
  const print = keyPrinter(request);
  const keyMarker = query.get('key-marker') ?? '';
  const idMarker = query.get('upload-id-marker') ?? '';
  const page = readUploadPage(uploads.list(bucket.name), request, { keyMarker, idMarker });
  const document = xmlDocument(
    'ListMultipartUploadsResult',
    textElement('Bucket', bucket.name),
    textElement('KeyMarker', print(keyMarker)),
    textElement('UploadIdMarker', idMarker),
    optionalElement('NextKeyMarker', page.next && print(page.next.key)),
    optionalElement('NextUploadIdMarker', page.next?.id),
    textElement('Prefix', print(request.prefix)),
    optionalElement('Delimiter', print(request.delimiter)),
    textElement('MaxUploads', request.maxKeys),
    optionalElement('EncodingType', request.urlEncoded ? 'url' : ''),
    textElement('IsTruncated', page.next !== undefined),
    ...page.uploads.map((one) => printUpload(one, print)),
    printPrefixes(page.prefixes, print),
  );
  return xmlAnswer(document);
}

function compareUploads(one: Upload, other: Upload): number {
  if (one.key !== other.key) return compareUtf8(one.key, other.key);
  return one.initiated - other.initiated || compareUtf8(one.id, other.id);
}

type Markers = { readonly keyMarker: string; readonly idMarker: string };

/** The uploads after the markers. A key marker alone skips all uploads of its key. */
function uploadsAfter(sorted: readonly Upload[], { keyMarker, idMarker }: Markers) {
  const at = sorted.findIndex(({ key, id }) => key === keyMarker && id === idMarker);
  if (at >= 0) return sorted.slice(at + 1);
  return sorted.filter(({ key }) => compareUtf8(key, keyMarker) > 0);
}

function readUploadPage(
  all: readonly Upload[],
  request: PageRequest,
  markers: Markers,
): UploadPage {
  const matching = all.filter(({ key }) => key.startsWith(request.prefix));
  const uploads: Upload[] = [];
  const prefixes = new Set<string>();
  let last: Upload | undefined;
  for (const upload of uploadsAfter(matching.toSorted(compareUploads), markers)) {
    const place = pageEndOf(upload.key, request);
    const isListed = place.kind === 'prefix' && prefixes.has(place.text);
    if (!isListed && uploads.length + prefixes.size >= request.maxKeys) {
      return { uploads, prefixes: [...prefixes], next: last };
    }
    if (place.kind === 'key') uploads.push(upload);
    else prefixes.add(place.text);
    last = upload;
  }
  return { uploads, prefixes: [...prefixes], next: undefined };
}

function printUpload(upload: Upload, print: (key: string) => string): string {
  return element(
    'Upload',
    textElement('Key', print(upload.key)),
    textElement('UploadId', upload.id),
    people,
    textElement('StorageClass', storageClassOf(upload.headers)),
    textElement('Initiated', new Date(upload.initiated).toISOString()),
    printChoice(upload),
  );
}
