import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import {
  adobeProfile,
  jpegWith,
  linearGreyProfile,
  pngWith,
  turnedProfile,
} from './icc-profiles.ts';
import { draw, pixelsOf } from './rendering.ts';

type Rgb = readonly [number, number, number];

const plain = ([r, g, b]: Rgb) =>
  sharp({ create: { width: 16, height: 16, channels: 3, background: { r, g, b } } });

const jpeg = (colour: Rgb) =>
  plain(colour).jpeg({ quality: 100, chromaSubsampling: '4:4:4' }).toBuffer();
const png = (colour: Rgb) => plain(colour).png().toBuffer();
const png16 = (colour: Rgb) => plain(colour).toColourspace('rgb16').png().toBuffer();
const grey = (value: number) => plain([value, value, value]).toColourspace('b-w');

/** The middle of what a recipe makes of a source. */
async function shown(source: Buffer, recipe = 'format,f_png'): Promise<Rgb> {
  const { bytes } = await draw(source, recipe);
  const [r, g, b] = (await pixelsOf(bytes)).at(8, 8);
  return [r, g, b];
}

function expectNear(actual: Rgb, expected: Rgb, most = 3): void {
  const apart = actual.map((value, at) => Math.abs(value - (expected[at] ?? 0)));
  expect(Math.max(...apart), `${actual} is not near ${expected}`).toBeLessThanOrEqual(most);
}

const red: Rgb = [255, 0, 0];
const meantGreen: Rgb = [0, 255, 0];

describe('a colour profile', () => {
  it.each([
    { name: 'JPEG', source: async () => jpegWith(await jpeg(red), turnedProfile) },
    { name: 'PNG', source: async () => pngWith(await png(red), turnedProfile) },
    { name: 'PNG of 16 bits', source: async () => pngWith(await png16(red), turnedProfile) },
  ])('of a $name says which colour is meant, in every type', async ({ source }) => {
    const bytes = await source();
    for (const type of ['png', 'jpg', 'webp', 'gif'])
      expectNear(await shown(bytes, `format,f_${type}`), meantGreen, 6);
  });

  // (200, 60, 40) with its primaries and its exponent of 2.2 is (233, 55, 34) in sRGB.
  it('of Adobe RGB is converted to sRGB at every depth', async () => {
    const written: Rgb = [200, 60, 40];
    const eight = await shown(pngWith(await png(written), adobeProfile));
    const sixteen = await shown(pngWith(await png16(written), adobeProfile));
    expectNear(eight, [233, 55, 34], 4);
    expectNear(sixteen, eight);
  });

  it('of grey is applied too', async () => {
    const written = pngWith(await grey(55).png().toBuffer(), linearGreyProfile);
    // 55 of 255 in light is 128 of 255 in sRGB: IEC 61966-2-1.
    expectNear(await shown(written), [128, 128, 128]);
  });

  it.each([
    { name: 'cut short', icc: turnedProfile.subarray(0, 200) },
    { name: 'of zeros', icc: Buffer.alloc(300) },
    { name: 'of grey in a picture with colours', icc: linearGreyProfile },
    { name: 'of four inks in a picture of three channels', icc: 'cmyk' as const },
  ])('$name is passed over', async ({ icc }) => {
    const profile =
      icc === 'cmyk'
        ? ((
            await sharp(
              await plain(red).toColourspace('cmyk').withIccProfile('cmyk').jpeg().toBuffer(),
            ).metadata()
          ).icc ?? Buffer.alloc(0))
        : icc;
    const written: Rgb = [200, 60, 40];
    expectNear(await shown(pngWith(await png(written), profile)), written);
  });
});

describe('four inks', () => {
  it.each([
    { name: 'with a profile', icc: true },
    { name: 'without one', icc: false },
  ])('$name become the colours that they print', async ({ icc }) => {
    for (const colour of [
      [255, 255, 255],
      [0, 0, 0],
      [200, 60, 40],
      [120, 120, 120],
    ] as const) {
      const inked = plain(colour).toColourspace('cmyk');
      const source = await (icc ? inked.withIccProfile('cmyk') : inked)
        .jpeg({ quality: 100 })
        .toBuffer();
      expect((await sharp(source).metadata()).space).toBe('cmyk');
      expectNear(await shown(source), colour, 45);
    }
  });
});

describe('sixteen bits', () => {
  it.each([
    'bright,b_50',
    'contrast,c_-50',
    'tint,color_C08040',
    'resize,m_pad,w_16,h_40,color_FF0000',
  ])('%s draws the same as on eight', async (recipe) => {
    const colour: Rgb = [100, 100, 100];
    const text = `${recipe}__op__format,f_png`;
    expectNear(await shown(await png16(colour), text), await shown(await png(colour), text));
  });
});

describe('a picture in grey', () => {
  const sources = [
    { name: 'JPEG', make: () => grey(120).jpeg().toBuffer() },
    { name: 'PNG', make: () => grey(120).png().toBuffer() },
    {
      name: 'PNG of 16 bits',
      make: () => plain([120, 120, 120]).toColourspace('grey16').png().toBuffer(),
    },
  ];
  it.each(sources)('can be coloured as a $name', async ({ make }) => {
    const source = await make();
    const coloured = await shown(await png([120, 120, 120]), 'tint,color_C08040__op__format,f_png');
    expectNear(await shown(source, 'tint,color_C08040__op__format,f_png'), coloured);
    const padded = await draw(source, 'resize,m_pad,w_16,h_40,color_FF0000__op__format,f_png');
    expectNear((await pixelsOf(padded.bytes)).at(8, 2).slice(0, 3) as unknown as Rgb, red);
    expectNear(await shown(source), [120, 120, 120]);
  });
});

describe('a GIF', () => {
  it('that stays a GIF gets a new palette', async () => {
    const source = await plain([100, 100, 100]).gif().toBuffer();
    expectNear(await shown(source, 'bright,b_50__op__format,f_gif'), [164, 164, 164]);
    const clear = await sharp({
      create: { width: 16, height: 16, channels: 4, background: '#00000000' },
    })
      .gif()
      .toBuffer();
    expectNear(await shown(clear, 'background,color_F4EFE6__op__format,f_gif'), [244, 239, 230]);
  });
});
