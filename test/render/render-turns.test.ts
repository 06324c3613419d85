import sharp from 'sharp';
import { beforeAll, describe, expect, it } from 'vitest';
import { jpegSegment, withSegments } from './encoders.ts';
import { draw, nameOf, pixelsOf, type Quarters, quartered, quartersOf } from './rendering.ts';

/*
 * Turns are drawn behind the scaling, and crops move to where the pixels are stored. What is expected is read off a
 * sketch of four quarters.
 */

const stored: Quarters = ['red', 'green', 'blue', 'yellow'];

/** The upright quarters for each EXIF orientation, and operations that turn alike. */
const turns: readonly (readonly [exif: number, recipe: string, upright: Quarters])[] = [
  [1, 'rotate,a_0', ['red', 'green', 'blue', 'yellow']],
  [2, 'flip,d_h', ['green', 'red', 'yellow', 'blue']],
  [3, 'rotate,a_180', ['yellow', 'blue', 'green', 'red']],
  [4, 'flip,d_v', ['blue', 'yellow', 'red', 'green']],
  [5, 'rotate,a_270__op__flip,d_v', ['red', 'blue', 'green', 'yellow']],
  [6, 'rotate,a_90', ['blue', 'red', 'yellow', 'green']],
  [7, 'rotate,a_270__op__flip,d_h', ['yellow', 'green', 'blue', 'red']],
  [8, 'rotate,a_270', ['green', 'yellow', 'red', 'blue']],
];

/** EXIF that holds nothing but an orientation: TIFF 6.0, one entry. */
function exif(orientation: number): Buffer {
  const tiff = Buffer.from('4d4d002a00000008000101120003000000010000000000000000', 'hex');
  tiff.writeUInt16BE(orientation, 18);
  return jpegSegment(0xe1, Buffer.concat([Buffer.from('Exif\0\0'), tiff]));
}

const joined = (...parts: readonly string[]): string =>
  parts.filter((part) => part !== '').join('__op__');

/** A picture of 160×96 has room for libjpeg to shrink it. */
let jpeg: Buffer;
let png: Buffer;
let webp: Buffer;
beforeAll(async () => {
  const picture = quartered(160, 96, stored).removeAlpha();
  jpeg = await picture.clone().jpeg({ quality: 100, chromaSubsampling: '4:4:4' }).toBuffer();
  png = await picture.clone().png().toBuffer();
  webp = await picture.clone().webp({ quality: 100 }).toBuffer();
});

type Shown = (upright: Quarters) => readonly string[];
const same: Shown = (upright) => upright;

/** What recipes show of a picture of 160×96 and of 96×160. */
const tails: readonly (readonly [recipe: string, wide: Shown, tall: Shown])[] = [
  ['', same, same],
  ['resize,w_20', same, same],
  ['resize,m_fixed,w_30,h_30', same, same],
  ['resize,m_fill,w_10,h_10', same, same],
  ['resize,w_400,limit_0', same, same],
  // A square of 96 at a corner shows two quarters.
  ['resize,m_fill,w_12,h_12,g_nw', ([a, , c]) => [a, a, c, c], ([a, b]) => [a, b, a, b]],
  ['resize,m_fill,w_12,h_12,g_se', ([, b, , d]) => [b, b, d, d], ([, , c, d]) => [c, d, c, d]],
  ['crop,w_48,h_48,g_ne', ([, b]) => [b, b, b, b], ([, b]) => [b, b, b, b]],
  ['crop,w_48,h_48,g_ne__op__resize,w_8', ([, b]) => [b, b, b, b], ([, b]) => [b, b, b, b]],
  ['indexcrop,y_48,i_1', ([, , c, d]) => [c, d, c, d], ([a, b, c, d]) => [a, b, c, d]],
  ['crop,w_80__op__circle,r_20', ([a, , c]) => [a, a, c, c], same],
];

const rows = turns.flatMap(([orientation, recipe, upright]) =>
  tails.map(([tail, wide, tall]) => ({
    orientation,
    recipe,
    tail,
    shown: (orientation < 5 ? wide : tall)(upright),
  })),
);

