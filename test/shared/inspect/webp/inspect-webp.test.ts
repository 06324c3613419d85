import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import type { SourceFacts } from '../../../../shared/inspect/inspection.ts';
import { inspectWebp } from '../../../../shared/inspect/webp/inspect-webp.ts';
import { limits } from '../../../../shared/limits.ts';
import { drawFrames } from '../drawing.ts';
import { profileOf, tagsIn } from '../icc/profiles.ts';
import {
  anim,
  animation,
  anmf,
  chunksOf,
  exifOf,
  lossless,
  lossy,
  vp8x,
  type WebpFrameShape,
  webp,
  webpChunk,
} from './webp-bytes.ts';

const all = { frames: limits.sourceFrames };

const half = [255, 0, 0, 128] as const;
const solid = webpChunk('VP8L', lossless());
const clear = webpChunk('VP8L', lossless({ color: half }));
const { vp8, alph } = await lossy(0.5);
const opaque = { alpha: false, channels: 3 } as const;
const transparent = { alpha: true, channels: 4 } as const;
const corner = { left: 2, top: 2, width: 2, height: 2 } as const;
const unknown = webpChunk('junk', Buffer.from('secret'));
const profile = webpChunk('ICCP', profileOf('RGB '));

type Case = readonly [name: string, bytes: Buffer, facts: Partial<SourceFacts>];

const still = { frames: 1, delays: [], loop: 0 } as const;

const sound: readonly Case[] = [
  ['a lossless bitstream', webp([solid]), { ...still, ...opaque, width: 4, height: 4 }],
  ['a lossless bitstream with alpha', webp([clear]), { ...still, ...transparent }],
  ['a lossy bitstream', webp([vp8]), { ...still, ...opaque, width: 4, height: 4 }],
  ['chunks behind its bitstream', webp([solid, unknown, vp8]), opaque],
  ['bytes behind its end', Buffer.concat([webp([solid]), Buffer.from('secret')]), opaque],
  ['an odd chunk at its end', webp([vp8x(0), solid, webpChunk('junk', Buffer.alloc(3))]), opaque],
  [
    'a long VP8X chunk',
    webp([
      webpChunk('VP8X', Buffer.from('00000000030000030000ab', 'hex')),
      webpChunk('VP8L', lossless()),
    ]),
    {},
  ],
  ['an extended still', webp([vp8x(0), solid]), { ...still, ...opaque }],
  ['a flag for alpha and no alpha', webp([vp8x(0x10), solid]), opaque],
  ['alpha and a flag for it', webp([vp8x(0x10), clear]), transparent],
  ['alpha and no flag for it', webp([vp8x(0), clear]), opaque],
  ['a lossy alpha chunk', webp([vp8x(0x10), alph, vp8]), transparent],
  ['a lossy alpha chunk and no flag for it', webp([vp8x(0), alph, vp8]), opaque],
  ['unknown chunks and reserved flags', webp([vp8x(0xc0), unknown, solid, unknown]), opaque],
  ['a frame in a still', webp([vp8x(0), anim(), anmf(), solid]), still],
  ['XMP', webp([vp8x(0x04), solid, webpChunk('XMP ', Buffer.from('<secret/>'))]), opaque],
  ['a profile', webp([vp8x(0x20), profile, solid]), { profile: true }],
  ['a profile and no flag for it', webp([vp8x(0), profile, solid]), { profile: false }],
  ['a flag for a profile', webp([vp8x(0x20), solid]), { profile: false }],
  [
    'something else as profile',
    webp([vp8x(0x20), webpChunk('ICCP', Buffer.alloc(200)), solid]),
    { profile: false },
  ],
  ['one frame', animation([{}], { loop: 3 }), { ...still, ...opaque }],
  ['one frame that is smaller', animation([corner]), { ...still, ...transparent }],
  [
    'two frames',
    animation([{}, { duration: 70 }], { loop: 3 }),
    { frames: 2, delays: [100, 70], loop: 3, ...opaque },
  ],
  ['a flag for alpha and opaque frames', animation([{}, {}], { flags: 0x12 }), opaque],
  ['a smaller frame', animation([{}, corner]), transparent],
  ['a frame with alpha', animation([{}, { color: half }]), transparent],
  ['a lossy frame with alpha', animation([{ chunks: [alph, vp8] }, {}]), transparent],
  [
    'frames that are disposed of',
    animation([{ drawing: 1 }, { ...corner, drawing: 3 }, { ...corner, color: half, drawing: 2 }]),
    { frames: 3 },
  ],
  ['unknown chunks in a frame', animation([{ chunks: [solid, unknown] }, {}]), { frames: 2 }],
  ['65,535 plays', animation([{}, {}], { loop: 65_535 }), { loop: 65_535 }],
  ['no duration', animation([{ duration: 0 }, { duration: 1 }]), { delays: [0, 1] }],
  ['two ANIM chunks', webp([vp8x(2), anim(1), anim(2), anmf(), anmf()]), { loop: 1 }],
];

