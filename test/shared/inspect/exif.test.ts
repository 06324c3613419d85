import { describe, expect, it } from 'vitest';
import { readOrientation } from '../../../shared/inspect/exif.ts';
import { exifSegment } from './jpeg/jpeg-writer.ts';

/** The TIFF of an EXIF segment: behind marker, length and name. */
const tiffAt = 10;
const tiffOf = (...entry: Parameters<typeof exifSegment>): Buffer =>
  exifSegment(...entry).subarray(tiffAt);

const [byte, ascii, short, long, signedShort, signedLong] = [1, 2, 3, 4, 8, 9];

describe('the orientation in a TIFF', () => {
  it.each([1, 2, 3, 4, 5, 6, 7, 8])('is %i in both byte orders and all integer types', (value) => {
    for (const little of [true, false])
      for (const type of [byte, short, long, signedShort, signedLong])
        expect(readOrientation(tiffOf(little, type, value))).toBe(value);
  });

  it.each([
    ['0', tiffOf(true, short, 0)],
    ['9', tiffOf(false, short, 9)],
    ['negative', tiffOf(true, signedShort, 0xffff)],
    ['a text', tiffOf(true, ascii, 6)],
    ['another tag', tiffOf(true, short, 6, 0x0113)],
    ['in no TIFF', Buffer.from('IIII\x08\0\0\0\x01\0', 'latin1')],
    ['missing', Buffer.alloc(0)],
    ['cut off', tiffOf(true, short, 6).subarray(0, 21)],
    ['in a directory behind the end', tiffOf(true, short, 6).fill(0xff, 4, 8)],
    ['two values', tiffOf(true, short, 6).fill(2, 14, 15)],
  ])('is 1 if it is %s', (_what, tiff) => {
    expect(readOrientation(tiff)).toBe(1);
  });

  it('is found among more entries than there are bytes', () => {
    expect(readOrientation(tiffOf(true, short, 6).fill(0xff, 8, 10))).toBe(6);
  });
});
