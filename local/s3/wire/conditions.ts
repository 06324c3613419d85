import type { ObjectHead } from '../objects/object-file.ts';
import type { Precondition } from '../objects/object-store.ts';
import { S3Error } from './s3-error.ts';

type Headers = ReadonlyMap<string, string>;

/** Whether a list of entity tags, quoted or bare as S3 allows, names this ETag. */
function names(list: string, etag: string): boolean {
  return list.split(',').some((item) => {
    const tag = item.trim().replace(/^W\//, '');
    return tag === '*' || tag === etag || tag === `"${etag}"`;
  });
}

/** HTTP dates have whole seconds, so the object's time is compared in whole seconds too. */
function seconds(millis: number): number {
  return Math.floor(millis / 1000);
}

function isModifiedSince(headers: Headers, name: string): number | undefined {
  const millis = Date.parse(headers.get(name) ?? '');
  return Number.isNaN(millis) ? undefined : seconds(millis);
}

/** What the conditions of a read make of it, in the order RFC 9110 gives them. */
export function readOutcome(headers: Headers, head: ObjectHead): 'read' | 'unmodified' | 'failed' {
  const modified = seconds(head.modified);
  const match = headers.get('if-match');
  const unmodifiedSince = isModifiedSince(headers, 'if-unmodified-since');
  if (match !== undefined ? !names(match, head.etag) : modified > (unmodifiedSince ?? modified)) {
    return 'failed';
  }
  const noneMatch = headers.get('if-none-match');
  if (noneMatch !== undefined) return names(noneMatch, head.etag) ? 'unmodified' : 'read';
  const modifiedSince = isModifiedSince(headers, 'if-modified-since');
  return modifiedSince !== undefined && modified <= modifiedSince ? 'unmodified' : 'read';
}

/** Whether If-Range lets a range be served; without the header it always does. */
export function rangeHolds(headers: Headers, head: ObjectHead): boolean {
  const condition = headers.get('if-range');
  if (condition === undefined) return true;
  if (condition.trim() === `"${head.etag}"`) return true;
  return isModifiedSince(headers, 'if-range') === seconds(head.modified);
}

/** The condition of a write, to be asked inside the key's lock; undefined when there is none. */
export function writePrecondition(headers: Headers): Precondition | undefined {
  const match = headers.get('if-match');
  const noneMatch = headers.get('if-none-match');
  if (match === undefined && noneMatch === undefined) return undefined;
  if (match === '*' || (noneMatch !== undefined && (noneMatch !== '*' || match !== undefined))) {
    throw new S3Error('NotImplemented');
  }
  return (current) => {
    if (noneMatch !== undefined && current !== undefined) throw new S3Error('PreconditionFailed');
    if (match === undefined) return;
    if (current === undefined) throw new S3Error('NoSuchKey');
    if (!names(match, current.etag)) throw new S3Error('PreconditionFailed');
  };
}
