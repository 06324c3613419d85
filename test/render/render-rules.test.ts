import sharp from 'sharp';
import { beforeAll, describe, expect, it } from 'vitest';
import { jpegSegment, withSegments } from './encoders.ts';
import {
  animated,
  draw,
  nameOf,
  pixelsOf,
  type Quarters,
  quartered,
  quartersOf,
  refusalOf,
} from './rendering.ts';

const quarters: Quarters = ['red', 'green', 'blue', 'yellow'];
const second: Quarters = ['white', 'black', 'green', 'red'];
const third: Quarters = ['black', 'white', 'yellow', 'blue'];

let still: Buffer;
let gif: Buffer;
let webp: Buffer;

beforeAll(async () => {
  still = await quartered(40, 24, quarters).png().toBuffer();
  const moving = animated(40, 24, [quarters, second, third]);
  const timing = { delay: [100, 200, 300], loop: 7 };
  gif = await moving.clone().gif(timing).toBuffer();
  webp = await moving
    .clone()
    .webp({ lossless: true, ...timing })
    .toBuffer();
});

describe('an animation', () => {
  it.each([
    { format: 'gif', type: 'gif', frames: 3 },
    { format: 'webp', type: 'webp', frames: 3 },
    { format: 'src', type: 'gif', frames: 3 },
    // Browsers agree on no animated AVIF, so the answer is WebP and says so.
    { format: 'avif', type: 'webp', frames: 3 },
    { format: 'jpg', type: 'jpg', frames: 1 },
    { format: 'png', type: 'png', frames: 1 },
  ])('asked for as $format is a $type of $frames frames', async ({ format, type, frames }) => {
    const made = await draw(gif, `format,f_${format}`);
    expect(made).toMatchObject({ type, frames, width: 40, height: 24 });
    const { pages = 1, format: written } = await sharp(made.bytes).metadata();
    expect({ pages, written }).toEqual({ pages: frames, written: type === 'jpg' ? 'jpeg' : type });
  });

  it.each(['gif', 'webp'] as const)(
    'into %s keeps every frame, its time and the loop',
    async (type) => {
      const made = await draw(webp, `resize,w_20__op__format,f_${type}`);
      expect(await quartersOf(made.bytes, 0)).toEqual(quarters);
      expect(await quartersOf(made.bytes, 1)).toEqual(second);
      expect(await quartersOf(made.bytes, 2)).toEqual(third);
      expect(await sharp(made.bytes).metadata()).toMatchObject({ delay: [100, 200, 300], loop: 7 });
    },
  );

  it.each(['jpg', 'png'])('into %s is its first frame', async (type) => {
    expect(await quartersOf((await draw(gif, `format,f_${type}`)).bytes)).toEqual(quarters);
  });

  it.each([
    { recipe: 'rotate,a_90', frames: 1, shown: ['blue', 'red', 'yellow', 'green'] },
    { recipe: 'rotate,a_270', frames: 1, shown: ['green', 'yellow', 'red', 'blue'] },
    { recipe: 'rotate,a_180', frames: 3, shown: ['yellow', 'blue', 'green', 'red'] },
    { recipe: 'flip,d_h', frames: 3, shown: ['green', 'red', 'yellow', 'blue'] },
    { recipe: 'flip,d_v', frames: 3, shown: ['blue', 'yellow', 'red', 'green'] },
    { recipe: 'flip,d_hv', frames: 3, shown: ['yellow', 'blue', 'green', 'red'] },
    { recipe: 'crop,w_20,h_12', frames: 3, shown: ['red', 'red', 'red', 'red'] },
    { recipe: 'resize,m_fixed,w_24,h_40,limit_0', frames: 3, shown: quarters },
  ])('through $recipe has $frames frames, the first of them $shown', async (row) => {
    const made = await draw(gif, `${row.recipe}__op__format,f_webp`);
    expect(made.frames).toBe(row.frames);
    expect((await sharp(made.bytes).metadata()).pages ?? 1).toBe(row.frames);
    expect(await quartersOf(made.bytes)).toEqual(row.shown);
  });

  it.each([
    { recipe: 'flip,d_v', shown: ['yellow', 'blue', 'black', 'white'] },
    { recipe: 'rotate,a_180', shown: ['blue', 'yellow', 'white', 'black'] },
  ])('through $recipe has its frames in their order', async ({ recipe, shown }) => {
    const { bytes } = await draw(gif, `${recipe}__op__format,f_webp`);
    expect(await quartersOf(bytes, 2)).toEqual(shown);
  });

  it.each(['blur,s_6', 'sharpen,s_399'])('through %s never mixes its frames', async (recipe) => {
    // Two greys: over a border between them blur would smear, and sharpen leave a halo.
    const strip = Buffer.alloc(40 * 24 * 2 * 3, 80).fill(170, 40 * 24 * 3);
    const raw = { width: 40, height: 48, channels: 3, pageHeight: 24 } as const;
    const greys = await sharp(strip, { raw, animated: true }).webp({ lossless: true }).toBuffer();
    const { bytes } = await draw(greys, `${recipe}__op__quality,q_100__op__format,f_webp`);
    const { at } = await pixelsOf(bytes);
    for (let y = 0; y < 48; y += 1)
      expect(Math.abs(at(20, y)[0] - (y < 24 ? 80 : 170)), `row ${y}`).toBeLessThanOrEqual(2);
  });

  it.each(['smart', 'entropy'])('filled with g_%s is cut at its centre', async (g) => {
    const searched = await draw(gif, `resize,m_fill,w_20,h_20,g_${g}__op__format,f_gif`);
    const centred = await draw(gif, 'resize,m_fill,w_20,h_20__op__format,f_gif');
    expect(Buffer.from(searched.bytes)).toEqual(Buffer.from(centred.bytes));
  });

  it.each([
    { format: 'gif', type: 'gif', start: /^GIF89a/ },
    { format: 'webp', type: 'webp', start: /^RIFF.{4}WEBP/s },
    { format: 'src', type: 'gif', start: /^GIF89a/ },
    // The brand of a still AVIF; the one of a sequence is avis.
    { format: 'avif', type: 'avif', start: /^.{4}ftypavif/s },
    { format: 'jpg', type: 'jpg', start: /^\u00ff\u00d8\u00ff/ },
    { format: 'png', type: 'png', start: /^\u0089PNG/ },
  ])('through frames,n_1 into $format is a still, its first frame', async (row) => {
    const made = await draw(gif, `frames,n_1__op__format,f_${row.format}`);
    expect(made).toMatchObject({ type: row.type, frames: 1, width: 40, height: 24 });
    const file = Buffer.from(made.bytes).toString('latin1');
    expect(file).toMatch(row.start);
    expect(file).not.toMatch(/NETSCAPE2\.0|ANIM|ANMF|acTL|avis/);
    if (row.type !== 'avif') expect(await quartersOf(made.bytes)).toEqual(quarters);
  });

  it.each([
    { recipe: 'flip,d_h', shown: ['green', 'red', 'yellow', 'blue'] },
    { recipe: 'rotate,a_90', shown: ['blue', 'red', 'yellow', 'green'] },
    { recipe: 'resize,w_20', shown: quarters },
    { recipe: 'crop,w_20,h_12', shown: ['red', 'red', 'red', 'red'] },
  ])('through frames,n_1 and $recipe shows the first frame as $shown', async (row) => {
    for (const source of [gif, webp]) {
      const made = await draw(source, `frames,n_1__op__${row.recipe}__op__format,f_webp`);
      expect(made.frames).toBe(1);
      expect(await quartersOf(made.bytes)).toEqual(row.shown);
    }
  });

  it('through frames,n_1 is not read behind its first frame', async () => {
    // The second image of the file begins with the second image separator that follows a control extension.
    const control = Buffer.from([0x21, 0xf9, 0x04]);
    const second = gif.indexOf(control, gif.indexOf(control) + 1);
    const damaged = Buffer.concat([gif.subarray(0, second), Buffer.from([0x21, 0xf9, 0x09])]);
    expect(await draw(damaged, 'frames,n_1__op__format,f_gif')).toMatchObject({ frames: 1 });
    expect(await refusalOf(draw(damaged, 'format,f_gif'))).toMatchObject({
      code: 'source_undecodable',
    });
  });

  it('is cut to the number of frames that the policy allows', async () => {
    expect(await draw(gif, 'format,f_webp', { maxFrames: 2 })).toMatchObject({ frames: 2 });
  });

  it('is cut where its frames together exceed the pixel limit of the policy', async () => {
    const two = { maxPixels: 40 * 24 * 2 + 1 };
    expect(await draw(gif, 'format,f_gif', two)).toMatchObject({ frames: 2 });
    expect(await draw(gif, 'format,f_jpg', two)).toMatchObject({ frames: 1 });
    const none = { maxPixels: 40 * 24 - 1 };
    expect(await refusalOf(draw(gif, 'format,f_gif', none))).toEqual({
      code: 'source_too_large',
      aboutSource: true,
    });
  });
});

