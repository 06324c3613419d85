import sharp from 'sharp';
import { riff } from '../encoders.ts';
import { type Bomb, drawnOrRefused } from './bomb.ts';
import {
  animatedWebp,
  extendedHeader,
  frameChunk,
  losslessData,
  losslessWebp,
  type WebpChunk,
  webp,
} from './webp-encoder.ts';

const longest = 16_383;
const side = 7_064;
const picture: WebpChunk = ['VP8L', losslessData(10, 10)];
const megabytes = (count: number): Buffer => Buffer.alloc(count * 1_000_000);

/** A lossy picture, its alpha in a chunk of its own: 50 megapixels of each. */
const lossyWithAlpha = () =>
  sharp({
    create: { width: side, height: side, channels: 4, background: '#80402080' },
    limitInputPixels: false,
  })
    .webp({ effort: 0, quality: 1, alphaQuality: 100 })
    .toBuffer();

/** Small files with a chunk that a reader of metadata may keep. */
const withChunk = (name: string, feature: 'profile' | 'exif' | 'xmp', chunk: string): Bomb => ({
  name: `a WebP with ${name} of 40 MB`,
  attacks: 'memory for metadata',
  make: () => {
    const header = extendedHeader(10, 10, ['alpha', feature]);
    const more: WebpChunk = [chunk, megabytes(40)];
    return riff(feature === 'profile' ? [header, more, picture] : [header, picture, more]);
  },
  ends: drawnOrRefused,
});

export const webpBombs: readonly Bomb[] = [
  {
    name: 'a lossless WebP of 16,383×16,383 in 22 bytes',
    attacks: '268 megapixels that take no bits',
    make: () => losslessWebp(longest, longest),
    ends: ['source_too_large'],
    quick: true,
  },
  {
    name: 'a lossless WebP of 50 megapixels',
    attacks: 'pixels that take no bits',
    make: () => losslessWebp(side, side),
    ends: drawnOrRefused,
  },
  {
    name: 'a lossless WebP of 50 megapixels with a predictor',
    attacks: 'work for each pixel, without a bit for it',
    make: () => losslessWebp(side, side, 'predictor'),
    ends: drawnOrRefused,
  },
  {
    name: 'a lossy WebP of 50 megapixels with alpha',
    attacks: 'two pictures in one, and memory for both',
    make: lossyWithAlpha,
    ends: drawnOrRefused,
  },
  {
    name: 'a WebP of 200,000 frames of one pixel',
    attacks: 'the list of frames',
    make: () => animatedWebp([1, 1], frameChunk(1, 1), 200_000),
    ends: drawnOrRefused,
  },
  {
    name: 'a WebP of 10,000 frames of one pixel',
    attacks: 'the list of frames',
    make: () => animatedWebp([1, 1], frameChunk(1, 1), 10_000),
    ends: drawnOrRefused,
    quick: true,
  },
  {
    name: 'an animated WebP whose canvas is 16,383×16,383 and whose frame is one pixel',
    attacks: 'memory for the canvas',
    make: () => animatedWebp([longest, longest], frameChunk(1, 1), 1),
    ends: ['source_too_large'],
    quick: true,
  },
  {
    name: 'a still WebP whose canvas is 16,383×16,383 and whose frame is 10×10',
    attacks: 'memory for the canvas',
    make: () => riff([extendedHeader(longest, longest, ['alpha']), picture]),
    ends: ['source_too_large', 'source_undecodable'],
    quick: true,
  },
  {
    name: 'a WebP of 200 frames that each cover a canvas of 500×500',
    attacks: '50 megapixels of blending in 9 kB',
    make: () => animatedWebp([500, 500], frameChunk(500, 500, 'predictor'), 200),
    ends: drawnOrRefused,
  },
  {
    name: 'a WebP of 10,000 frames that each cover a canvas of 1,000×1,000',
    attacks: 'a count of frames that is cut only after decoding',
    make: () => animatedWebp([1_000, 1_000], frameChunk(1_000, 1_000, 'predictor'), 10_000),
    ends: drawnOrRefused,
  },
  {
    name: 'a WebP of one-pixel frames on a canvas of 7,064×7,064',
    attacks: 'each frame is a copy of the canvas',
    make: () => animatedWebp([side, side], frameChunk(1, 1), 200),
    ends: drawnOrRefused,
  },
  {
    name: 'a WebP with 2 million unknown chunks',
    attacks: 'each chunk is read',
    make: () =>
      webp([extendedHeader(10, 10, ['alpha']), picture], Buffer.alloc(16_000_000, 'junk\0\0\0\0')),
    ends: drawnOrRefused,
  },
  withChunk('a profile', 'profile', 'ICCP'),
  withChunk('EXIF', 'exif', 'EXIF'),
  withChunk('XMP', 'xmp', 'XMP '),
];
