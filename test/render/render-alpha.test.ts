import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { render } from '../../render/render.ts';
import { caps, draw, pixelsOf, recipeOf, sourceOf } from './rendering.ts';

/*
 * Colours beside transparent pixels. The picture is a disc of one flat colour, and every fully transparent pixel
 * hides another one. Whatever mixes pixels, the colour of the disc is known: its own, wherever anything of it shows.
 */

type Rgb = readonly [number, number, number];
type Disc = {
  readonly colour: Rgb;
  /** Pixels over which the edge fades out. */
  readonly edge: number;
};

const side = 96;
const hidden = [0, 255, 0] as const;

const alphaAt = (x: number, y: number, edge: number): number => {
  const inside = side * 0.4 - Math.hypot(x - side / 2 + 0.5, y - side / 2 + 0.5);
  return Math.round(255 * Math.min(1, Math.max(0, inside / edge)));
};

function discPixels({ colour, edge }: Disc): Buffer {
  const pixels = Array.from({ length: side * side }, (_, index) => {
    const alpha = alphaAt(index % side, Math.floor(index / side), edge);
    return [...(alpha === 0 ? hidden : colour), alpha];
  });
  return Buffer.from(pixels.flat());
}

const raw = { width: side, height: side, channels: 4 } as const;
const discPng = (disc: Disc): Promise<Buffer> => sharp(discPixels(disc), { raw }).png().toBuffer();

/** How far colours are from the flat one: opaque pixels, clearly visible ones, and all that are visible. */
function measureErrors(rgba: Uint8Array, colour: Rgb) {
  const errors = { opaque: 0, clear: 0, faint: 0, pixels: 0 };
  for (let at = 0; at < rgba.length; at += 4) {
    const alpha = rgba[at + 3] ?? 0;
    if (alpha === 0) continue;
    const apart = Math.max(...colour.map((one, band) => Math.abs(one - (rgba[at + band] ?? 0))));
    if (alpha === 255) errors.opaque = Math.max(errors.opaque, apart);
    if (alpha >= 32) errors.clear = Math.max(errors.clear, apart);
    errors.faint = Math.max(errors.faint, apart);
    errors.pixels += 1;
  }
  return errors;
}

const discs: readonly (readonly [string, Disc])[] = [
  ['white, soft', { colour: [255, 255, 255], edge: 8 }],
  ['white, hard', { colour: [255, 255, 255], edge: 0.01 }],
  ['red, soft', { colour: [230, 60, 60], edge: 16 }],
  ['red, smooth', { colour: [230, 60, 60], edge: 1 }],
  ['red, hard', { colour: [230, 60, 60], edge: 0.01 }],
  ['odd and even, smooth', { colour: [254, 127, 1], edge: 1 }],
];

/** Those behind which opaque pixels are exact. Turning and compositing may round by one. */
const exact = [
  'resize,w_40',
  'resize,m_fixed,w_30,h_77',
  'resize,w_150,limit_0',
  'resize,m_fill,w_40,h_60',
  'resize,m_fill,w_40,h_60,g_smart',
  'resize,m_fill,w_40,h_60,g_entropy',
  'blur,s_1',
  'blur,s_5',
  'sharpen,s_50',
  'sharpen,s_399',
  'flip,d_h',
  'rotate,a_90',
  'rotate,a_180',
  'crop,w_60,h_60',
] as const;
const rounded = [
  'rotate,a_30',
  'rotate,a_45',
  'rounded-corners,r_30',
  'circle,r_40',
  'rotate,a_10__op__resize,w_50__op__sharpen,s_100__op__blur,s_2',
] as const;

const withEach = <R extends string>(recipes: readonly R[]) =>
  recipes.flatMap((recipe) => discs.map(([name, disc]) => [recipe, name, disc] as const));