describe('a still', () => {
  it.each(['png', 'webp', 'gif', 'avif'])(
    'in %s has the same bytes with frames,n_1',
    async (type) => {
      const plain = await draw(still, `resize,w_20__op__format,f_${type}`);
      const kept = await draw(still, `frames,n_1__op__resize,w_20__op__format,f_${type}`);
      expect(Buffer.from(kept.bytes)).toEqual(Buffer.from(plain.bytes));
    },
  );
});

describe('transparency', () => {
  const holed: Quarters = ['clear', 'red', 'green', 'clear'];

  it.each([
    { format: 'jpg', shown: ['white', 'red', 'green', 'white'] },
    { format: 'png', shown: holed },
    { format: 'webp', shown: holed },
  ])('in $format is $shown', async ({ format, shown }) => {
    const source = await quartered(40, 24, holed).png().toBuffer();
    expect(await quartersOf((await draw(source, `format,f_${format}`)).bytes)).toEqual(shown);
  });

  it.each([
    'flip,d_hv',
    'rotate,a_180',
    'resize,w_20',
    'blur,s_1',
    'sharpen,s_100',
    'crop,w_40,h_24',
    'resize,m_pad,w_40,h_24',
  ])('is white in a JPEG after %s, too', async (recipe) => {
    const source = await quartered(40, 24, ['clear', 'clear', 'clear', 'clear']).png().toBuffer();
    const made = await draw(source, `${recipe}__op__format,f_jpg`);
    expect(new Set(await quartersOf(made.bytes))).toEqual(new Set(['white']));
  });

  it.each([
    { format: 'png', corner: 'clear' },
    { format: 'jpg', corner: 'white' },
  ])('opens up at the corners of a turned picture: $corner in $format', async (row) => {
    const { bytes } = await draw(still, `rotate,a_45__op__format,f_${row.format}`);
    expect(nameOf((await pixelsOf(bytes)).at(0, 0))).toBe(row.corner);
  });
});

