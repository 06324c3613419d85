import sharp from 'sharp';
import { beforeAll, describe, expect, it } from 'vitest';
import { draw, nameOf, pixelsOf, quartered } from './rendering.ts';

/** 40 × 20: red and green above, blue and clear below; and the same without the clear part. */
let holed: Buffer;
let opaque: Buffer;
let grey: Buffer;
beforeAll(async () => {
  holed = await quartered(40, 20, ['red', 'green', 'blue', 'clear']).png().toBuffer();
  opaque = await quartered(40, 20, ['red', 'green', 'blue', 'white']).png().toBuffer();
  const background = { r: 100, g: 100, b: 100 };
  grey = await sharp({ create: { width: 30, height: 30, channels: 3, background } })
    .png()
    .toBuffer();
});

const drawn = async (source: Buffer, recipe: string) =>
  pixelsOf((await draw(source, `${recipe}__op__format,f_png`)).bytes);

const said = async (source: Buffer, recipe: string): Promise<unknown> =>
  JSON.parse(Buffer.from((await draw(source, recipe)).bytes).toString());

describe('colours', () => {
  it.each([
    ['bright,b_50', 164],
    ['bright,b_-100', 0],
    ['bright,b_100', 228],
    ['contrast,c_-100', 128],
    ['contrast,c_100', 72],
    ['contrast,c_50', 86],
  ])('%s makes 100 into %i', async (recipe, expected) => {
    const [r, g, b] = (await drawn(grey, recipe)).at(5, 5);
    for (const channel of [r, g, b]) expect(Math.abs(channel - expected)).toBeLessThanOrEqual(1);
  });

  it('saturate,s_-100 and grayscale give three equal channels and keep alpha', async () => {
    for (const recipe of ['saturate,s_-100', 'grayscale']) {
      const { at } = await drawn(holed, recipe);
      const [r, g, b, alpha] = at(5, 5);
      expect([Math.abs(r - g) < 3, Math.abs(g - b) < 3, alpha]).toEqual([true, true, 255]);
      expect(at(35, 15)[3]).toBe(0);
    }
  });

  it('tint gives grey the requested colour', async () => {
    const [r, g, b] = (await drawn(grey, 'tint,color_FF0000')).at(5, 5);
    expect([r > g + 40, r > b + 40]).toEqual([true, true]);
  });

  it('background fills only transparent pixels', async () => {
    const { at } = await drawn(holed, 'background,color_00FF00');
    expect([nameOf(at(5, 5)), nameOf(at(35, 15))]).toEqual(['red', 'green']);
  });
});

describe('shapes', () => {
  it('rounded-corners erases the corners and keeps the edges', async () => {
    const { at, width, height } = await drawn(opaque, 'rounded-corners,r_8');
    expect([width, height]).toEqual([40, 20]);
    for (const [x, y] of [
      [0, 0],
      [39, 0],
      [0, 19],
      [39, 19],
    ] as const)
      expect(at(x, y)[3]).toBe(0);
    for (const [x, y] of [
      [20, 0],
      [20, 19],
      [0, 10],
      [39, 10],
    ] as const)
      expect(at(x, y)[3]).toBe(255);
  });

  it('rounded-corners reduces the radius to half of the shorter side', async () => {
    const { at } = await drawn(opaque, 'rounded-corners,r_4096');
    expect([at(0, 0)[3], at(20, 0)[3]]).toEqual([0, 255]);
    expect(at(0, 10)[3]).toBeGreaterThan(245);
  });

  it.each([
    ['circle,r_5', 11],
    ['circle,r_9', 19],
    ['circle,r_4096', 19],
  ])('%s is a square of %i with clear corners', async (recipe, side) => {
    const { at, width, height } = await drawn(opaque, recipe);
    expect([width, height]).toEqual([side, side]);
    expect([at(0, 0)[3], at(Math.floor(side / 2), 0)[3]]).toEqual([0, 255]);
  });

  it('circle in a JPEG is white around', async () => {
    const { bytes } = await draw(opaque, 'circle,r_9__op__format,f_jpg');
    expect(nameOf((await pixelsOf(bytes)).at(0, 0))).toBe('white');
  });

  it.each([
    ['indexcrop,x_20,i_0', 20, 20, 'red'],
    ['indexcrop,x_20,i_1', 20, 20, 'green'],
    ['indexcrop,y_10,i_1', 40, 10, 'blue'],
    ['indexcrop,x_30,i_1', 10, 20, 'green'],
    ['indexcrop,x_20,i_2', 40, 20, 'red'],
  ])('%s is %i×%i and begins %s', async (recipe, width, height, colour) => {
    const picture = await drawn(opaque, recipe);
    expect([picture.width, picture.height]).toEqual([width, height]);
    expect(nameOf(picture.at(1, 1))).toBe(colour);
  });

  it('trim removes a border of one colour', async () => {
    const framed = await sharp(opaque)
      .extend({ top: 7, left: 3, right: 5, bottom: 2, background: '#000000' })
      .png()
      .toBuffer();
    const { width, height } = await drawn(framed, 'trim,t_10');
    expect([width, height]).toEqual([40, 20]);
  });
});

