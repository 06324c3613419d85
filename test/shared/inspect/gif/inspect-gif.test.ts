import { describe, expect, it } from 'vitest';
import { inspectGif } from '../../../../shared/inspect/gif/inspect-gif.ts';
import type { SourceFacts } from '../../../../shared/inspect/inspection.ts';
import { limits } from '../../../../shared/limits.ts';
import { drawFrames } from '../drawing.ts';
import { showGif } from './compositor.ts';
import {
  type GifFrameShape,
  type GifShape,
  gif,
  gifApplication,
  gifComment,
  gifControl,
  gifLoop,
  gifText,
  gifTrailer,
} from './gif-bytes.ts';

const all = { frames: limits.sourceFrames };

const two = [{ pixels: 0 }, { pixels: 1 }] as const;
const full = { width: 4, height: 4 } as const;

type Case = readonly [name: string, shape: GifShape, facts: Partial<SourceFacts>];

const sound: readonly Case[] = [
  ['a still', { frames: [{}] }, { frames: 1, delays: [], loop: 0, alpha: false, channels: 3 }],
  ['a GIF87a', { version: '87a', frames: [{ control: false }] }, { frames: 1 }],
  ['a still that names a loop', { before: gifLoop(3), frames: [{}] }, { frames: 1, loop: 0 }],
  ['two frames', { frames: two }, { frames: 2, delays: [100, 100], loop: 1 }],
  ['no colours at all', { colors: [], frames: two }, { frames: 2 }],
  [
    'colours of a frame',
    { frames: [{ colors: [9, 9, 9, 8, 8, 8], bits: 2, pixels: 1 }] },
    { frames: 1, alpha: false },
  ],
  ['delays of 0 and 10 ms', { frames: [{ delay: 0 }, { delay: 1 }] }, { delays: [0, 10] }],
  ['frames without control', { frames: [{ control: false }, { delay: 7 }] }, { delays: [100, 70] }],
  ['an endless loop', { before: gifLoop(0), frames: two }, { loop: 0 }],
  ['one repetition', { before: gifLoop(1), frames: two }, { loop: 2 }],
  ['65,534 repetitions', { before: gifLoop(65_534), frames: two }, { loop: 65_535 }],
  ['a loop of ANIMEXTS1.0', { before: gifLoop(4, 'ANIMEXTS1.0'), frames: two }, { loop: 5 }],
  ['a loop before the last frame', { frames: [{}, { before: gifLoop(4) }] }, { loop: 5 }],
  ['a transparent index', { frames: [{ transparent: 1 }] }, { alpha: true, channels: 4 }],
  ['transparency in a later frame', { frames: [{}, { transparent: 1 }] }, { alpha: true }],
  ['a comment', { before: gifComment('secret'), frames: two, end: gifComment('secret') }, {}],
  ['text', { before: gifText('secret'), frames: two }, { frames: 2 }],
  ['XMP', { before: gifApplication('XMP DataXMP', [1, 2, 3]), frames: two }, { frames: 2 }],
  ['a profile', { before: gifApplication('ICCRGBG1012', [1]), frames: two }, { profile: false }],
  ['no trailer', { frames: two, end: [] }, { frames: 2 }],
  ['bytes behind the trailer', { frames: two, end: [0x3b, 0x21, 0xfe, 9] }, { frames: 2 }],
  ['an empty screen', { width: 0, height: 0, frames: [full] }, full],
  ['a screen of no height', { width: 9, height: 0, frames: [full] }, { width: 9, height: 4 }],
  [
    'a first frame outside the screen',
    { frames: [{ ...full, left: 2, bits: 8 }] },
    { width: 6, height: 4 },
  ],
  ['a later frame outside the screen', { frames: [{}, full] }, { width: 1, height: 1 }],
  ['a frame far outside', { frames: [{}, { left: 9, top: 9 }] }, { width: 1, height: 1 }],
  [
    'a monitor as its screen',
    { width: 640, height: 480, frames: [full] },
    { width: 640, height: 480, alpha: true },
  ],
  [
    'a frame that fills 640×480',
    { width: 640, height: 480, frames: [{ left: 639, top: 479, bits: 8 }] },
    { width: 640, height: 480 },
  ],
  [
    'a screen of 2,049 pixels',
    { width: 2_049, height: 9, frames: [full] },
    { width: 2_049, height: 9 },
  ],
  ['a frame without pixels', { ...full, frames: [full, { width: 0, height: 0 }] }, { frames: 2 }],
  ['sub-blocks of one byte', { frames: [{ data: [2, 1, 0x44, 1, 0x01, 0] }] }, { frames: 1 }],
  ['eleven bits per index', { frames: [{ bits: 11 }] }, { frames: 1 }],
];