const shownBy = async (source: Buffer, recipe: string) =>
  quartersOf((await draw(source, joined(recipe, 'format,f_png'))).bytes);

describe('a turn with other operations', () => {
  it.each(rows)('of EXIF $orientation, then "$tail", shows $shown', async (row) => {
    const source = withSegments(jpeg, [exif(row.orientation)]);
    expect(await shownBy(source, row.tail)).toEqual(row.shown);
  });

  // Crops run before turns, so only the others come behind one that a recipe asks for.
  it.each(rows.filter(({ tail }) => !tail.includes('crop')))(
    'by $recipe, then "$tail", shows $shown',
    async ({ recipe, tail, shown }) => {
      const written = recipe === 'rotate,a_0' ? '' : recipe;
      for (const source of [jpeg, png, webp])
        expect(await shownBy(source, joined(written, tail))).toEqual(shown);
    },
  );
});

describe('a grey picture', () => {
  const greys: Quarters = ['black', 'white', 'white', 'black'];
  const inks = ['black', 'black', 'black', 'black'];

  it.each([
    ['', greys, 'black'],
    ['resize,w_20', greys, 'black'],
    ['resize,m_fill,w_12,h_12,g_nw', ['black', 'black', 'white', 'white'], 'black'],
    ['crop,w_40,h_40__op__resize,w_20', inks, 'black'],
    ['resize,m_pad,w_40,h_80,color_FF0000', undefined, 'red'],
    ['rotate,a_90__op__resize,m_pad,w_80,h_40,color_FF0000', undefined, 'red'],
    ['rotate,a_45', undefined, 'clear'],
    ['rotate,a_90__op__resize,w_20', ['white', 'black', 'black', 'white'], 'white'],
    ['resize,w_40__op__rounded-corners,r_8', greys, 'clear'],
  ])('after "%s" shows %j, and %s in its corner', async (recipe, shown, corner) => {
    const picture = quartered(160, 96, greys).removeAlpha().toColourspace('b-w');
    const sources = [
      await picture.clone().jpeg({ quality: 100 }).toBuffer(),
      await picture.clone().png().toBuffer(),
    ];
    for (const source of sources) {
      const { bytes } = await draw(source, joined(recipe, 'format,f_png'));
      if (shown !== undefined) expect(await quartersOf(bytes)).toEqual(shown);
      expect(nameOf((await pixelsOf(bytes)).at(0, 0))).toBe(corner);
    }
  });

  it.each(['', 'resize,w_20', 'flip,d_h__op__resize,w_20', 'flip,d_h'])(
    'with alpha is white where it is clear in a JPEG, after "%s"',
    async (recipe) => {
      // Grey with alpha: black, and clear on the right, with black below.
      const data = Buffer.from(
        Array.from({ length: 40 * 24 }, (_, at) => [0, at % 40 < 20 ? 255 : 0]).flat(),
      );
      const raw = { width: 40, height: 24, channels: 2 } as const;
      const source = await sharp(data, { raw }).toColourspace('b-w').png().toBuffer();
      const { bytes } = await draw(source, joined(recipe, 'format,f_jpg'));
      const [left, right] = ['black', 'white'];
      const row = recipe.startsWith('flip') ? [right, left] : [left, right];
      expect(await quartersOf(bytes)).toEqual([...row, ...row]);
    },
  );
});

describe('a picture that grows', () => {
  it('is turned before, so that no turn keeps its scaled form in memory', async () => {
    // Filling this box scales to 4,000×400,000, and a turn of that would take 4.8 GB.
    const source = await quartered(10, 1_000, stored).png().toBuffer();
    const recipe = 'flip,d_v__op__resize,m_fill,w_4000,h_10,limit_0,g_nw__op__format,f_png';
    const { resourceUsage } = process;
    const before = resourceUsage().maxRSS;
    expect(await quartersOf((await draw(source, recipe)).bytes)).toEqual([
      'blue',
      'yellow',
      'blue',
      'yellow',
    ]);
    expect(resourceUsage().maxRSS - before).toBeLessThan(1_000_000);
  });
});
