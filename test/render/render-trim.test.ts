import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { jpegSegment, withSegments } from './encoders.ts';
import { draw } from './rendering.ts';

/*
 * One rectangle of ink on a background: what trim leaves is the rectangle, by the place where the test has put it.
 */

const canvas = { width: 40, height: 30 } as const;
const threshold = 10;

type Box = readonly [left: number, top: number, width: number, height: number];
const places: readonly (readonly [name: string, box: Box])[] = [
  ['a column on the left', [5, 0, 1, 30]],
  ['a column on the right', [33, 0, 1, 30]],
  ['a row above', [0, 4, 40, 1]],
  ['a row below', [0, 26, 40, 1]],
  ['the first column, below the corner', [0, 5, 1, 15]],
  ['the last column', [39, 0, 1, 30]],
  ['the first row, beside the corner', [5, 0, 30, 1]],
  ['the last row', [0, 29, 40, 1]],
  ['the upper right corner', [39, 0, 1, 1]],
  ['the lower left corner', [0, 29, 1, 1]],
  ['the lower right corner', [39, 29, 1, 1]],
  ['a pixel', [12, 17, 1, 1]],
  ['a block', [7, 9, 21, 13]],
];

/** The same small steps in each run, up to 3 up and down. */
const wobble = (at: number): number => ((at * 7919) % 7) - 3;

type Ground = {
  readonly name: string;
  readonly channels: 1 | 2 | 3 | 4;
  readonly ground: (at: number) => readonly number[];
  readonly ink: readonly number[];
};
const grounds: readonly Ground[] = [
  { name: 'another colour', channels: 3, ground: () => [200, 200, 200], ink: [200, 10, 0] },
  { name: 'nearly its colour', channels: 3, ground: () => [200, 200, 200], ink: [200, 200, 189] },
  {
    name: 'a noisy ground',
    channels: 3,
    ground: (at) => [200 + wobble(at), 200 + wobble(at + 1), 200 + wobble(at + 2)],
    ink: [200, 10, 0],
  },
  {
    name: 'a clear ground of hidden colours',
    channels: 4,
    ground: (at) => [(at * 31) % 256, (at * 57) % 256, (at * 91) % 256, 0],
    ink: [0, 0, 0, 255],
  },
  {
    name: 'a ground with a clear hole',
    channels: 4,
    ground: () => [255, 255, 255, 255],
    ink: [255, 255, 255, 0],
  },
  {
    name: 'a ground with a faint hole',
    channels: 4,
    ground: () => [255, 255, 255, 255],
    ink: [255, 255, 255, 244],
  },
  { name: 'grey', channels: 1, ground: () => [90], ink: [101] },
  { name: 'grey with alpha', channels: 2, ground: () => [255, 255], ink: [0, 255] },
];

function paint([left, top, width, height]: Box, { channels, ground, ink }: Ground) {
  const pixels = Array.from({ length: canvas.width * canvas.height }, (_, at) => {
    const [x, y] = [at % canvas.width, Math.floor(at / canvas.width)];
    const inside = x >= left && x < left + width && y >= top && y < top + height;
    return inside ? ink : ground(at);
  });
  const image = sharp(Buffer.from(pixels.flat()), { raw: { ...canvas, channels } });
  return channels < 3 ? image.toColourspace('b-w') : image;
}

const trim = `trim,t_${threshold}__op__format,f_png`;

/** Three channels of grey, so that all kinds compare alike. */
const rgba = async (bytes: Uint8Array): Promise<Buffer> =>
  sharp(bytes).toColourspace('srgb').ensureAlpha().raw().toBuffer();

describe.each(grounds)('trim leaves, on $name,', (ground) => {
  it.each(places)('%s', async (_, box) => {
    const [left, top, width, height] = box;
    const made = await draw(await paint(box, ground).png().toBuffer(), trim);
    expect(made).toMatchObject({ width, height });
    const whole = await rgba(await paint(box, ground).png().toBuffer());
    const cut = { left, top, width, height };
    const raw = { ...canvas, channels: 4 } as const;
    const expected = await sharp(whole, { raw }).extract(cut).raw().toBuffer();
    expect(Buffer.compare(await rgba(made.bytes), expected)).toBe(0);
  });
});

describe('trim', () => {
  it('takes a pixel that differs by the threshold for the border', async () => {
    const ground: Ground = {
      ...grounds[0],
      name: '',
      channels: 3,
      ground: () => [200, 200, 200],
      ink: [200, 200, 190],
    };
    const source = await paint([12, 17, 5, 5], ground).png().toBuffer();
    expect(await draw(source, trim)).toMatchObject(canvas);
  });

  it.each([
    [1, 9, { left: 0, top: 4 }],
    [9, 1, { left: 4, top: 0 }],
    [2, 9, { left: 1, top: 4 }],
    [9, 2, { left: 4, top: 1 }],
  ])('leaves one pixel of a picture of %i×%i', async (width, height, { left, top }) => {
    const data = Buffer.alloc(width * height * 3, 255);
    data.fill(0, (top * width + left) * 3, (top * width + left + 1) * 3);
    const source = await sharp(data, { raw: { width, height, channels: 3 } })
      .png()
      .toBuffer();
    expect(await draw(source, trim)).toMatchObject({ width: 1, height: 1 });
  });

  it('compares with the upper left corner of the upright picture', async () => {
    // Stored: white above, and black below. Orientation 3 turns it upside down, so black is the border.
    const data = Buffer.alloc(40 * 30 * 3).fill(255, 0, 40 * 10 * 3);
    const jpeg = await sharp(data, { raw: { ...canvas, channels: 3 } })
      .jpeg({ quality: 100 })
      .toBuffer();
    const tiff = Buffer.from('4d4d002a00000008000101120003000000010003000000000000', 'hex');
    const exif = jpegSegment(0xe1, Buffer.concat([Buffer.from('Exif\0\0'), tiff]));
    const made = await draw(withSegments(jpeg, [exif]), 'trim,t_100__op__format,f_png');
    expect(made).toMatchObject({ width: 40, height: 10 });
    expect((await rgba(made.bytes))[0]).toBeGreaterThan(250);
  });
});