describe('a WebP', () => {
  it.each(sound)('with %s: the decoder agrees with the facts', async (_, source, facts) => {
    const { facts: said, bytes } = inspectWebp(source, all);
    expect(said).toMatchObject({ type: 'webp', orientation: 1, depth: 8, hdr: false, ...facts });
    const drawn = await drawFrames(bytes);
    const { width, height, frames, alpha, channels } = said;
    expect(drawn).toMatchObject({ width, height, frames, alpha, channels });
    if (frames > 1) expect(drawn).toMatchObject({ delays: said.delays, loop: said.loop });
  });

  it.each(sound)('with %s: comes out of a second inspection unchanged', (_, source) => {
    const once = inspectWebp(source, all);
    const twice = inspectWebp(once.bytes, all);
    expect(twice.facts).toEqual(once.facts);
    expect(Buffer.from(twice.bytes)).toEqual(Buffer.from(once.bytes));
  });

  it.each(sound)('with %s: keeps no chunk that says something else than pixels', (_, source) => {
    const { bytes } = inspectWebp(source, all);
    expect(Buffer.from(bytes).toString('latin1')).not.toMatch(/secret|junk|EXIF|XMP /);
    expect(Buffer.from(bytes).readUInt32LE(4)).toBe(bytes.length - 8);
  });
});

/** libvips shows black around the first. libwebp refuses the others, though browsers could show them. */
const drawnDifferently: readonly string[] = [
  'one frame that is smaller',
  'a frame in a still',
  'a long VP8X chunk',
  'unknown chunks and reserved flags',
];

describe('the pixels of a WebP', () => {
  it.each(sound.filter(([name]) => !drawnDifferently.includes(name)))(
    'with %s: are as before',
    async (_, source) => {
      const before = await drawFrames(source);
      const after = await drawFrames(inspectWebp(source, all).bytes);
      expect(after.pixels.equals(before.pixels)).toBe(true);
    },
  );

  it('are transparent around a single frame that is smaller than the canvas', async () => {
    const { pixels } = await drawFrames(inspectWebp(animation([corner]), all).bytes);
    expect([...pixels.subarray(0, 4)]).toEqual([0, 0, 0, 0]);
    expect([...pixels.subarray(-4)]).toEqual([255, 0, 0, 255]);
  });
});

