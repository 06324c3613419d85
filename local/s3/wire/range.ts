import { S3Error } from './s3-error.ts';

export type Span = { readonly start: number; readonly length: number };

const form = /^bytes=([0-9]{0,15})-([0-9]{0,15})$/;

/** Parses a Range header. Returns undefined for the whole object: no, several or an invalid range. */
export function readRange(header: string | undefined, size: number): Span | undefined {
  const [, first = '', last = ''] = form.exec(header?.trim() ?? '') ?? [];
  if (first === '' && last === '') return undefined;
  if (first === '') return suffixRange(Number(last), size);
  const start = Number(first);
  const end = last === '' ? size - 1 : Number(last);
  if (last !== '' && end < start) return undefined;
  if (start >= size) throw rangeUnsatisfiable(size);
  return { start, length: Math.min(end, size - 1) - start + 1 };
}

function suffixRange(wanted: number, size: number): Span {
  const length = Math.min(wanted, size);
  if (length === 0) throw rangeUnsatisfiable(size);
  return { start: size - length, length };
}

function rangeUnsatisfiable(size: number): S3Error {
  return new S3Error('InvalidRange', undefined, {
    headers: { 'content-range': `bytes */${size}` },
  });
}