describe('a flat colour beside transparent pixels', () => {
  it.each(withEach(exact))('stays what it is behind %s (%s)', async (recipe, _, disc) => {
    const { bytes } = await draw(await discPng(disc), `${recipe}__op__format,f_png`);
    const errors = measureErrors((await pixelsOf(bytes)).data, disc.colour);
    expect(errors.pixels).toBeGreaterThan(100);
    // At alpha 1 of 255, even 16 bits hold a colour to a few levels only.
    expect(errors).toMatchObject({ opaque: 0 });
    if (Math.min(...disc.colour) === 255) expect(errors).toMatchObject({ faint: 0 });
    expect(errors.clear).toBeLessThanOrEqual(1);
    expect(errors.faint).toBeLessThanOrEqual(4);
  });

  it.each(withEach(rounded))(
    'is rounded by one at most behind %s (%s)',
    async (recipe, _, disc) => {
      const { bytes } = await draw(await discPng(disc), `${recipe}__op__format,f_png`);
      const errors = measureErrors((await pixelsOf(bytes)).data, disc.colour);
      expect(errors.clear).toBeLessThanOrEqual(1);
      expect(errors.faint).toBeLessThanOrEqual(5);
    },
  );

  it('stays what it is in each frame of an animation', async () => {
    const disc: Disc = { colour: [230, 60, 60], edge: 1 };
    // WebP joins equal frames.
    const frames = Buffer.concat([discPixels(disc), discPixels({ ...disc, edge: 2 })]);
    const strip = { ...raw, height: 2 * side, pageHeight: side };
    const source = await sharp(frames, { raw: strip, animated: true })
      .webp({ lossless: true, exact: true })
      .toBuffer();
    for (const recipe of ['resize,w_40', 'blur,s_3', 'sharpen,s_200']) {
      // A GIF has the one colour of its pixels in its palette, and WebP would mix it with its surroundings.
      const made = await draw(source, `${recipe}__op__format,f_gif`);
      expect(made.frames).toBe(2);
      const { data } = await pixelsOf(made.bytes);
      expect(measureErrors(data, disc.colour).opaque).toBeLessThanOrEqual(2);
    }
  });

  it('stays what it is on a pad of the same colour', async () => {
    const disc: Disc = { colour: [230, 60, 60], edge: 1 };
    const recipe = 'resize,m_pad,w_40,h_90,color_E63C3C__op__format,f_png';
    const { bytes } = await draw(await discPng(disc), recipe);
    const { data, at } = await pixelsOf(bytes);
    expect(at(20, 2)).toEqual([...disc.colour, 255]);
    expect(measureErrors(data, disc.colour)).toMatchObject({ opaque: 0 });
  });

  it('makes an opaque picture turned by any angle keep its colour', async () => {
    const flat = { width: 40, height: 40, channels: 3, background: '#E63C3C' } as const;
    const source = await sharp({ create: flat }).png().toBuffer();
    const { bytes } = await draw(source, 'rotate,a_30__op__format,f_png');
    const errors = measureErrors((await pixelsOf(bytes)).data, [230, 60, 60]);
    expect(errors).toMatchObject({ opaque: 0 });
    expect(errors.faint).toBeLessThanOrEqual(1);
  });
});

describe('a picture that has alpha and no transparent pixel', () => {
  it.each(['resize,w_40', 'resize,m_fill,w_40,h_60,g_smart', 'blur,s_2', 'sharpen,s_100'])(
    'is drawn like one without alpha: %s',
    async (recipe) => {
      const noise = Buffer.from(
        Array.from({ length: side * side * 3 }, (_, at) => (at * 2_654_435_761) >>> 24),
      );
      const opaque = sharp(noise, { raw: { ...raw, channels: 3 } });
      const pixels = async (source: Buffer) =>
        (await pixelsOf((await draw(source, `${recipe}__op__format,f_png`)).bytes)).data;
      const plain = await pixels(await opaque.clone().png().toBuffer());
      const withAlpha = await pixels(await opaque.ensureAlpha().png().toBuffer());
      expect(withAlpha.equals(plain)).toBe(true);
    },
  );
});

describe('sharpening', () => {
  it('keeps alpha as it is', async () => {
    const disc: Disc = { colour: [230, 60, 60], edge: 16 };
    const { bytes } = await draw(await discPng(disc), 'sharpen,s_300__op__format,f_png');
    const { data } = await pixelsOf(bytes);
    const alphas = (rgba: Uint8Array) => rgba.filter((_, at) => at % 4 === 3);
    expect(alphas(data)).toEqual(alphas(discPixels(disc)));
  });

  it('does not take faint pixels of another colour for an edge', async () => {
    const pixels = discPixels({ colour: [120, 120, 120], edge: 0.01 });
    // Every second transparent pixel becomes a black one that is hardly visible.
    for (let at = 0; at < pixels.length; at += 8)
      if (pixels[at + 3] === 0) pixels.set([0, 0, 0, 8], at);
    const source = await sharp(pixels, { raw }).png().toBuffer();
    const { bytes } = await draw(source, 'sharpen,s_200__op__format,f_png');
    expect(measureErrors((await pixelsOf(bytes)).data, [120, 120, 120]).opaque).toBe(0);
  });
});

describe('a watermark', () => {
  const plain = async (colour: Rgb): Promise<Buffer> => {
    const [r, g, b] = colour;
    const background = { r, g, b };
    return sharp({ create: { ...raw, channels: 3, background } })
      .png()
      .toBuffer();
  };

  it.each(discs)('does not show on its own colour (%s)', async (_, disc) => {
    const recipe = recipeOf('watermark,i_mark,g_center,p_50__op__format,f_png');
    const source = sourceOf(await plain(disc.colour));
    const { bytes } = await render(source, recipe, caps, await discPng(disc));
    expect(measureErrors((await pixelsOf(bytes)).data, disc.colour).opaque).toBeLessThanOrEqual(1);
  });
});