/** Browsers show none of these frames, or what there is of them. */
const short: readonly Case[] = [
  ['a frame without codes', { ...full, frames: [{ ...full, data: [2, 0] }] }, full],
  ['a frame with one code', { ...full, frames: [{ ...full, data: [2, 1, 0x44, 0] }] }, full],
];

const padAll = (frames: readonly GifFrameShape[]): readonly GifFrameShape[] =>
  frames.map((frame) => ({ ...frame, padded: true }));

describe('a GIF', () => {
  it.each([...sound, ...short])(
    'with %s: the decoder agrees with the facts',
    async (_, shape, facts) => {
      const { facts: said, bytes } = inspectGif(gif(shape), all);
      expect(said).toMatchObject({ type: 'gif', orientation: 1, depth: 8, hdr: false, ...facts });
      const drawn = await drawFrames(bytes, -1, said.firstPage);
      const { width, height, frames, alpha, channels } = said;
      expect(drawn).toMatchObject({ width, height, frames, alpha, channels });
      if (frames > 1) expect(drawn).toMatchObject({ delays: said.delays, loop: said.loop });
    },
  );

  it.each(sound)('with %s: is drawn as browsers draw it', async (_, shape) => {
    const source = gif(shape);
    const { facts, bytes } = inspectGif(source, all);
    const { pixels } = await drawFrames(bytes, -1, facts.firstPage);
    // Buffers that differ take vitest minutes to print.
    expect(Buffer.concat(showGif(source).frames).equals(pixels)).toBe(true);
  });

  // A frame that is written before the first one would be a frame of the file itself.
  const asTheyAre = [...sound, ...short].filter(
    ([, shape]) => !inspectGif(gif(shape), all).facts.firstPage,
  );
  it.each(asTheyAre)('with %s: comes out of a second inspection unchanged', (_, shape) => {
    const once = inspectGif(gif(shape), all);
    const twice = inspectGif(once.bytes, all);
    expect(twice.facts).toEqual(once.facts);
    expect(Buffer.from(twice.bytes)).toEqual(Buffer.from(once.bytes));
  });

  it('is written byte by byte as the specification says', () => {
    const source = gif({
      version: '87a',
      before: [...gifComment('a'), ...gifLoop(2, 'ANIMEXTS1.0'), ...gifText('b')],
      frames: [{ pixels: 0 }, { pixels: 1, before: gifComment('c') }, { pixels: 2 }],
      end: [...gifComment('d'), 0x3b, 1, 2, 3],
    });
    const expected = gif({ before: gifLoop(2), frames: padAll(two) });
    expect(Buffer.from(inspectGif(source, { frames: 2 }).bytes)).toEqual(expected);
  });
});

describe('numbers that no encoder accepts', () => {
  it.each([
    [65_535, 65_535],
    [65_534, 65_535],
  ])('%i repetitions become %i plays', async (repetitions, loop) => {
    const { facts, bytes } = inspectGif(gif({ before: gifLoop(repetitions), frames: two }), all);
    expect(facts.loop).toBe(loop);
    expect((await drawFrames(bytes)).loop).toBe(loop);
  });

  it.each([6_554, 65_535])('a delay of %i hundredths becomes 65,530 ms', async (delay) => {
    const { facts, bytes } = inspectGif(gif({ frames: [{ delay }, {}] }), all);
    expect(facts.delays).toEqual([65_530, 100]);
    expect((await drawFrames(bytes)).delays).toEqual([65_530, 100]);
  });
});

