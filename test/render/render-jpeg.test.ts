import sharp from 'sharp';
import { beforeAll, describe, expect, it } from 'vitest';
import { draw, pixelsOf } from './rendering.ts';

/** The sampling factors of each component, from the frame header: ITU-T T.81, B.2.2. */
function samplingOf(jpeg: Uint8Array): readonly string[] {
  const bytes = Buffer.from(jpeg);
  for (let at = 2; at < bytes.length; at += 2 + bytes.readUInt16BE(at + 2)) {
    const marker = bytes[at + 1] ?? 0;
    if (marker !== 0xc0 && marker !== 0xc2) continue;
    const components = bytes[at + 9] ?? 0;
    return Array.from({ length: components }, (_, index) => {
      const factors = bytes[at + 11 + index * 3] ?? 0;
      return `${factors >> 4}x${factors & 15}`;
    });
  }
  throw new Error('this JPEG has no frame header');
}

const full = ['1x1', '1x1', '1x1'];
const halved = ['2x2', '1x1', '1x1'];

/** White with a red line, one pixel wide, in every fourth column. */
const red = [255, 0, 0] as const;
let lines: Buffer;
beforeAll(async () => {
  const data = Buffer.alloc(64 * 48 * 3, 255);
  for (let at = 0; at < data.length; at += 12) data.set(red, at);
  lines = await sharp(data, { raw: { width: 64, height: 48, channels: 3 } })
    .png()
    .toBuffer();
});

const sampled = async (recipe: string) => samplingOf((await draw(lines, recipe)).bytes);

describe('the colours of a JPEG', () => {
  it.each([
    ['format,f_jpg', halved],
    ['quality,q_1__op__format,f_jpg', halved],
    ['quality,q_89__op__format,f_jpg', halved],
    ['quality,q_90__op__format,f_jpg', full],
    ['quality,q_100__op__format,f_jpg', full],
    ['quality,q_89__op__interlace,i_1__op__format,f_jpg', halved],
    ['quality,q_90__op__interlace,i_1__op__format,f_jpg', full],
    ['resize,w_16__op__quality,q_95__op__format,f_jpg', full],
    ['quality,q_95,max_9999999__op__format,f_jpg', full],
    ['quality,q_95,max_1__op__format,f_jpg', halved],
  ])('of %s are sampled %j', async (recipe, sampling) => {
    expect(await sampled(recipe)).toEqual(sampling);
  });

  it('are halved in a quality that a limit of bytes lowers below 90', async () => {
    const best = await draw(lines, 'quality,q_95__op__format,f_jpg');
    const limited = `quality,q_95,max_${best.bytes.length - 1}__op__format,f_jpg`;
    const lower = await draw(lines, 'quality,q_85__op__format,f_jpg');
    expect(Buffer.compare((await draw(lines, limited)).bytes, lower.bytes)).toBe(0);
    expect(samplingOf(lower.bytes)).toEqual(halved);
  });

  it('keep a red line of one pixel red from quality 90 on', async () => {
    const { at } = await pixelsOf((await draw(lines, 'quality,q_90__op__format,f_jpg')).bytes);
    const apart = red.map((value, channel) => Math.abs(value - (at(32, 24)[channel] ?? 0)));
    expect(Math.max(...apart)).toBeLessThanOrEqual(16);
  });
});
