import { manyFrames } from '../encoders.ts';
import { type Bomb, drawnOrRefused } from './bomb.ts';
import { gif, gifFrame, longestStrings, repeat } from './gif-encoder.ts';

const side = 7_064;
const still = gifFrame({ width: 10, height: 10, data: longestStrings(100) });
const square = (length: number, disposal: 1 | 2 | 3): Buffer =>
  gifFrame({ width: length, height: length, data: longestStrings(length * length), disposal });

/** Codes that clear the table and never draw: the picture stays open. */
const cleared = (bytes: number): Buffer => Buffer.alloc(bytes, 128);

/** A frame whose data goes on after its last pixel. */
function endless(bytes: number): Buffer {
  const blocks = repeat(Buffer.from([1, 0]), bytes / 2);
  return Buffer.concat([still.subarray(0, -1), blocks, Buffer.alloc(1)]);
}

const extension = (kind: number, body: readonly number[]): Buffer =>
  Buffer.from([0x21, kind, ...body, 0]);
const plainText = [12, 0, 0, 0, 0, 10, 0, 10, 0, 8, 8, 1, 0, 1, 65];

export const gifBombs: readonly Bomb[] = [
  {
    name: 'a GIF of 10,000 frames of one pixel',
    attacks: 'the list of frames',
    make: () => manyFrames(10_000),
    ends: drawnOrRefused,
    quick: true,
  },
  {
    name: 'a GIF of 200,000 frames of one pixel',
    attacks: 'the list of frames',
    make: () => manyFrames(200_000),
    ends: drawnOrRefused,
  },
  {
    name: 'a GIF of one-pixel frames on a screen of 65,535×65,535',
    attacks: 'memory for the screen',
    make: () => manyFrames(100, 65_535, 65_535),
    // libvips ignores a screen of this size, and draws the first frame.
    ends: ['rendered', 'source_too_large'],
    quick: true,
  },
  {
    name: 'a GIF of one-pixel frames on a screen of 7,064×7,064',
    attacks: 'each frame is a copy of the screen',
    make: () => manyFrames(200, side, side),
    ends: drawnOrRefused,
  },
  {
    name: 'a GIF of 50 megapixels in 40 kB',
    attacks: 'the longest strings of LZW',
    make: () => gif(side, side, [square(side, 1)]),
    ends: drawnOrRefused,
  },
  {
    name: 'a GIF of 200 frames of 500×500 that each bring back the one before',
    attacks: 'a copy of the screen for each frame',
    make: () => gif(500, 500, [repeat(square(500, 3), 200)]),
    ends: drawnOrRefused,
  },
  {
    name: 'a GIF of 200 frames of 500×500 that each clear the screen',
    attacks: 'work for each pixel of each frame',
    make: () => gif(500, 500, [repeat(square(500, 2), 200)]),
    ends: drawnOrRefused,
  },
  {
    name: 'a GIF of 10,000 frames of 1,000×1,000 in 20 MB',
    attacks: 'a count of frames that is cut only after decoding',
    make: () => gif(1_000, 1_000, [repeat(square(1_000, 3), 10_000)]),
    ends: drawnOrRefused,
  },
  {
    name: 'a GIF whose picture is 40 MB of codes that clear the table',
    attacks: 'a decompressor that makes no progress',
    make: () => gif(10, 10, [gifFrame({ width: 10, height: 10, data: cleared(40_000_000) })]),
    ends: drawnOrRefused,
  },
  {
    name: 'a GIF with 20 million blocks of one byte after its picture',
    attacks: 'the search for the end of a frame',
    make: () => gif(10, 10, [endless(40_000_000)]),
    ends: drawnOrRefused,
  },
  {
    name: 'a GIF with 10 million empty comments',
    attacks: 'each extension is read',
    make: () => gif(10, 10, [repeat(extension(0xfe, []), 10_000_000), still]),
    ends: drawnOrRefused,
  },
  {
    name: 'a GIF with 2 million plain texts',
    attacks: 'each extension is read, and may be drawn',
    make: () => gif(10, 10, [repeat(extension(0x01, plainText), 2_000_000), still]),
    ends: drawnOrRefused,
  },
  {
    name: 'a GIF whose frame is larger than its screen',
    attacks: 'memory outside of the screen',
    make: () => gif(1, 1, [square(4_000, 1)]),
    ends: drawnOrRefused,
    quick: true,
  },
];
