import { type Answer, xmlAnswer } from '../wire/answer.ts';
import type { BucketCall } from '../wire/call.ts';
import { S3Error } from '../wire/s3-error.ts';
import { element, textElement, xmlDocument } from '../wire/xml.ts';
import type { IndexEntry } from './bucket-index.ts';
import {
  keyPrinter,
  optionalElement,
  type PageEnd,
  type PageRequest,
  pageEndOf,
  printPrefixes,
  readPage,
  readPageRequest,
} from './list-page.ts';
import { ownerElement } from './owner.ts';

/** ListObjectsV2, answered from the bucket's index. */
export async function listObjectsV2({ bucket, query }: BucketCall): Promise<Answer> {
  const request = readPageRequest(query, 'max-keys');
  const print = keyPrinter(request);
  const token = query.get('continuation-token');
  const startAfter = query.get('start-after') ?? '';
  const after = token === undefined ? keyEnd(startAfter) : parseToken(token);
  const page = readPage(bucket.index, request, after);
  const owned = query.get('fetch-owner') === 'true';
  const document = xmlDocument(
    'ListBucketResult',
    ...printRequest(bucket.name, request),
    textElement('KeyCount', page.contents.length + page.prefixes.length),
    textElement('IsTruncated', page.next !== undefined),
    optionalElement('ContinuationToken', token),
    optionalElement('NextContinuationToken', page.next && printToken(page.next)),
    optionalElement('StartAfter', print(startAfter)),
    ...page.contents.map((entry) => element('Contents', printEntry(entry, print, owned))),
    printPrefixes(page.prefixes, print),
  );
  return xmlAnswer(document);
}

/** ListObjects, the first version. As in S3, it names the next marker only with a delimiter. */
export async function listObjects({ bucket, query }: BucketCall): Promise<Answer> {
  const request = readPageRequest(query, 'max-keys');
  const print = keyPrinter(request);
  const marker = query.get('marker') ?? '';
  const page = readPage(bucket.index, request, markerEnd(marker, request));
  const next = request.delimiter === '' ? undefined : page.next;
  const document = xmlDocument(
    'ListBucketResult',
    ...printRequest(bucket.name, request),
    textElement('Marker', print(marker)),
    optionalElement('NextMarker', next && print(next.text)),
    textElement('IsTruncated', page.next !== undefined),
    ...page.contents.map((entry) => element('Contents', printEntry(entry, print, true))),
    printPrefixes(page.prefixes, print),
  );
  return xmlAnswer(document);
}

/** ListObjectVersions. The local buckets keep no versions, so each object is its version `null`. */
export async function listObjectVersions({ bucket, query }: BucketCall): Promise<Answer> {
  const request = readPageRequest(query, 'max-keys');
  const print = keyPrinter(request);
  const marker = query.get('key-marker') ?? '';
  const page = readPage(bucket.index, request, markerEnd(marker, request));
  const version = textElement('VersionId', 'null') + textElement('IsLatest', true);
  const document = xmlDocument(
    'ListVersionsResult',
    ...printRequest(bucket.name, request),
    textElement('KeyMarker', print(marker)),
    textElement('VersionIdMarker', query.get('version-id-marker') ?? ''),
    optionalElement('NextKeyMarker', page.next && print(page.next.text)),
    optionalElement('NextVersionIdMarker', page.next && 'null'),
    textElement('IsTruncated', page.next !== undefined),
    ...page.contents.map((entry) => element('Version', version, printEntry(entry, print, true))),
    printPrefixes(page.prefixes, print),
  );
  return xmlAnswer(document);
}

function printToken({ kind, text }: PageEnd): string {
  return Buffer.from(JSON.stringify([kind, text])).toString('base64url');
}

function parseToken(token: string): PageEnd {
  try {
    const parsed: unknown = JSON.parse(Buffer.from(token, 'base64url').toString());
    const [kind, text] = Array.isArray(parsed) ? (parsed as unknown[]) : [];
    if ((kind === 'key' || kind === 'prefix') && typeof text === 'string') return { kind, text };
  } catch {
    // Reported below.
  }
  throw new S3Error('InvalidArgument', 'The continuation token provided is incorrect.');
}

const keyEnd = (key: string): PageEnd | undefined =>
  key === '' ? undefined : { kind: 'key', text: key };

/** A marker may be a common prefix, whose keys were listed with it. */
function markerEnd(marker: string, request: PageRequest): PageEnd | undefined {
  const isLonger = marker.startsWith(request.prefix) && marker.length > request.prefix.length;
  const place = isLonger ? pageEndOf(marker, request) : undefined;
  return place?.text === marker ? place : keyEnd(marker);
}

function printRequest(bucket: string, request: PageRequest): readonly string[] {
  const print = keyPrinter(request);
  return [
    textElement('Name', bucket),
    textElement('Prefix', print(request.prefix)),
    optionalElement('Delimiter', print(request.delimiter)),
    textElement('MaxKeys', request.maxKeys),
    optionalElement('EncodingType', request.urlEncoded ? 'url' : ''),
  ];
}

function printEntry(entry: IndexEntry, print: (key: string) => string, owned: boolean): string {
  return [
    textElement('Key', print(entry.key)),
    textElement('LastModified', new Date(entry.modified).toISOString()),
    textElement('ETag', `"${entry.etag}"`),
    textElement('Size', entry.size),
    owned ? ownerElement('Owner') : '',
    textElement('StorageClass', entry.storageClass),
  ].join('');
}
