import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readOrientation } from '../../../shared/inspect/exif.ts';

type Entry = readonly [tag: number, type: number, count: number, value: number];

const orientationTag = 0x0112;
const short = 3;

/** A TIFF with one directory: https://www.itu.int/itudoc/itu-t/com16/tiff-fx/docs/tiff6.pdf, section 2 */
function makeTiff(little: boolean, entries: readonly Entry[], directory = 8): Uint8Array {
  const bytes = new Uint8Array(directory + 2 + entries.length * 12 + 4);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, little ? 0x49492a00 : 0x4d4d002a);
  view.setUint32(4, directory, little);
  view.setUint16(directory, entries.length, little);
  for (const [index, [tag, type, count, value]] of entries.entries()) {
    const at = directory + 2 + index * 12;
    view.setUint16(at, tag, little);
    view.setUint16(at + 2, type, little);
    view.setUint32(at + 4, count, little);
    view.setUint16(at + 8, value, little);
  }
  return bytes;
}

const width: Entry = [0x0100, short, 1, 640];
const turned: Entry = [orientationTag, short, 1, 6];
const bigTiff = makeTiff(false, [turned]);
new DataView(bigTiff.buffer).setUint16(2, 43);

describe.each([
  ['little-endian', true],
  ['big-endian', false],
])('the orientation of %s EXIF', (_, little) => {
  it.each([1, 2, 3, 4, 5, 6, 7, 8])('is %d as it says', (value) => {
    expect(readOrientation(makeTiff(little, [[orientationTag, short, 1, value]]))).toBe(value);
  });

  it.each<readonly [string, readonly Entry[], number]>([
    ['is found behind other tags', [width, [0x010f, 2, 40, 9_999], turned], 6],
    ['is the first of two', [turned, [orientationTag, short, 1, 3]], 6],
    ['is 1 without the tag', [width], 1],
    ['is 1 without entries', [], 1],
    ['is 1 for the value 0', [[orientationTag, short, 1, 0]], 1],
    ['is 1 for the value 9', [[orientationTag, short, 1, 9]], 1],
    ['is 1 for text', [[orientationTag, 2, 1, 6]], 1],
    ...[1, 4, 8, 9].map((type): readonly [string, readonly Entry[], number] => [
      `is 1 for the type ${type}, as in browsers`,
      [[orientationTag, type, 1, 6]],
      1,
    ]),
  ])('%s', (_name, entries, value) => {
    expect(readOrientation(makeTiff(little, entries))).toBe(value);
  });

  it('is found in a directory far behind the header', () => {
    expect(readOrientation(makeTiff(little, [turned], 60_001))).toBe(6);
  });

  it('is found if the directory claims more entries than the file has', () => {
    const tiff = makeTiff(little, [width, turned]);
    new DataView(tiff.buffer).setUint16(8, 0xffff, little);
    expect(readOrientation(tiff)).toBe(6);
  });

  it('is 1 if the file ends before the value', () => {
    const tiff = makeTiff(little, [turned]);
    for (let length = 0; length < 22; length += 1)
      expect(readOrientation(tiff.subarray(0, length))).toBe(1);
  });

  it('is 1 if the directory is outside the file', () => {
    const tiff = makeTiff(little, [turned]);
    for (const place of [tiff.length - 1, tiff.length, 2 ** 31, 2 ** 32 - 1]) {
      new DataView(tiff.buffer).setUint32(4, place, little);
      expect(readOrientation(tiff)).toBe(1);
    }
  });
});

describe('the orientation', () => {
  it('is 1 for a BigTIFF', () => {
    expect(readOrientation(bigTiff)).toBe(1);
  });

  it('is 1 to 8 whatever the bytes are', () => {
    const start = fc.constantFrom('', '49492a0008000000', '4d4d002a00000008');
    fc.assert(
      fc.property(start, fc.uint8Array({ maxLength: 200 }), (hex, tail) => {
        const value = readOrientation(Buffer.concat([Buffer.from(hex, 'hex'), tail]));
        expect([1, 2, 3, 4, 5, 6, 7, 8]).toContain(value);
      }),
    );
  });
});
