import type { ObjectHead } from '../objects/object-file.ts';
import type { Precondition } from '../objects/object-store.ts';
import { S3Error } from './s3-error.ts';

type Headers = ReadonlyMap<string, string>;

/** Whether a list of entity tags contains this ETag. As in S3, quotes are optional. */
function matchesEtag(list: string, etag: string): boolean {
  return list.split(',').some((item) => {
    const tag = item.trim().replace(/^W\//, '');
    return tag === '*' || tag === etag || tag === `"${etag}"`;
  });
}

/** HTTP dates have whole seconds, so object times are compared in whole seconds, too. */
function wholeSeconds(millis: number): number {
  return Math.floor(millis / 1000);
}

function readDate(headers: Headers, name: string): number | undefined {
  const millis = Date.parse(headers.get(name) ?? '');
  return Number.isNaN(millis) ? undefined : wholeSeconds(millis);
}

/** Evaluates the conditions of a read in the order of RFC 9110. */
export function readOutcome(headers: Headers, head: ObjectHead): 'read' | 'unmodified' | 'failed' {
  const modified = wholeSeconds(head.modified);
  const match = headers.get('if-match');
  const unmodifiedSince = readDate(headers, 'if-unmodified-since');
  if (
    match !== undefined ? !matchesEtag(match, head.etag) : modified > (unmodifiedSince ?? modified)
  ) {
    return 'failed';
  }
  const noneMatch = headers.get('if-none-match');
  if (noneMatch !== undefined) return matchesEtag(noneMatch, head.etag) ? 'unmodified' : 'read';
  const modifiedSince = readDate(headers, 'if-modified-since');
  return modifiedSince !== undefined && modified <= modifiedSince ? 'unmodified' : 'read';
}

const copyPrefix = 'x-amz-copy-source-';

/** Throws PreconditionFailed unless the conditions on the source of a copy hold. */
export function checkCopyConditions(headers: Headers, head: ObjectHead): void {
  const conditions = [...headers].filter(([name]) => name.startsWith(`${copyPrefix}if-`));
  const own = new Map(conditions.map(([name, value]) => [name.slice(copyPrefix.length), value]));
  if (readOutcome(own, head) !== 'read') throw new S3Error('PreconditionFailed');
}

/** Whether If-Range allows a partial answer. Without the header it does. */
export function rangeMatches(headers: Headers, head: ObjectHead): boolean {
  const condition = headers.get('if-range');
  if (condition === undefined) return true;
  if (condition.trim() === `"${head.etag}"`) return true;
  return readDate(headers, 'if-range') === wholeSeconds(head.modified);
}

/** The condition of a write, or undefined. It must be checked inside the key's lock. */
export function writePrecondition(headers: Headers): Precondition | undefined {
  const match = headers.get('if-match');
  const noneMatch = headers.get('if-none-match');
  if (match === undefined && noneMatch === undefined) return undefined;
  if (match === '*' || (noneMatch !== undefined && (noneMatch !== '*' || match !== undefined))) {
    throw new S3Error(
      'NotImplemented',
      'A write takes If-None-Match: * or If-Match with an ETag. Other conditions are not implemented.',
    );
  }
  return (current) => {
    if (noneMatch !== undefined && current !== undefined) throw new S3Error('PreconditionFailed');
    if (match === undefined) return;
    if (current === undefined) throw new S3Error('NoSuchKey');
    if (!matchesEtag(match, current.etag)) throw new S3Error('PreconditionFailed');
  };
}
