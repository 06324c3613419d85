import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { inspectGif } from '../../../shared/inspect/gif/inspect-gif.ts';
import type { Inspected } from '../../../shared/inspect/inspection.ts';
import { inspectWebp } from '../../../shared/inspect/webp/inspect-webp.ts';
import { Refusal } from '../../../shared/refusal.ts';
import { drawFrames } from './drawing.ts';
import { gif, gifComment, gifLoop, gifText } from './gif/gif-bytes.ts';
import { mutationsOf } from './mutations.ts';
import {
  anim,
  animation,
  anmf,
  exifOf,
  lossless,
  lossy,
  vp8x,
  webp,
  webpChunk,
} from './webp/webp-bytes.ts';

const { vp8, alph } = await lossy(0.5);
const corner = { left: 2, top: 2, width: 2, height: 2 } as const;

const gifs = [
  gif({ frames: [{}] }),
  gif({
    width: 4,
    height: 4,
    before: [...gifComment('a'), ...gifLoop(3)],
    frames: [
      { width: 4, height: 4, disposal: 2 },
      { ...corner, before: gifText('b'), transparent: 3, colors: [1, 2, 3, 4, 5, 6] },
      { ...corner, disposal: 3, control: false },
    ],
  }),
];

const webps = [
  webp([webpChunk('VP8L', lossless())]),
  webp([vp8x(0x1c), alph, vp8, webpChunk('EXIF', exifOf(6))]),
  animation([{}, { ...corner, drawing: 3 }, { chunks: [alph, vp8] }]),
  webp([vp8x(0x2a), webpChunk('ICCP', Buffer.alloc(9)), anim(1), anmf(), anmf(corner)]),
];

const formats = [
  { type: 'GIF', inspect: inspectGif, files: gifs, start: Buffer.from('GIF89a') },
  {
    type: 'WebP',
    inspect: inspectWebp,
    files: webps,
    start: Buffer.from('RIFF\xff\0\0\0WEBPVP8X'),
  },
] as const;

const frames = 3;

/** The inspection of a file, or undefined if it is refused. Other errors are thrown. */
function inspectOrRefuse(inspect: typeof inspectGif, bytes: Uint8Array): Inspected | undefined {
  try {
    return inspect(bytes, { frames });
  } catch (thrown) {
    if (thrown instanceof Refusal && thrown.code.startsWith('source_')) return undefined;
    throw thrown;
  }
}

describe.each(formats)('any $type', ({ inspect, files, start }) => {
  const bytes = fc.oneof(
    fc.uint8Array({ maxLength: 400 }),
    fc.uint8Array({ maxLength: 400 }).map((rest) => Buffer.concat([start, rest])),
    mutationsOf(files),
  );

  it('is inspected or refused', () => {
    fc.assert(
      fc.property(bytes, (source) => {
        const inspected = inspectOrRefuse(inspect, source);
        expect(inspected?.facts.frames ?? 1).toBeLessThanOrEqual(frames);
      }),
      { numRuns: 20_000 },
    );
  });

  it('that was inspected is not changed by another inspection', () => {
    fc.assert(
      fc.property(mutationsOf(files), (source) => {
        const once = inspectOrRefuse(inspect, source);
        // A frame that was written before the first one would be a frame of the file itself.
        if (once === undefined || once.facts.firstPage !== undefined) return;
        const twice = inspect(once.bytes, { frames });
        // The orientation is a fact and is not written.
        expect(twice.facts).toEqual({ ...once.facts, orientation: 1 });
        expect(Buffer.compare(twice.bytes, once.bytes)).toBe(0);
      }),
      { numRuns: 5_000 },
    );
  });

  it('is, for the decoder, what the facts say', async () => {
    await fc.assert(
      fc.asyncProperty(mutationsOf(files), async (source) => {
        const inspected = inspectOrRefuse(inspect, source);
        if (inspected === undefined || inspected.facts.width * inspected.facts.height > 1e6) return;
        const { facts } = inspected;
        // The data itself may be damaged. Then there is nothing to compare.
        const drawn = await drawFrames(inspected.bytes, -1, facts.firstPage).catch(() => undefined);
        if (drawn === undefined) return;
        const { width, height, alpha, channels } = facts;
        expect(drawn).toMatchObject({ width, height, alpha, channels, frames: facts.frames });
        if (facts.frames > 1)
          expect(drawn).toMatchObject({ delays: facts.delays, loop: facts.loop });
      }),
      { numRuns: 500 },
    );
  });
});