describe('pixels that no frame draws', () => {
  const corner = { left: 1, top: 1 } as const;
  const two = { width: 2, height: 2 } as const;
  /** All 256 indices, and one of them a second time. */
  const every = Array.from({ length: 257 }, (_, index) => index % 256);
  const greys = Array.from({ length: 256 }, (_, level) => [level, level, level]).flat();
  /** Like `greys`, but two neighbours are nearer to each other than all others. */
  const uneven = greys.with(3 * 100, 99);

  const cases: readonly (readonly [string, GifShape])[] = [
    ['around the first frame', { ...two, frames: [corner] }],
    ['around a first frame of 256 indices', { ...two, frames: [{ ...corner, bits: 8 }] }],
    ['where a frame was removed', { ...two, frames: [{ ...two, disposal: 2 }, corner] }],
    [
      'where a frame of 256 indices was removed',
      { ...two, frames: [{ ...two, bits: 8, disposal: 2 }, corner] },
    ],
    [
      'where the next frame is transparent',
      {
        ...two,
        frames: [
          { ...two, disposal: 2 },
          { ...two, pixels: [0, 1, 2, 3], transparent: 1 },
        ],
      },
    ],
    [
      'where a frame in the middle was removed',
      { ...two, frames: [two, { ...corner, pixels: 1, disposal: 2 }, { pixels: 2 }] },
    ],
    [
      'where a removed frame uses a table of its own',
      { ...two, frames: [{ ...two, colors: greys, bits: 8, pixels: 9, disposal: 2 }, corner] },
    ],
    [
      'on a screen that libnsgif does not believe',
      {
        width: 800,
        height: 600,
        frames: [{ ...two, disposal: 2 }, corner, { ...corner, left: 7 }],
      },
    ],
  ];

  it.each(cases)('are transparent %s', async (_, shape) => {
    const source = gif(shape);
    const { facts, bytes } = inspectGif(source, all);
    expect(facts).toMatchObject({ alpha: true, channels: 4 });
    const { pixels } = await drawFrames(bytes, -1, facts.firstPage);
    const shown = Buffer.concat(showGif(source).frames);
    expect(shown.includes(0)).toBe(true);
    expect(shown.equals(pixels)).toBe(true);
  });

  it.each([
    ['of its own', { colors: uneven }, []],
    ['of the file', {}, uneven],
  ])(
    'are transparent if all 256 colours %s are used, and the nearest two become one',
    async (_, own, global) => {
      const size = { width: 257, height: 1 };
      const removed = { ...size, ...own, bits: 8, pixels: every, disposal: 2 };
      const source = gif({ ...size, colors: global, frames: [removed, { bits: 8 }] });
      const { facts, bytes } = inspectGif(source, all);
      const { pixels } = await drawFrames(bytes);
      expect(facts).toMatchObject({ alpha: true, frames: 2 });
      expect([...pixels.subarray(257 * 4 + 4, 257 * 4 + 8)]).toEqual([0, 0, 0, 0]);
      const shown = Buffer.from(showGif(source).frames[0] ?? []);
      const changed = [...shown].flatMap((one, at) =>
        one === pixels[at] ? [] : [Math.floor(at / 4)],
      );
      expect(new Set(changed)).toEqual(new Set([100]));
      expect([...pixels.subarray(400, 404)]).toEqual([99, 99, 99, 255]);
    },
  );
});

describe('a frame outside of the canvas', () => {
  const size = { width: 3, height: 5 };
  const rows = (height: number) => Array.from({ length: 4 * height }, (_, at) => (at >> 2) % 4);

  it.each([5, 6, 8, 9, 16, 17, 40])(
    'shows its upper %i rows, interlaced or not',
    async (height) => {
      for (const interlaced of [false, true])
        for (const top of [0, 2, 5]) {
          const outside = { width: 4, height, top, pixels: rows(height), interlaced };
          const source = gif({ ...size, frames: [{ ...size, pixels: 3 }, outside, { pixels: 1 }] });
          const { facts, bytes } = inspectGif(source, all);
          const { pixels } = await drawFrames(bytes, -1, facts.firstPage);
          expect(Buffer.concat(showGif(source).frames).equals(pixels)).toBe(true);
        }
    },
  );

  it('is refused if it is interlaced and contains a code that cannot be there', () => {
    const outside = { width: 4, height: 9, interlaced: true, data: [2, 1, 0x3c, 0] };
    const source = gif({ ...size, frames: [size, outside] });
    expect(() => inspectGif(source, all)).toThrow(
      expect.objectContaining({ code: 'source_undecodable' }),
    );
  });
});

describe('an index without a colour', () => {
  const grey = [9, 9, 9, 8, 8, 8];
  it.each([
    ['of the table of the file', { colors: grey, frames: [{ pixels: 3 }] }],
    ['of no table', { colors: [], frames: [{ pixels: 1 }] }],
    [
      'of a table of its own, behind a larger one',
      { frames: [{ colors: [...grey, ...grey] }, { colors: grey, pixels: 3 }] },
    ],
  ] satisfies readonly (readonly [string, GifShape])[])('%s is black', async (_, shape) => {
    const { pixels } = await drawFrames(inspectGif(gif(shape), all).bytes);
    expect([...pixels.subarray(-4)]).toEqual([0, 0, 0, 255]);
  });
});

