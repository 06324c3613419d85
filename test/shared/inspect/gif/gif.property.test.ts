import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { inspectGif } from '../../../../shared/inspect/gif/inspect-gif.ts';
import { limits } from '../../../../shared/limits.ts';
import { drawFrames } from '../drawing.ts';
import { showGif } from './compositor.ts';
import { type GifFrameShape, type GifShape, gif } from './gif-bytes.ts';

const sides = fc.integer({ min: 1, max: 12 });
const places = fc.integer({ min: 0, max: 9 });

/** A table of 2, 4 or 8 colours. */
const tables = fc.integer({ min: 1, max: 3 }).chain((bits) =>
  fc.array(fc.integer({ min: 0, max: 255 }), {
    minLength: 3 * 2 ** bits,
    maxLength: 3 * 2 ** bits,
  }),
);

const frames: fc.Arbitrary<GifFrameShape> = fc
  .record({
    left: places,
    top: places,
    width: sides,
    height: sides,
    bits: fc.constantFrom(2, 3, 8),
  })
  .chain((frame) =>
    fc.record(
      {
        left: fc.constant(frame.left),
        top: fc.constant(frame.top),
        width: fc.constant(frame.width),
        height: fc.constant(frame.height),
        bits: fc.constant(frame.bits),
        pixels: fc.array(fc.integer({ min: 0, max: 2 ** frame.bits - 1 }), {
          minLength: frame.width * frame.height,
          maxLength: frame.width * frame.height,
        }),
        interlaced: fc.boolean(),
        disposal: fc.integer({ min: 0, max: 7 }),
        transparent: fc.integer({ min: 0, max: 7 }),
        colors: tables,
        control: fc.constant(false),
      },
      {
        requiredKeys: [
          'left',
          'top',
          'width',
          'height',
          'bits',
          'pixels',
          'interlaced',
          'disposal',
        ],
      },
    ),
  );

const screens = fc.oneof(
  fc.record({ width: sides, height: sides }),
  fc.constantFrom(
    { width: 640, height: 480 },
    { width: 2_100, height: 3 },
    { width: 0, height: 7 },
  ),
);

const shapes: fc.Arbitrary<GifShape> = fc
  .tuple(screens, fc.array(frames, { minLength: 1, maxLength: 5 }), fc.option(tables))
  .map(([screen, all, colors]) => ({
    ...screen,
    frames: all,
    ...(colors === null ? {} : { colors }),
  }));

describe('any GIF', () => {
  it('is drawn as browsers draw it', async () => {
    await fc.assert(
      fc.asyncProperty(shapes, async (shape) => {
        const source = gif(shape);
        const { facts, bytes } = inspectGif(source, { frames: limits.sourceFrames });
        const { width, height, pixels } = await drawFrames(bytes, -1, facts.firstPage);
        const shown = showGif(source);
        expect({ width, height }).toEqual({ width: shown.width, height: shown.height });
        expect(facts).toMatchObject({ width, height, frames: shown.frames.length });
        expect(Buffer.concat(shown.frames).equals(pixels)).toBe(true);
      }),
      { numRuns: 400 },
    );
  });
});
