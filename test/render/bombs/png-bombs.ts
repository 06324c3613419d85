import { deflateRawSync, deflateSync } from 'node:zlib';
import { flatPng, iccp, pngChunk, pngSignature, zeros, zTxt } from '../encoders.ts';
import { type Bomb, drawnOrRefused } from './bomb.ts';

const tiny = { width: 10, height: 10, bitDepth: 8, colorType: 2 } as const;
const side = 7_064;

const word = (value: number): Buffer => {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
};

const repeat = (bytes: Buffer, times: number): Buffer => Buffer.alloc(bytes.length * times, bytes);

/** A PNG of these parts; the header says grey, 8 bits, unless told. */
function png(width: number, height: number, parts: readonly Buffer[], depthAndColor = [8, 0]) {
  const header = Buffer.concat([
    word(width),
    word(height),
    Buffer.from([...depthAndColor, 0, 0, 0]),
  ]);
  return Buffer.concat([pngSignature, pngChunk('IHDR', header), ...parts, pngChunk('IEND')]);
}

/** Rows of the filter that costs most, each an RGBA pixel repeated. */
function paeth(width: number, height: number): Buffer {
  const raw = Buffer.alloc((1 + width * 4) * height, 1);
  for (let row = 0; row < height; row += 1) raw[row * (1 + width * 4)] = 4;
  return png(width, height, [pngChunk('IDAT', deflateSync(raw, { level: 1 }))], [8, 6]);
}

/** An animated PNG: https://www.w3.org/TR/png-3/#apng-frame-based-animation */
function animatedPng(frames: number): Buffer {
  const data = deflateSync(Buffer.from([0, 0]));
  const control = (at: number) =>
    pngChunk('fcTL', Buffer.concat([word(at), word(1), word(1), Buffer.alloc(14)]));
  const rest = Array.from({ length: frames - 1 }, (_, at) => [
    control(2 * at + 1),
    pngChunk('fdAT', Buffer.concat([word(2 * at + 2), data])),
  ]);
  const first = [pngChunk('acTL', Buffer.concat([word(frames), word(0)])), control(0)];
  return png(1, 1, [...first, pngChunk('IDAT', data), ...rest.flat()]);
}

/** A zlib stream with empty blocks before its data: RFC 1951, section 3.2.4. */
function emptyBlocks(times: number, raw: Buffer): Buffer {
  const checksum = deflateSync(raw).subarray(-4);
  const blocks = repeat(Buffer.from([0, 0, 0, 0xff, 0xff]), times);
  return Buffer.concat([Buffer.from([0x78, 0x01]), blocks, deflateRawSync(raw), checksum]);
}

/** An image whose only pixels are 100 grey ones. */
const greyRows = Buffer.alloc(11 * 10);
const greyData = pngChunk('IDAT', deflateSync(greyRows));

const iTxt = (packed: Buffer): Buffer =>
  pngChunk('iTXt', Buffer.concat([Buffer.from('Comment\0\x01\0\0\0', 'latin1'), packed]));

const ancillary = (name: string, attacks: string, extra: () => Buffer, quick = false): Bomb => ({
  name: `a PNG with ${name}`,
  attacks,
  make: () => flatPng({ ...tiny, extra: [extra()] }),
  ends: drawnOrRefused,
  quick,
});

export const pngBombs: readonly Bomb[] = [
  ancillary('a compressed text of 128 MB', 'memory for text', () => zTxt(zeros(128)), true),
  ancillary('an international text of 128 MB', 'memory for text', () => iTxt(zeros(128))),
  ancillary('30 texts of 4 MB', 'memory for text', () => repeat(zTxt(zeros(4)), 30), true),
  ancillary('a profile of 128 MB', 'memory for the profile', () => iccp(zeros(128)), true),
  ancillary('100,000 texts', 'each chunk is kept', () =>
    repeat(pngChunk('tEXt', Buffer.from('a\0b')), 100_000),
  ),
  ancillary('200,000 unknown chunks', 'each chunk is read', () =>
    repeat(pngChunk('juNk'), 200_000),
  ),
  ancillary('700 suggested palettes of 60 kB', 'memory for palettes', () =>
    Buffer.concat(
      Array.from({ length: 700 }, (_, at) =>
        pngChunk(
          'sPLT',
          Buffer.concat([Buffer.from(`${at}\0\x08`, 'latin1'), Buffer.alloc(60_000)]),
        ),
      ),
    ),
  ),
  {
    name: 'a 1-bit PNG of 16,000×16,000',
    attacks: '256 megapixels in 30 kB',
    make: () => flatPng({ width: 16_000, height: 16_000, bitDepth: 1, colorType: 0 }),
    ends: ['source_too_large'],
    quick: true,
  },
  {
    name: 'an interlaced PNG of 50 megapixels',
    attacks: 'memory: an interlaced picture is decoded as a whole',
    make: () => flatPng({ width: side, height: side, bitDepth: 8, colorType: 6, interlaced: true }),
    ends: drawnOrRefused,
  },
  {
    name: 'a 16-bit PNG of 50 megapixels',
    attacks: 'eight bytes a pixel',
    make: () => flatPng({ width: side, height: side, bitDepth: 16, colorType: 6 }),
    ends: drawnOrRefused,
  },
  {
    name: 'a PNG of 50 megapixels in the Paeth filter',
    attacks: 'the slowest filter',
    make: () => paeth(side, side),
    ends: drawnOrRefused,
  },
  {
    name: 'a PNG with 2 million empty data chunks',
    attacks: 'each chunk is opened and checked',
    make: () => png(10, 10, [repeat(pngChunk('IDAT'), 2_000_000), greyData]),
    ends: drawnOrRefused,
  },
  {
    name: 'a PNG with 2 million empty deflate blocks',
    attacks: 'a decompressor that makes no progress',
    make: () => png(10, 10, [pngChunk('IDAT', emptyBlocks(2_000_000, greyRows))]),
    ends: drawnOrRefused,
  },
  {
    name: 'a PNG of 100 pixels whose data has 1 GB',
    attacks: 'a decompressor that goes on behind the last row',
    make: () => png(10, 10, [pngChunk('IDAT', deflateSync(Buffer.alloc(1_000_000_000)))]),
    ends: drawnOrRefused,
  },
  {
    name: 'a PNG with an empty palette',
    attacks: 'a lookup outside of the palette',
    make: () => png(10, 10, [pngChunk('PLTE'), greyData], [8, 3]),
    ends: ['source_undecodable'],
    quick: true,
  },
  {
    name: 'a PNG whose pixels are outside of its palette, with more transparencies than colours',
    attacks: 'a lookup outside of the palette',
    make: () =>
      png(
        10,
        10,
        [
          pngChunk('PLTE', Buffer.from([255, 0, 0])),
          pngChunk('tRNS', Buffer.alloc(256)),
          pngChunk(
            'IDAT',
            deflateSync(Buffer.alloc(110, 9).map((_, at) => (at % 11 === 0 ? 0 : 9))),
          ),
        ],
        [8, 3],
      ),
    ends: ['rendered', 'source_undecodable'],
    quick: true,
  },
  {
    name: 'an animated PNG of 10,000 frames',
    attacks: 'each frame is read',
    make: () => animatedPng(10_000),
    ends: drawnOrRefused,
    quick: true,
  },
];