/** EXIF that holds nothing but an orientation: TIFF 6.0, one entry. */
function exif(orientation: number): Buffer {
  const tiff = Buffer.from('4d4d002a00000008000101120003000000010000000000000000', 'hex');
  tiff.writeUInt16BE(orientation, 18);
  return jpegSegment(0xe1, Buffer.concat([Buffer.from('Exif\0\0'), tiff]));
}

describe('orientation', () => {
  const upright = { width: 40, height: 24, shown: quarters };
  const sideways = { width: 24, height: 40 };

  it.each([
    { orientation: 1, ...upright },
    { orientation: 2, ...upright, shown: ['green', 'red', 'yellow', 'blue'] },
    { orientation: 3, ...upright, shown: ['yellow', 'blue', 'green', 'red'] },
    { orientation: 4, ...upright, shown: ['blue', 'yellow', 'red', 'green'] },
    { orientation: 5, ...sideways, shown: ['red', 'blue', 'green', 'yellow'] },
    { orientation: 6, ...sideways, shown: ['blue', 'red', 'yellow', 'green'] },
    { orientation: 7, ...sideways, shown: ['yellow', 'green', 'blue', 'red'] },
    { orientation: 8, ...sideways, shown: ['green', 'yellow', 'red', 'blue'] },
    { orientation: 9, ...upright },
  ])('$orientation is turned upright: $shown', async ({ orientation, width, height, shown }) => {
    const jpeg = await quartered(40, 24, quarters).jpeg({ quality: 100 }).toBuffer();
    const source = withSegments(jpeg, [exif(orientation)]);
    const made = await draw(source, 'format,f_png');
    expect(made).toMatchObject({ width, height });
    expect(await quartersOf(made.bytes)).toEqual(shown);
  });

  it('comes before every other operation', async () => {
    const jpeg = await quartered(40, 24, quarters).jpeg({ quality: 100 }).toBuffer();
    const source = withSegments(jpeg, [exif(6)]);
    const cut = await draw(source, 'crop,w_24,h_20__op__format,f_png');
    expect(await quartersOf(cut.bytes)).toEqual(['blue', 'red', 'blue', 'red']);
    const scaled = await draw(source, 'resize,w_12__op__format,f_png');
    expect(scaled).toMatchObject({ width: 12, height: 20 });
  });

  it('is kept as stored by orient,o_0', async () => {
    const jpeg = await quartered(40, 24, quarters).jpeg({ quality: 100 }).toBuffer();
    const made = await draw(withSegments(jpeg, [exif(6)]), 'orient,o_0__op__format,f_png');
    expect(await quartersOf(made.bytes)).toEqual(quarters);
  });
});
