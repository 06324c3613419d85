import { percentEncode } from '../../http/raw-request.ts';
import { type Answer, xmlAnswer } from '../wire/answer.ts';
import type { BucketCall } from '../wire/call.ts';
import { maxPageKeys } from '../wire/limits.ts';
import { S3Error } from '../wire/s3-error.ts';
import { element, textElement, xmlDocument } from '../wire/xml.ts';
import type { BucketIndex, IndexEntry } from './bucket-index.ts';
import { compareUtf8 } from './utf8-order.ts';

type ListRequest = {
  readonly prefix: string;
  readonly delimiter: string;
  readonly maxKeys: number;
  readonly startAfter: string;
  readonly token: string | undefined;
  readonly urlEncoded: boolean;
  readonly owner: boolean;
};

type Page = {
  readonly contents: readonly IndexEntry[];
  readonly prefixes: readonly string[];
  readonly next: string | undefined;
};

/** ListObjectsV2, answered from the bucket's index. */
export async function listObjects(call: BucketCall): Promise<Answer> {
  const request = readListRequest(call.query);
  return xmlAnswer(printPage(call.bucket.name, request, readPage(call.bucket.index, request)));
}

function readListRequest(query: ReadonlyMap<string, string>): ListRequest {
  const encoding = query.get('encoding-type');
  if (encoding !== undefined && encoding !== 'url') {
    throw new S3Error('InvalidArgument', 'Invalid Encoding Method specified in Request.');
  }
  const maxKeys = query.get('max-keys') ?? String(maxPageKeys);
  if (!/^[0-9]{1,9}$/.test(maxKeys)) {
    throw new S3Error('InvalidArgument', 'Provided max-keys not an integer or within range.');
  }
  return {
    prefix: query.get('prefix') ?? '',
    delimiter: query.get('delimiter') ?? '',
    maxKeys: Math.min(Number(maxKeys), maxPageKeys),
    startAfter: query.get('start-after') ?? '',
    token: query.get('continuation-token'),
    urlEncoded: encoding === 'url',
    owner: query.get('fetch-owner') === 'true',
  };
}

// A token is the end of the last page: a key, or a common prefix with all keys under it.
type Place = { readonly kind: 'key' | 'prefix'; readonly text: string };

function printToken({ kind, text }: Place): string {
  return Buffer.from(JSON.stringify([kind, text])).toString('base64url');
}

function parseToken(token: string): Place {
  try {
    const parsed: unknown = JSON.parse(Buffer.from(token, 'base64url').toString());
    const [kind, text] = Array.isArray(parsed) ? (parsed as unknown[]) : [];
    if ((kind === 'key' || kind === 'prefix') && typeof text === 'string') return { kind, text };
  } catch {
    // Reported below.
  }
  throw new S3Error('InvalidArgument', 'The continuation token provided is incorrect.');
}

const isAfter =
  ({ kind, text }: Place) =>
  (key: string): boolean =>
    compareUtf8(key, text) > 0 && !(kind === 'prefix' && key.startsWith(text));

function firstPosition(index: BucketIndex, request: ListRequest): number {
  const { prefix, startAfter, token } = request;
  const fromPrefix = index.findFirst((key) => compareUtf8(key, prefix) >= 0);
  if (token === undefined && startAfter === '') return fromPrefix;
  const place: Place = token === undefined ? { kind: 'key', text: startAfter } : parseToken(token);
  return Math.max(fromPrefix, index.findFirst(isAfter(place)));
}

function readPage(index: BucketIndex, request: ListRequest): Page {
  const { prefix, maxKeys } = request;
  const contents: IndexEntry[] = [];
  const prefixes: string[] = [];
  let position = firstPosition(index, request);
  let last: Place | undefined;
  for (;;) {
    const entry = index.at(position);
    if (entry === undefined || !entry.key.startsWith(prefix) || maxKeys === 0) break;
    if (contents.length + prefixes.length === maxKeys && last !== undefined) {
      return { contents, prefixes, next: printToken(last) };
    }
    const shared = commonPrefix(entry.key, request);
    if (shared === undefined) contents.push(entry);
    else prefixes.push(shared);
    last =
      shared === undefined ? { kind: 'key', text: entry.key } : { kind: 'prefix', text: shared };
    position = shared === undefined ? position + 1 : index.findFirst(isAfter(last));
  }
  return { contents, prefixes, next: undefined };
}

function commonPrefix(key: string, { prefix, delimiter }: ListRequest): string | undefined {
  if (delimiter === '') return undefined;
  const end = key.indexOf(delimiter, prefix.length);
  return end < 0 ? undefined : key.slice(0, end + delimiter.length);
}

function printPage(bucket: string, request: ListRequest, page: Page): string {
  const encode = (text: string): string =>
    request.urlEncoded ? percentEncode(text).replaceAll('%2F', '/') : text;
  const optional = (name: string, value: string | undefined): string =>
    value === undefined || value === '' ? '' : textElement(name, value);
  return xmlDocument(
    'ListBucketResult',
    textElement('Name', bucket),
    textElement('Prefix', encode(request.prefix)),
    optional('Delimiter', encode(request.delimiter)),
    textElement('MaxKeys', request.maxKeys),
    optional('EncodingType', request.urlEncoded ? 'url' : ''),
    textElement('KeyCount', page.contents.length + page.prefixes.length),
    textElement('IsTruncated', page.next !== undefined),
    optional('ContinuationToken', request.token),
    optional('NextContinuationToken', page.next),
    optional('StartAfter', encode(request.startAfter)),
    ...page.contents.map((entry) => printEntry(entry, encode(entry.key), request.owner)),
    ...page.prefixes.map((shared) =>
      element('CommonPrefixes', textElement('Prefix', encode(shared))),
    ),
  );
}

function printEntry(entry: IndexEntry, key: string, owner: boolean): string {
  return element(
    'Contents',
    textElement('Key', key),
    textElement('LastModified', new Date(entry.modified).toISOString()),
    textElement('ETag', `"${entry.etag}"`),
    textElement('Size', entry.size),
    ...(owner
      ? [element('Owner', textElement('ID', 'signet'), textElement('DisplayName', 'signet'))]
      : []),
    textElement('StorageClass', 'STANDARD'),
  );
}