describe('a watermark', () => {
  it.each([
    ['nw', 3],
    ['se', 26],
  ])('is at %s and not in the middle', async (g, corner) => {
    const plain = await drawn(grey, 'bright,b_0');
    const marked = await drawn(grey, `watermark,i_mark,p_25,x_0,y_0,g_${g}`);
    const differs = (at: number): boolean =>
      marked.at(at, at).some((channel, band) => channel !== plain.at(at, at)[band]);
    expect([differs(corner), differs(15)]).toEqual([true, false]);
  });

  // The image has 30×30 pixels: 10 per cent are 3 pixels, and 25 per cent are 7.5, rounded.
  it.each([
    ['g_nw,xp_10,yp_10', 'g_nw,x_3,y_3'],
    ['g_se,xp_10,yp_0', 'g_se,x_3,y_0'],
    ['g_sw,yp_25', 'g_sw,y_8'],
    ['g_north,yp_25', 'g_north,y_8'],
  ])('has the margin of %s per cent', async (percent, pixels) => {
    const [one, other] = [
      await drawn(grey, `watermark,i_mark,p_50,${percent}`),
      await drawn(grey, `watermark,i_mark,p_50,${pixels}`),
    ];
    expect(one.data.equals(other.data)).toBe(true);
  });

  it('with no opacity draws nothing', async () => {
    const [plain, marked] = [
      await drawn(grey, 'bright,b_0'),
      await drawn(grey, 'watermark,i_m,t_0'),
    ];
    expect(marked.data.equals(plain.data)).toBe(true);
  });
});

describe('JSON answers', () => {
  it('info describes the source', async () => {
    expect(await said(holed, 'info')).toEqual({
      format: 'png',
      width: 40,
      height: 20,
      frames: 1,
      alpha: true,
      bytes: holed.length,
    });
  });

  it('average-hue is the colour of a plain image', async () => {
    expect(await said(grey, 'average-hue')).toEqual({ RGB: '0x646464' });
  });

  it.each(['thumbhash', 'blurhash', 'lqip'])(
    'placeholder,k_%s has its kind and size',
    async (k) => {
      const placeholder = await said(opaque, `placeholder,k_${k}`);
      expect(placeholder).toMatchObject({ kind: k, width: 40, height: 20 });
      expect((placeholder as { value: string }).value.length).toBeGreaterThan(5);
    },
  );
});

describe('trim', () => {
  it('keeps lines of one pixel', async () => {
    const [width, height] = [60, 40];
    const inside = (x: number, y: number) => x >= 10 && x <= 49 && y >= 5 && y <= 30;
    const isLine = (x: number, y: number) =>
      inside(x, y) && (x === 10 || x === 49 || y === 5 || y === 30);
    const pixels = Array.from({ length: width * height }, (_, at) =>
      isLine(at % width, Math.floor(at / width)) ? 0 : 255,
    );
    const source = await sharp(Buffer.from(pixels), { raw: { width, height, channels: 1 } })
      .png()
      .toBuffer();
    expect(await draw(source, 'trim,t_10__op__format,f_png')).toMatchObject({
      width: 40,
      height: 26,
    });
  });
});

describe('quality with max', () => {
  it('is lowered until the image fits, and no further', async () => {
    const noise = Buffer.from(Array.from({ length: 200 * 200 * 3 }, (_, at) => (at * 7919) % 251));
    const source = await sharp(noise, { raw: { width: 200, height: 200, channels: 3 } })
      .png()
      .toBuffer();
    const size = async (recipe: string) =>
      (await draw(source, `${recipe}__op__format,f_jpg`)).bytes.length;
    const grid = await Promise.all([80, 70, 60, 50, 40, 30].map((q) => size(`quality,q_${q}`)));
    for (const [index, bytes] of grid.entries()) {
      expect(await size(`quality,max_${bytes}`)).toBe(bytes);
      expect(await size(`quality,max_${bytes - 1}`)).toBe(grid[index + 1] ?? grid.at(-1));
    }
    expect(await size('quality,max_1')).toBe(await size('quality,q_30'));
  });

  it('interlace makes a progressive JPEG', async () => {
    const { bytes } = await draw(opaque, 'interlace,i_1__op__format,f_jpg');
    expect((await sharp(bytes).metadata()).isProgressive).toBe(true);
  });
});
