import sharp from 'sharp';
import { beforeAll, describe, expect, it } from 'vitest';
import { type ImageType, imageTypes } from '../../shared/operations/image-type.ts';
import { draw, quartered } from './rendering.ts';
import { type SourceName, sourceNames, stuffedSources } from './stuffed-sources.ts';

/** The end of an image by its own structure. Bytes after it do not belong to the image. */
const endOf: Readonly<Record<ImageType, (bytes: Buffer) => number>> = {
  jpg: (bytes) => bytes.indexOf(Buffer.from([0xff, 0xd9])) + 2,
  png: (bytes) => bytes.indexOf('IEND') + 8,
  // Sub-blocks hold any byte, so the end is told from the back: exactly one trailer.
  gif: (bytes) => (bytes.at(-1) === 0x3b && bytes.at(-2) === 0 ? bytes.length : -1),
  webp: (bytes) => bytes.readUInt32LE(4) + 8,
  avif: (bytes) => {
    let at = 0;
    while (at < bytes.length) at += Math.max(8, bytes.readUInt32BE(at));
    return at;
  },
};

const beginsWith: Readonly<Record<ImageType, string>> = {
  jpg: '\xff\xd8\xff',
  png: '\x89PNG\r\n\x1a\n',
  gif: 'GIF89a',
  webp: 'RIFF',
  avif: '\0\0\0',
};

let sources: ReadonlyMap<SourceName, Buffer>;
beforeAll(async () => {
  sources = await stuffedSources();
});

const types = Object.keys(imageTypes) as readonly ImageType[];
const cases = sourceNames.flatMap((name) => types.map((type) => ({ name, type })));

describe('an answer made from a source full of metadata', () => {
  it.each(cases)('$name to $type has none of it, and no bytes after its end', async (row) => {
    const source = sources.get(row.name) ?? Buffer.alloc(0);
    expect(source.includes('CANARY')).toBe(true);
    const made = await draw(source, `format,f_${row.type}`);
    const bytes = Buffer.from(made.bytes);
    expect(bytes.includes('CANARY')).toBe(false);
    for (const word of [
      'Exif',
      'eXIf',
      'EXIF',
      'XMP',
      'xmp',
      'iCCP',
      'ICC_PROFILE',
      'prof',
      'tEXt',
    ])
      expect(bytes.includes(word)).toBe(false);
    const type = made.type as ImageType;
    expect(bytes.toString('latin1').startsWith(beginsWith[type])).toBe(true);
    expect(endOf[type](bytes)).toBe(bytes.length);
  });

  it.each(sourceNames)('%s: sharp finds no profile and no metadata in it either', async (name) => {
    for (const type of ['jpg', 'png', 'webp', 'gif']) {
      const made = await draw(sources.get(name) ?? Buffer.alloc(0), `format,f_${type}`);
      const { exif, icc, iptc, xmp, comments, orientation } = await sharp(made.bytes).metadata();
      const found = { exif, icc, iptc, xmp, comments, orientation };
      expect(Object.values(found).filter((one) => one !== undefined)).toEqual([]);
    }
  });

  it('converts the colours of a wide profile to sRGB', async () => {
    const p3 = await quartered(40, 24, ['red', 'red', 'red', 'red'])
      .removeAlpha()
      .withIccProfile('p3')
      .png()
      .toBuffer();
    const made = await draw(p3, 'format,f_png');
    const { data } = await sharp(made.bytes).raw().toBuffer({ resolveWithObject: true });
    expect([...data.subarray(0, 3)].map((one) => Math.round(one / 8))).toEqual([32, 0, 0]);
  });
});
