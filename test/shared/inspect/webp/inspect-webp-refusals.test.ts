import { describe, expect, it } from 'vitest';
import { inspectWebp } from '../../../../shared/inspect/webp/inspect-webp.ts';
import { limits } from '../../../../shared/limits.ts';
import { drawFrames } from '../drawing.ts';
import { anim, animation, anmf, lossless, lossy, vp8x, webp, webpChunk } from './webp-bytes.ts';

const all = { frames: limits.sourceFrames };
const half = [255, 0, 0, 128] as const;
const solid = webpChunk('VP8L', lossless());
const clear = webpChunk('VP8L', lossless({ color: half }));
const { vp8, alph } = await lossy(0.5);
const corner = { left: 2, top: 2, width: 2, height: 2 } as const;
const unknown = webpChunk('junk', Buffer.from('secret'));

/** libwebp takes the size of the bitstream, and ignores data behind the pixels. */
const readByLibwebp: readonly string[] = [
  'with a frame of another size',
  'with far more lossless data than pixels',
];

describe('a WebP is refused', () => {
  const damaged: readonly (readonly [string, Buffer])[] = [
    ['without RIFF header', Buffer.from('%PDF-1.7WEBP\n1 0 obj<<>>endobj')],
    ['of another RIFF type', Buffer.from('RIFF\x04\0\0\0WAVE')],
    ['without chunk', webp([])],
    ['that begins with another chunk', webp([unknown, solid])],
    ['that begins with alpha', webp([alph, vp8])],
    [
      'with a lossless header of another version',
      webp([webpChunk('VP8L', lossless({ version: 1 }))]),
    ],
    [
      'with far more lossless data than pixels',
      webp([
        webpChunk('VP8L', Buffer.concat([lossless(), Buffer.alloc(limits.compressedBytes + 200)])),
      ]),
    ],
    ['with a lossy frame that is no key frame', webp([webpChunk('VP8 ', Buffer.alloc(20, 1))])],
    ['with an empty bitstream', webp([webpChunk('VP8 ')])],
    ['with a short VP8X chunk', webp([webpChunk('VP8X', Buffer.alloc(9)), solid])],
    ['with two VP8X chunks', webp([vp8x(0), vp8x(0), solid])],
    ['with a canvas of 2^32 pixels', webp([vp8x(0, 2 ** 16, 2 ** 16), solid])],
    ['whose canvas is larger than its still', webp([vp8x(0, 5, 4), solid])],
    ['whose canvas is smaller than its still', webp([vp8x(0, 4, 3), solid])],
    ['of no still', webp([vp8x(0), unknown])],
    ['of a still with two bitstreams', webp([vp8x(0), solid, vp8])],
    ['of alpha without bitstream', webp([vp8x(0x10), alph])],
    ['of alpha before something else', webp([vp8x(0x10), alph, unknown, vp8])],
    ['of alpha before a lossless bitstream', webp([vp8x(0x10), alph, clear])],
    ['of an animation without frame', webp([vp8x(2), anim()])],
    ['of an animation with a still', webp([vp8x(2), anim(), solid])],
    ['of an animation without ANIM', webp([vp8x(2), anmf()])],
    ['with a short ANIM chunk', webp([vp8x(2), webpChunk('ANIM', Buffer.alloc(4)), anmf()])],
    ['with a short ANMF chunk', webp([vp8x(2), anim(), webpChunk('ANMF', Buffer.alloc(15))])],
    ['with a frame without bitstream', animation([{ chunks: [] }])],
    ['with a frame of alpha alone', animation([{ chunks: [alph] }])],
    ['with a frame that begins with another chunk', animation([{ chunks: [unknown, solid] }])],
    ['with a frame of another size', animation([{ said: [4, 3] }])],
    ['with a frame outside the canvas', animation([{ left: 2 }])],
    ['with a frame below the canvas', animation([{ top: 2 }])],
    [
      'with a chunk that ends behind the file',
      webp([vp8x(0), Buffer.from('VP8L\xff\xff\0\0', 'latin1')]),
    ],
  ];

  it.each(damaged)('%s', async (_, bytes) => {
    const code = 'source_undecodable';
    expect(() => inspectWebp(bytes, all)).toThrow(expect.objectContaining({ code }));
  });

  it.each(damaged.filter(([name]) => !readByLibwebp.includes(name)))(
    '%s: libwebp does not decode it either',
    async (_, bytes) => {
      await expect(drawFrames(bytes)).rejects.toThrow();
    },
  );

  it.each([
    [
      'a profile over the limit',
      webp([vp8x(0x20), webpChunk('ICCP', Buffer.alloc(limits.profileBytes + 1)), solid]),
    ],
    [
      'more chunks than the limit',
      webp([vp8x(0), solid, Buffer.alloc(8 * limits.sourceParts, webpChunk('junk'))]),
    ],
  ])('with %s', (_, bytes) => {
    const code = 'source_too_large';
    expect(() => inspectWebp(bytes, all)).toThrow(expect.objectContaining({ code }));
  });

  it.each([
    ['a still', webp([vp8x(0x10), alph, vp8])],
    ['an animation', animation([{}, corner])],
  ])('wherever %s is cut', (_, whole) => {
    for (let length = 0; length < whole.length; length += 1)
      expect(() => inspectWebp(whole.subarray(0, length), all)).toThrow(
        expect.objectContaining({ code: 'source_undecodable' }),
      );
  });
});
