import { describe, expect, it } from 'vitest';
import { gif, gifLoop } from '../shared/inspect/gif/gif-bytes.ts';
import { animation } from '../shared/inspect/webp/webp-bytes.ts';
import { draw } from './rendering.ts';

/*
 * How long frames are shown and how often an animation plays, read from the bytes of answers, as
 * docs/operations.md says it.
 */

type Timing = {
  /** As the format stores them: hundredths of a second in a GIF, milliseconds in a WebP. */
  readonly delays: readonly number[];
  /** As the format stores it: repetitions in a GIF, plays in a WebP. */
  readonly count: number | undefined;
};

/** Graphic Control Extensions and NETSCAPE2.0: https://www.w3.org/Graphics/GIF/spec-gif89a.txt */
function readGif(bytes: Buffer): Timing {
  const delays: number[] = [];
  const control = Buffer.from([0x21, 0xf9, 4]);
  for (let at = bytes.indexOf(control); at >= 0; at = bytes.indexOf(control, at + 1))
    delays.push(bytes.readUInt16LE(at + 4));
  const loop = bytes.indexOf('NETSCAPE2.0');
  return { delays, count: loop < 0 ? undefined : bytes.readUInt16LE(loop + 13) };
}

/** ANIM and ANMF chunks: https://www.rfc-editor.org/rfc/rfc9649.html#section-2.7.1.1 */
function readWebp(bytes: Buffer): Timing {
  const delays: number[] = [];
  let count: number | undefined;
  for (let at = 12; at + 8 <= bytes.length; ) {
    const [name, size] = [bytes.toString('latin1', at, at + 4), bytes.readUInt32LE(at + 4)];
    if (name === 'ANIM') count = bytes.readUInt16LE(at + 12);
    if (name === 'ANMF') delays.push(bytes.readUIntLE(at + 20, 3));
    at += 8 + size + (size % 2);
  }
  return { delays, count };
}

/** Reads the timing of an answer in both types. */
async function timings(source: Buffer): Promise<{ readonly gif: Timing; readonly webp: Timing }> {
  const bytes = async (type: string): Promise<Buffer> =>
    Buffer.from((await draw(source, `format,f_${type}`)).bytes);
  return { gif: readGif(await bytes('gif')), webp: readWebp(await bytes('webp')) };
}

/** An animation whose neighbours differ. */
const gifOf = (delays: readonly number[], before: readonly number[] = gifLoop(0)): Buffer =>
  gif({ before, frames: delays.map((delay, at) => ({ delay, pixels: at % 4 })) });

const webpOf = (durations: readonly number[], loop = 0): Buffer =>
  animation(
    durations.map((duration, at) => ({ duration, color: [at % 2 ? 255 : 0, 0, 0, 255] as const })),
    { loop },
  );

describe('the delays of an answer', () => {
  it('are those of the GIF, cut to 65,530 ms, and for WebP at least those that browsers use', async () => {
    expect(await timings(gifOf([0, 1, 2, 7, 6_553, 6_554, 65_535]))).toMatchObject({
      gif: { delays: [0, 1, 2, 7, 6_553, 6_553, 6_553] },
      webp: { delays: [100, 100, 20, 70, 65_530, 65_530, 65_530] },
    });
  });

  it('are those of the WebP, cut to 65,535 ms, and for GIF rounded, to 65,530 ms at most', async () => {
    expect(await timings(webpOf([0, 10, 11, 14, 16, 65_535, 70_000]))).toMatchObject({
      gif: { delays: [0, 1, 1, 1, 2, 6_553, 6_553] },
      webp: { delays: [100, 100, 11, 14, 16, 65_535, 65_535] },
    });
  });

  it('are added where frames look alike', async () => {
    const frames = [0, 0, 1, 1, 1].map((pixels) => ({ delay: 10, pixels }));
    const { gif: ofGif, webp } = await timings(gif({ before: gifLoop(0), frames }));
    expect([ofGif.delays, webp.delays]).toEqual([
      [20, 30],
      [200, 300],
    ]);
  });
});

describe('the plays of an answer', () => {
  it.each([
    ['a GIF without a count', gifOf([9, 9], []), undefined, 1],
    ['an endless GIF', gifOf([9, 9], gifLoop(0)), 0, 0],
    ['a GIF of one repetition', gifOf([9, 9], gifLoop(1)), 1, 2],
    ['a GIF of 65,534 repetitions', gifOf([9, 9], gifLoop(65_534)), 65_534, 65_535],
    ['a GIF of 65,535 repetitions', gifOf([9, 9], gifLoop(65_535)), 65_534, 65_535],
    ['an endless WebP', webpOf([90, 90], 0), 0, 0],
    ['a WebP of one play', webpOf([90, 90], 1), undefined, 1],
    ['a WebP of 65,535 plays', webpOf([90, 90], 65_535), 65_534, 65_535],
  ])('are those of %s', async (_what, source, repetitions, plays) => {
    const { gif: ofGif, webp } = await timings(source);
    expect([ofGif.count, webp.count]).toEqual([repetitions, plays]);
  });
});
