import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { showGif } from '../shared/inspect/gif/compositor.ts';
import { gif } from '../shared/inspect/gif/gif-bytes.ts';
import { draw } from './rendering.ts';

/* What GIF answers show, drawn by the rules of browsers without a decoder of the project. */

const [width, height] = [32, 16];
const pixels = width * height;

type Colour = readonly [red: number, green: number, blue: number];

/** Colours that are 1 apart, which a quantiser would join. */
const nearColours = (count: number, red: number): readonly Colour[] =>
  Array.from({ length: count }, (_, at) => [red, at % 16, Math.floor(at / 16)]);

const farColours = (count: number): readonly Colour[] =>
  Array.from({ length: count }, (_, at) => [at, (at * 7) % 256, (at * 13) % 256]);

/** An animation without loss, in which each frame has its colours in turn. */
async function animationOf(frames: readonly (readonly Colour[])[]): Promise<Buffer> {
  const rgba = frames.map((colours) =>
    Array.from({ length: pixels }, (_, at) => [...(colours[at % colours.length] ?? []), 255]),
  );
  const raw = { width, height: height * frames.length, channels: 4, pageHeight: height } as const;
  const image = sharp(Buffer.from(rgba.flat(2)), { raw });
  return image.webp({ lossless: true, delay: frames.map(() => 100) }).toBuffer();
}

/** The largest difference of a channel in all frames of the answer. */
async function findError(frames: readonly (readonly Colour[])[]): Promise<number> {
  const { bytes } = await draw(await animationOf(frames), 'format,f_gif');
  const shown = showGif(bytes).frames;
  expect(shown).toHaveLength(frames.length);
  const errors = shown.flatMap((frame, number) =>
    Array.from({ length: pixels }, (_, at) => {
      const colours = frames[number] ?? [];
      return (colours[at % colours.length] ?? []).map((value, band) =>
        Math.abs(value - (frame[at * 4 + band] ?? 0)),
      );
    }),
  );
  return errors.flat().reduce((most, one) => Math.max(most, one), 0);
}

describe('the colours of a GIF answer', () => {
  it.each([
    ['3 near colours', [nearColours(3, 9), nearColours(3, 11)]],
    ['255 near colours', [nearColours(255, 9), nearColours(255, 10)]],
    ['255 far colours', [farColours(255), farColours(254)]],
    [
      'frames that differ in one of 100 colours',
      [farColours(100), [...farColours(99), [250, 5, 90]]],
    ],
    ['frames that share all colours', [farColours(100), farColours(100).toReversed()]],
  ] as const)('are exact for %s', async (_, frames) => {
    expect(await findError(frames)).toBe(0);
  });

  it('are no farther than the nearest two of 256, because an index is kept for transparent pixels', async () => {
    // Neighbours are 1, 7 and 13 apart.
    expect(await findError([farColours(256), nearColours(2, 0)])).toBeLessThanOrEqual(13);
  });
});

/** Section 23 of https://www.w3.org/Graphics/GIF/spec-gif89a.txt. */
function readControls(bytes: Buffer) {
  const controls: { readonly disposal: number; readonly transparent: boolean }[] = [];
  const start = Buffer.from([0x21, 0xf9, 4]);
  for (let at = bytes.indexOf(start); at >= 0; at = bytes.indexOf(start, at + 1)) {
    const flags = bytes[at + 3] ?? 0;
    controls.push({ disposal: (flags >> 2) & 7, transparent: flags % 2 === 1 });
  }
  return controls;
}

/** A frame of so many colours that fills the canvas and is removed, and one in its corner. */
const removedFrame = (count: number): Buffer =>
  gif({
    width,
    height,
    colors: farColours(256).flat(),
    frames: [
      {
        ...{ width, height, bits: 8, disposal: 2 },
        pixels: Array.from({ length: pixels }, (_, at) => at % count),
      },
      { ...{ width: 8, height: 4, left: 2, top: 2, bits: 8 }, pixels: 200 },
    ],
  });

describe('a frame that is removed', () => {
  it.each([2, 64, 100, 200, 255, 256])(
    'of %i colours names a transparent index, for programs that show a colour without one',
    async (count) => {
      const { bytes } = await draw(removedFrame(count), 'format,f_gif');
      const [first, second] = readControls(Buffer.from(bytes));
      expect(first).toEqual({ disposal: 2, transparent: true });
      expect(second).toMatchObject({ transparent: true });
      const [before = [], after = []] = showGif(bytes).frames;
      // All pixels of the first frame are opaque, and those of the second outside of its 8×4.
      expect(before.filter((value, at) => at % 4 === 3 && value === 255)).toHaveLength(pixels);
      expect(after.filter((value, at) => at % 4 === 3 && value === 255)).toHaveLength(32);
    },
  );
});