describe('the chunks of a WebP', () => {
  it('are written byte by byte as the specification says', () => {
    const source = webp([
      vp8x(0x3e),
      unknown,
      profile,
      anim(7),
      anmf({ chunks: [solid, unknown] }),
      unknown,
      anmf(corner),
      anmf(),
      webpChunk('EXIF', exifOf(1)),
      webpChunk('XMP ', Buffer.from('<a/>')),
    ]);
    const expected = webp([vp8x(0x32), profile, anim(7), anmf(), anmf(corner)]);
    expect(Buffer.from(inspectWebp(source, { frames: 2 }).bytes)).toEqual(expected);
  });

  it('keep the first profile of a real still, and lose its EXIF', async () => {
    const sharp = (await import('sharp')).default;
    const image = sharp({ create: { width: 3, height: 3, channels: 3, background: 'red' } });
    const source = await image
      .withIccProfile('p3')
      .withExif({ IFD0: { Copyright: 'me' } })
      .webp()
      .toBuffer();
    const { facts, bytes } = inspectWebp(source, all);
    expect(facts.profile).toBe(true);
    expect([...chunksOf(source).keys()]).toEqual(['VP8X', 'ICCP', 'VP8 ', 'EXIF']);
    expect([...chunksOf(bytes).keys()]).toEqual(['VP8X', 'ICCP', 'VP8 ']);
    const profileIn = (file: Uint8Array) => chunksOf(file).get('ICCP') ?? Buffer.alloc(0);
    expect(profileIn(bytes)).toHaveLength(profileIn(source).length);
    const names = tagsIn(profileIn(source)).filter((name) => !['desc', 'cprt'].includes(name));
    expect(tagsIn(profileIn(bytes)).toSorted()).toEqual(names.toSorted());
  });
});

describe('the orientation of a WebP', () => {
  const jpegPrefix = Buffer.from('Exif\0\0');

  it.each([
    ['6', 0x08, exifOf(6), 6],
    ['6 behind the prefix of JPEG', 0x08, Buffer.concat([jpegPrefix, exifOf(6)]), 6],
    ['9, which does not exist', 0x08, exifOf(9), 1],
    ['6 without the flag', 0, exifOf(6), 1],
    ['nothing', 0x08, Buffer.alloc(0), 1],
  ])('is read, and its chunk is dropped: %s', async (_, flags, exif, orientation) => {
    const source = webp([vp8x(flags), solid, webpChunk('EXIF', exif)]);
    const { facts, bytes } = inspectWebp(source, all);
    expect(facts.orientation).toBe(orientation);
    expect((await sharp(source).metadata()).orientation ?? 1).toBe(orientation);
    expect((await sharp(bytes).metadata()).orientation).toBeUndefined();
  });

  it('is read behind frames that are cut', () => {
    const source = webp([vp8x(0x0a), anim(), anmf(), anmf(), webpChunk('EXIF', exifOf(8))]);
    expect(inspectWebp(source, { frames: 1 }).facts.orientation).toBe(8);
    // An animation is drawn as it is stored.
    expect(inspectWebp(source, all).facts.orientation).toBe(1);
  });
});

describe('an animated WebP', () => {
  const colors: readonly WebpFrameShape[] = [0, 60, 120, 180, 240].map((red) => ({
    color: [red, 0, 0, 255],
  }));

  it.each([1, 2, 3])('cut to %i frames is drawn as these frames', async (frames) => {
    const source = animation(colors);
    const before = await drawFrames(source, frames);
    const { bytes, facts } = inspectWebp(source, { frames });
    expect(facts.frames).toBe(frames);
    expect((await drawFrames(bytes)).pixels.equals(before.pixels)).toBe(true);
  });

  it('of 200,000 frames is cut', async () => {
    const one = anmf();
    const many = Buffer.alloc(one.length * 200_000, one);
    const { facts, bytes } = inspectWebp(webp([vp8x(2), anim(), many]), all);
    expect(facts.frames).toBe(limits.sourceFrames);
    expect((await drawFrames(bytes)).frames).toBe(limits.sourceFrames);
  });

  it('plays no frame for longer than encoders accept', async () => {
    const { facts, bytes } = inspectWebp(animation([{ duration: 2 ** 24 - 1 }, {}]), all);
    expect(facts.delays).toEqual([65_535, 100]);
    expect((await drawFrames(bytes)).delays).toEqual([65_535, 100]);
  });
});