describe('the last of several control extensions', () => {
  it('counts', () => {
    const before = gifControl({ delay: 3, transparent: 1 });
    const { facts } = inspectGif(gif({ frames: [{ before, delay: 7 }, {}] }), all);
    expect(facts).toMatchObject({ delays: [70, 100], alpha: false });
  });
});

describe('an animation', () => {
  const long = (frames: number) =>
    gif({ frames: Array.from({ length: frames }, (_, at) => ({ pixels: at % 4, delay: at % 9 })) });

  it.each([201, 10_000])('of %i frames is cut', async (frames) => {
    const { facts, bytes } = inspectGif(long(frames), all);
    expect(facts.frames).toBe(limits.sourceFrames);
    expect(facts.delays).toHaveLength(limits.sourceFrames);
    expect((await drawFrames(bytes)).frames).toBe(limits.sourceFrames);
  });

  it.each([1, 2, 3])('cut to %i frames is drawn as these frames', async (frames) => {
    const source = long(5);
    const { bytes } = inspectGif(source, { frames });
    const before = await drawFrames(source, frames);
    expect((await drawFrames(bytes)).pixels.equals(before.pixels)).toBe(true);
  });

  it('does not count transparency of frames that are cut', () => {
    const source = gif({ frames: [{}, { transparent: 0 }] });
    expect(inspectGif(source, { frames: 1 }).facts).toMatchObject({ alpha: false, channels: 3 });
  });

  it('is cut where its rectangles have too many pixels, however small its canvas', () => {
    const huge = { width: 5_000, height: 5_000, data: [2, 1, 0x44, 0] } as const;
    const source = gif({ frames: [{}, huge, huge, huge] });
    expect(inspectGif(source, all).facts).toMatchObject({ frames: 2, width: 1, height: 1 });
  });

  it('goes on behind stray block terminators', () => {
    const source = gif({ frames: [{ pixels: 0 }, { pixels: 1, before: [0, 0] }] });
    const { facts, bytes } = inspectGif(source, all);
    expect(facts.frames).toBe(2);
    expect(Buffer.from(bytes)).toEqual(gif({ frames: padAll(two) }));
  });

  it('ends behind a complete frame where something else than a block follows', () => {
    const source = gif({ frames: two, end: [7, 0x2c, 1, 2, 3] });
    expect(inspectGif(source, all).facts.frames).toBe(2);
  });
});

describe('a GIF is refused', () => {
  const refusals: readonly (readonly [string, string, Buffer])[] = [
    ['without header', 'source_undecodable', Buffer.from('GIF88a-------------')],
    ['without image', 'source_undecodable', gif({ frames: [] })],
    ['with text instead of blocks', 'source_undecodable', gif({ frames: [], end: [0x41] })],
    ['with LZW codes of 13 bits', 'source_undecodable', gif({ frames: [{ data: [12, 1, 1, 0] }] })],
    [
      'with a control extension of another size',
      'source_undecodable',
      gif({ before: [0x21, 0xf9, 3, 0, 0, 0, 0], frames: [{}] }),
    ],
    [
      'with a first frame over the limit',
      'source_too_large',
      gif({ frames: [{ width: 65_535, height: 1_000, data: [2, 0] }] }),
    ],
    [
      'with a canvas that no screen can have',
      'source_too_large',
      gif({ frames: [{ left: 65_535, data: [2, 0] }] }),
    ],
    [
      'with more blocks than the limit',
      'source_too_large',
      Buffer.concat([
        gif({ frames: [], end: [] }),
        Buffer.alloc(3 * (limits.sourceParts + 1), Uint8Array.of(0x21, 0xfe, 0)),
      ]),
    ],
  ];

  it.each(refusals)('%s', (_, code, bytes) => {
    expect(() => inspectGif(bytes, all)).toThrow(expect.objectContaining({ code }));
  });

  it('wherever it is cut before the end of its last image', () => {
    const whole = gif({
      before: gifLoop(2),
      frames: [{ control: false, colors: [9, 9, 9, 8, 8, 8] }],
      end: gifTrailer,
    });
    const accepted = Array.from(whole, (_, length) => length).filter((length) => {
      try {
        return inspectGif(whole.subarray(0, length), all).facts.frames > 0;
      } catch {
        return false;
      }
    });
    expect(accepted).toEqual([whole.length - 1]);
  });
});
