import sharp, { type Sharp } from 'sharp';
import { expect, it } from 'vitest';
import { headerBytes, readImageHeader } from '../../../../operator/doctor/deep/image-header.ts';

const picture = (width: number, height: number, channels: 3 | 4 = 3) =>
  sharp({ create: { width, height, channels, background: { r: 9, g: 99, b: 9, alpha: 0.5 } } });

const cases = [
  ['jpg', (image: Sharp) => image.jpeg()],
  ['jpg', (image: Sharp) => image.jpeg({ progressive: true }).withIccProfile('p3')],
  ['png', (image: Sharp) => image.png()],
  ['gif', (image: Sharp) => image.gif()],
  ['webp', (image: Sharp) => image.webp()],
  ['webp', (image: Sharp) => image.webp({ lossless: true })],
  ['webp', (image: Sharp) => image.webp().withIccProfile('p3')],
  ['avif', (image: Sharp) => image.avif({ effort: 0 })],
] as const;

it.each(cases)(
  'the type and size of a %s are read from its first bytes: %s',
  async (type, encode) => {
    for (const channels of [3, 4] as const)
      for (const [width, height] of [
        [1, 1],
        [301, 17],
        [64, 700],
      ] as const) {
        const bytes = await encode(picture(width, height, channels)).toBuffer();
        const size = { width, height };
        expect(readImageHeader(bytes.subarray(0, headerBytes))).toEqual({ type, size });
      }
  },
);

it('a header that is cut has no size, and other bytes are no image', async () => {
  const bytes = await picture(9, 9).png().toBuffer();
  expect(readImageHeader(bytes.subarray(0, 10))).toEqual({ type: 'png', size: undefined });
  for (const other of ['', '{"format":"jpg"}', '<svg/>', 'GIF', 'RIFF', '\0\0\0\0ftypheic'])
    expect(readImageHeader(new TextEncoder().encode(other))).toBeUndefined();
  for (let cut = 3; cut < 40; cut += 1)
    for (const encode of [picture(9, 9).jpeg(), picture(9, 9).webp(), picture(9, 9).gif()])
      readImageHeader((await encode.toBuffer()).subarray(0, cut));
});
