import { percentEncode } from '../../http/raw-request.ts';
import { maxPageKeys } from '../wire/limits.ts';
import { S3Error } from '../wire/s3-error.ts';
import { element, textElement } from '../wire/xml.ts';
import type { BucketIndex, IndexEntry } from './bucket-index.ts';
import { compareUtf8 } from './utf8-order.ts';

/** What every listing of keys can ask for. */
export type PageRequest = {
  readonly prefix: string;
  readonly delimiter: string;
  readonly maxKeys: number;
  readonly urlEncoded: boolean;
};

/** The end of a page: a key, or a common prefix with all keys below it. */
export type PageEnd = { readonly kind: 'key' | 'prefix'; readonly text: string };

export type Page = {
  readonly contents: readonly IndexEntry[];
  readonly prefixes: readonly string[];
  /** The end of this page, if there are more. */
  readonly next: PageEnd | undefined;
};

/** Reads the parameters that all listings share. `limit` is the name of the page size. */
export function readPageRequest(query: ReadonlyMap<string, string>, limit: string): PageRequest {
  const encoding = query.get('encoding-type');
  if (encoding !== undefined && encoding !== 'url') {
    throw new S3Error('InvalidArgument', 'Invalid Encoding Method specified in Request.');
  }
  return {
    prefix: query.get('prefix') ?? '',
    delimiter: query.get('delimiter') ?? '',
    maxKeys: readLimit(query, limit),
    urlEncoded: encoding === 'url',
  };
}

/** Reads the size of a page. Throws InvalidArgument if it is not a whole number. */
export function readLimit(query: ReadonlyMap<string, string>, name: string): number {
  const text = query.get(name) ?? String(maxPageKeys);
  if (!/^[0-9]{1,9}$/.test(text)) {
    throw new S3Error('InvalidArgument', `Provided ${name} not an integer or within range.`);
  }
  return Math.min(Number(text), maxPageKeys);
}

const isAfter =
  ({ kind, text }: PageEnd) =>
  (key: string): boolean =>
    compareUtf8(key, text) > 0 && !(kind === 'prefix' && key.startsWith(text));

/** Reads a page from a bucket's index, after a place or from the start. */
export function readPage(
  index: BucketIndex,
  request: PageRequest,
  after: PageEnd | undefined,
): Page {
  const { prefix, maxKeys } = request;
  const contents: IndexEntry[] = [];
  const prefixes: string[] = [];
  let position = firstPosition(index, prefix, after);
  let last: PageEnd | undefined;
  for (;;) {
    const entry = index.at(position);
    if (entry === undefined || !entry.key.startsWith(prefix) || maxKeys === 0) break;
    if (contents.length + prefixes.length === maxKeys) return { contents, prefixes, next: last };
    last = pageEndOf(entry.key, request);
    if (last.kind === 'key') contents.push(entry);
    else prefixes.push(last.text);
    position = last.kind === 'key' ? position + 1 : index.findFirst(isAfter(last));
  }
  return { contents, prefixes, next: undefined };
}

function firstPosition(index: BucketIndex, prefix: string, after: PageEnd | undefined): number {
  const fromPrefix = index.findFirst((key) => compareUtf8(key, prefix) >= 0);
  return after === undefined ? fromPrefix : Math.max(fromPrefix, index.findFirst(isAfter(after)));
}

/** What a key is listed as: itself, or the prefix that it shares up to the delimiter. */
export function pageEndOf(key: string, { prefix, delimiter }: PageRequest): PageEnd {
  const end = delimiter === '' ? -1 : key.indexOf(delimiter, prefix.length);
  if (end < 0) return { kind: 'key', text: key };
  return { kind: 'prefix', text: key.slice(0, end + delimiter.length) };
}

/** Prints keys as a listing asks for them. */
export function keyPrinter({ urlEncoded }: PageRequest): (key: string) => string {
  return (key) => (urlEncoded ? percentEncode(key).replaceAll('%2F', '/') : key);
}

/** An element that is left out if it has no value. */
export function optionalElement(name: string, value: string | undefined): string {
  return value === undefined || value === '' ? '' : textElement(name, value);
}

/** The common prefixes of a page. */
export function printPrefixes(prefixes: readonly string[], print: (key: string) => string): string {
  return prefixes
    .map((shared) => element('CommonPrefixes', textElement('Prefix', print(shared))))
    .join('');
}
