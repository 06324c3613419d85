import { describe, expect, it } from 'vitest';
import { imageTypes, sniff, sourceTypes } from '../../../shared/operations/image-type.ts';

const bytes = (...all: readonly (number | string)[]): Uint8Array =>
  new Uint8Array(
    Buffer.concat(all.map((one) => Buffer.from(typeof one === 'number' ? [one] : one))),
  );

const files: readonly (readonly [what: string, file: Uint8Array, type: string | undefined])[] = [
  ['a JPEG', bytes(0xff, 0xd8, 0xff, 0xe0, 'JFIF'), 'jpg'],
  ['a PNG', bytes(0x89, 'PNG\r\n', 0x1a, '\n', 'IHDR'), 'png'],
  ['a GIF of 1987', bytes('GIF87a', 0, 1), 'gif'],
  ['a GIF of 1989', bytes('GIF89a', 0, 1), 'gif'],
  ['a WebP', bytes('RIFF', 1, 2, 3, 4, 'WEBPVP8 '), 'webp'],
  ['nothing', bytes(), undefined],
  ['half a JPEG mark', bytes(0xff, 0xd8), undefined],
  ['half a PNG mark', bytes(0x89, 'PNG'), undefined],
  ['a GIF of another year', bytes('GIF88a'), undefined],
  ['a WAVE in RIFF', bytes('RIFF', 1, 2, 3, 4, 'WAVE'), undefined],
  ['an AVIF', bytes(0, 0, 0, 0x20, 'ftypavif'), undefined],
  ['a HEIC', bytes(0, 0, 0, 0x20, 'ftypheic'), undefined],
  ['a TIFF', bytes('II*', 0), undefined],
  ['an SVG', bytes('<svg xmlns="http://www.w3.org/2000/svg"/>'), undefined],
  ['an SVG behind a declaration', bytes('<?xml version="1.0"?><svg/>'), undefined],
  ['a PDF', bytes('%PDF-1.7'), undefined],
  ['HTML', bytes('<!doctype html>'), undefined],
  ['a BMP', bytes('BM', 0, 0), undefined],
  ['a JPEG 2000', bytes(0, 0, 0, 0x0c, 'jP  '), undefined],
  ['a JPEG behind a space', bytes(' ', 0xff, 0xd8, 0xff), undefined],
];

describe('the first bytes of a file', () => {
  it.each(files)('that is %s', (_what, file, type) => expect(sniff(file)).toBe(type));
});

it('every source type is also an answer type, and AVIF is an answer type only', () => {
  expect(sourceTypes.filter((type) => imageTypes[type] === undefined)).toEqual([]);
  expect(sourceTypes).not.toContain('avif');
});
