import type { ObjectCall } from '../wire/call.ts';
import { maxParts } from '../wire/limits.ts';
import type { Span } from '../wire/range.ts';
import { S3Error } from '../wire/s3-error.ts';
import type { ObjectHead } from './object-file.ts';

export type ObjectPart = {
  readonly span: Span;
  readonly headers: Readonly<Record<string, string>>;
};

/**
 * The part that the parameter partNumber of a read asks for. An object that was uploaded whole has one.
 * https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObject.html
 */
export function readPart({ query, headers }: ObjectCall, head: ObjectHead): ObjectPart | undefined {
  const text = query.get('partNumber');
  if (text === undefined) return undefined;
  const number = parsePartNumber(text);
  if (headers.has('range')) {
    throw new S3Error('InvalidRequest', 'A read takes a Range or a partNumber, not both.');
  }
  const sizes = head.upload?.sizes ?? [head.size];
  const length = sizes[number - 1];
  if (length === undefined) throw new S3Error('InvalidRange');
  const start = sizes.slice(0, number - 1).reduce((sum, size) => sum + size, 0);
  const counted = head.upload === undefined ? {} : { 'x-amz-mp-parts-count': String(sizes.length) };
  return { span: { start, length }, headers: counted };
}

/** Reads a part number. Throws InvalidArgument unless it is from 1 to 10,000. */
export function parsePartNumber(text: string): number {
  const number = /^[1-9][0-9]{0,4}$/.test(text) ? Number(text) : 0;
  if (number >= 1 && number <= maxParts) return number;
  throw new S3Error(
    'InvalidArgument',
    `Part number must be an integer between 1 and ${maxParts}, inclusive.`,
  );
}
