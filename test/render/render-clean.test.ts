import { deflateSync } from 'node:zlib';
import sharp from 'sharp';
import { beforeAll, describe, expect, it } from 'vitest';
import { type ImageType, imageTypes, type SourceType } from '../../shared/operations/image-type.ts';
import { jpegSegment, pngChunk, riff, withSegments } from './encoders.ts';
import { animated, draw, quartered } from './rendering.ts';

/** What must never leave: it stands in every place that a file has for words. */
const canary = '<script>CANARY-4711</script>';
const text = Buffer.from(canary, 'latin1');

function poisonedJpeg(jpeg: Buffer): Buffer {
  const segments = [
    jpegSegment(0xe1, `Exif\0\0${canary}`),
    jpegSegment(0xe1, `http://ns.adobe.com/xap/1.0/\0<x:xmpmeta>${canary}</x:xmpmeta>`),
    jpegSegment(0xed, `Photoshop 3.0\0${canary}`),
    jpegSegment(0xe5, canary),
    jpegSegment(0xfe, canary),
  ];
  return Buffer.concat([withSegments(jpeg, segments), text]);
}

function poisonedPng(png: Buffer): Buffer {
  const keyword = (name: string): Buffer => Buffer.from(`${name}\0`, 'latin1');
  const chunks = [
    pngChunk('tEXt', Buffer.concat([keyword('Comment'), text])),
    pngChunk('zTXt', Buffer.concat([keyword('Comment'), Buffer.from([0]), deflateSync(text)])),
    pngChunk('iTXt', Buffer.concat([keyword('XML:com.adobe.xmp'), Buffer.alloc(4), text])),
    pngChunk('eXIf', Buffer.concat([Buffer.from('4d4d002a00000008', 'hex'), text])),
    pngChunk('prVt', text),
  ];
  return Buffer.concat([png.subarray(0, 33), ...chunks, png.subarray(33), text]);
}

function poisonedGif(gif: Buffer): Buffer {
  const block = (label: number, before: readonly number[]): Buffer =>
    Buffer.concat([Buffer.from([0x21, label, ...before, text.length]), text, Buffer.from([0])]);
  const xmp = block(0xff, [11, ...Buffer.from('XMP DataXMP')]);
  const colours = 3 * 2 ** (((gif[10] ?? 0) & 7) + 1);
  const pixels = 13 + ((gif[10] ?? 0) & 0x80 ? colours : 0);
  return Buffer.concat([gif.subarray(0, pixels), block(0xfe, []), xmp, gif.subarray(pixels), text]);
}

/** An extended WebP around the picture of a plain one. */
function poisonedWebp(webp: Buffer): Buffer {
  const header = Buffer.from([0x0c, 0, 0, 0, 39, 0, 0, 23, 0, 0]);
  const picture = webp.subarray(20, 20 + webp.readUInt32LE(16));
  const name = webp.subarray(12, 16).toString('latin1');
  const chunks = [
    ['VP8X', header],
    [name, picture],
    ['EXIF', text],
    ['XMP ', text],
  ] as const;
  return Buffer.concat([riff(chunks), text]);
}

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

const sources = new Map<string, Buffer>();
beforeAll(async () => {
  const picture = quartered(40, 24, ['red', 'green', 'blue', 'yellow']);
  sources.set('jpg', poisonedJpeg(await picture.clone().withIccProfile('p3').jpeg().toBuffer()));
  sources.set('png', poisonedPng(await picture.clone().withIccProfile('p3').png().toBuffer()));
  sources.set('webp', poisonedWebp(await picture.clone().webp().toBuffer()));
  sources.set('gif', poisonedGif(await picture.clone().gif().toBuffer()));
  const moving = animated(40, 24, [
    ['red', 'green', 'blue', 'yellow'],
    ['blue', 'red', 'green', 'yellow'],
  ]);
  sources.set('gif, moving', poisonedGif(await moving.gif().toBuffer()));
});

const types = Object.keys(imageTypes) as readonly ImageType[];
const names: readonly (SourceType | 'gif, moving')[] = ['jpg', 'png', 'webp', 'gif', 'gif, moving'];
const cases = names.flatMap((name) => types.map((type) => ({ name, type })));

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

  it.each(names)('%s: sharp finds no profile and no metadata in it either', async (name) => {
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
