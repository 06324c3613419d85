import { describe, expect, it } from 'vitest';
import { describeForeign } from '../../../../shared/inspect/foreign/foreign-source.ts';
import { foreignTypes } from '../../../../shared/inspect/foreign/foreign-types.ts';

const bytes = (text: string): Uint8Array => Buffer.from(text, 'latin1');
const heic = bytes('\0\0\0\x18ftypheic\0\0\0\0mif1heic');
const pdf = bytes('%PDF-1.7');
const jpeg = bytes('\xff\xd8\xff\xe0');
const convert = 'convert it with `magick in.heic out.jpg`';
const sources = 'not a JPEG, PNG, WebP or GIF';

describe('the sentence about a file that is not a source', () => {
  it.each<[string, string]>([
    ['photo.heic', `is HEIC, ${sources}; ${convert}`],
    ['photo.HEIC', `is HEIC, ${sources}; ${convert}`],
    ['photo', `is HEIC, ${sources}; ${convert}`],
    ['photo.of.me', `is HEIC, ${sources}; ${convert}`],
    ['photo.jpg', `is named .jpg, but is HEIC, ${sources}; ${convert}`],
    ['a.b/photo.JPEG', `is named .jpeg, but is HEIC, ${sources}; ${convert}`],
    ['photo.png', `is named .png, but is HEIC, ${sources}; ${convert}`],
    ['photo.tif', `is named .tif, but is HEIC, ${sources}; ${convert}`],
  ])('names the type and an ending that lies: %s', (name, sentence) => {
    expect(describeForeign('the source', heic, name)).toBe(`the source ${sentence}`);
  });

  it('says of an empty file only that it is empty', () => {
    expect(describeForeign('stdin', bytes(''), 'a.jpg')).toBe(
      `stdin is empty, ${sources}; upload it again`,
    );
  });

  it('says of an unknown file only what it is not', () => {
    expect(describeForeign('a.jpg', bytes('\0\x01\x02'), 'a.jpg')).toBe(`a.jpg is ${sources}`);
  });

  it('names a source, too, where another type is wanted', () => {
    expect(describeForeign('watermark logo', jpeg, 'logo.png', 'a PNG')).toBe(
      'watermark logo is named .png, but is JPEG, not a PNG; convert it with `magick in.jpg out.png`',
    );
    expect(describeForeign('watermark logo', pdf, 'logo.pdf', 'a PNG')).toMatch(
      /^watermark logo is PDF, not a PNG; convert/,
    );
  });

  // The log keeps 256 characters of a text.
  it('fits into a line of the log for each type', () => {
    const longest = 'the source is named .heifs, but is , not a JPEG, PNG, WebP or GIF; ';
    for (const { name, remedy } of foreignTypes)
      expect(`${longest}${name}${remedy}`.length).toBeLessThanOrEqual(256);
  });
});

describe('the list of types', () => {
  it('has each name once', () => {
    const names = foreignTypes.map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
  });

  it('has endings as they follow the last dot, in lower case', () => {
    const endings = foreignTypes.flatMap(({ endings: own = [] }) => own);
    expect(endings.filter((one) => !/^[a-z0-9]{1,6}$/.test(one))).toEqual([]);
  });
});
