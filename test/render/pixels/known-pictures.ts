import { deflateSync } from 'node:zlib';
import { lowestFirst } from '../bombs/bit-writers.ts';
import { subBlocks, trailer } from '../bombs/gif-encoder.ts';
import { pngChunk, pngSignature } from '../encoders.ts';

/* Pictures of a few pixels, with the pixels that they show written beside them. */

/** A file, and its rows as `readPng` reads them. */
type KnownPicture = {
  readonly name: string;
  readonly file: Buffer;
  readonly rows: readonly (readonly string[])[];
};

type PngParts = {
  readonly size: readonly [width: number, height: number];
  readonly depth: number;
  /** 0 grey, 2 RGB, 3 palette, 4 grey and alpha, 6 RGBA. */
  readonly kind: number;
  readonly chunks?: readonly Buffer[];
  /** Rows of bytes, without filters. */
  readonly data: readonly (readonly number[])[];
};

/** https://www.w3.org/TR/png-3/#11IHDR */
function png({ size: [width, height], depth, kind, chunks = [], data }: PngParts): Buffer {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header[8] = depth;
  header[9] = kind;
  const pixels = deflateSync(Buffer.from(data.flatMap((row) => [0, ...row])));
  return Buffer.concat([
    pngSignature,
    pngChunk('IHDR', header),
    ...chunks,
    pngChunk('IDAT', pixels),
    pngChunk('IEND'),
  ]);
}

const chunk = (name: string, ...bytes: readonly number[]): Buffer =>
  pngChunk(name, Buffer.from(bytes));
const palette = chunk('PLTE', 255, 0, 0, 0, 255, 0, 0, 0, 255, 9, 9, 9);
const [red, green, blue, dark] = ['255 0 0', '0 255 0', '0 0 255', '9 9 9'];

/** EXIF with orientation 6, a quarter turn clockwise: CIPA DC-008, 4.6.4. */
const sideways = Buffer.from('4d4d002a00000008000101120003000000010006000000000000', 'hex');

type GifFrame = {
  readonly at: readonly [left: number, top: number];
  readonly rows: readonly (readonly number[])[];
  /** The transparent index. */
  readonly clear?: number;
};

const short = (value: number): number[] => [value & 0xff, value >> 8];

/** Codes of three bits: the table is cleared before each pixel, so they never grow. */
function gifData(rows: GifFrame['rows']): Buffer {
  const bits = lowestFirst();
  for (const index of rows.flat()) for (const code of [4, index]) bits.write(code, 3);
  bits.write(5, 3);
  return subBlocks(bits.finish());
}

/** One frame on a screen, with the palette red, green, blue, dark: https://www.w3.org/Graphics/GIF/spec-gif89a.txt */
function gif(screen: readonly [number, number], { at, rows, clear }: GifFrame): Buffer {
  const colours = [255, 0, 0, 0, 255, 0, 0, 0, 255, 9, 9, 9];
  const control = [0x21, 0xf9, 4, clear === undefined ? 0 : 1, 10, 0, clear ?? 0, 0];
  const size = [rows[0]?.length ?? 0, rows.length];
  const image = [0x2c, ...[...at, ...size].flatMap(short), 0, 2];
  const head = [...Buffer.from('GIF89a'), ...screen.flatMap(short), 0x81, 0, 0, ...colours];
  return Buffer.concat([Buffer.from([...head, ...control, ...image]), gifData(rows), trailer]);
}

export const knownPictures: readonly KnownPicture[] = [
  {
    name: 'a palette of 1 bit shows its two colours',
    file: png({ size: [3, 1], depth: 1, kind: 3, chunks: [palette], data: [[0b01000000]] }),
    rows: [[red, green, red]],
  },
  {
    name: 'a palette of 2 bits shows its alpha',
    file: png({
      size: [4, 1],
      depth: 2,
      kind: 3,
      chunks: [palette, chunk('tRNS', 255, 0, 128)],
      data: [[0b00011011]],
    }),
    rows: [[red, 'clear', '0 0 255 128', dark]],
  },
  {
    name: 'a palette of 4 bits starts each row in a new byte',
    file: png({
      size: [3, 2],
      depth: 4,
      kind: 3,
      chunks: [palette],
      data: [
        [0x01, 0x20],
        [0x21, 0x30],
      ],
    }),
    rows: [
      [red, green, blue],
      [blue, green, dark],
    ],
  },
  {
    name: 'an index without a colour shows the last colour, as in Chromium',
    file: png({
      size: [4, 1],
      depth: 8,
      kind: 3,
      chunks: [chunk('PLTE', 255, 0, 0, 0, 255, 0)],
      data: [[0, 1, 2, 255]],
    }),
    rows: [[red, green, green, green]],
  },
  {
    name: 'an index without a colour has the alpha of the last colour',
    file: png({
      size: [4, 1],
      depth: 2,
      kind: 3,
      chunks: [chunk('PLTE', 255, 0, 0, 0, 255, 0), chunk('tRNS', 255, 128)],
      data: [[0b00011011]],
    }),
    rows: [[red, '0 255 0 128', '0 255 0 128', '0 255 0 128']],
  },
  {
    name: 'an index without a colour is opaque if the last colour is',
    file: png({
      size: [4, 1],
      depth: 4,
      kind: 3,
      chunks: [chunk('PLTE', 255, 0, 0, 0, 255, 0), chunk('tRNS', 0)],
      data: [[0x01, 0x2f]],
    }),
    rows: [['clear', green, green, green]],
  },
  {
    // (128 / 255)^2.6 × 52.37 / 48 is 0.1818 of the light of white: 118 in sRGB.
    name: 'the curve of cinemas in cICP is brighter than white',
    file: png({
      size: [2, 1],
      depth: 8,
      kind: 2,
      chunks: [chunk('cICP', 1, 17, 0, 1)],
      data: [[128, 128, 128, 250, 250, 250]],
    }),
    rows: [['118 118 118', '255 255 255']],
  },
  {
    name: 'the curve of cinemas in cICP holds for grey',
    file: png({
      size: [2, 1],
      depth: 8,
      kind: 0,
      chunks: [chunk('cICP', 1, 17, 0, 1)],
      data: [[128, 250]],
    }),
    rows: [['118 118 118', '255 255 255']],
  },
  {
    name: 'grey of 2 bits has the greys 0, 85, 170 and 255',
    file: png({ size: [4, 1], depth: 2, kind: 0, data: [[0b00011011]] }),
    rows: [['0 0 0', '85 85 85', '170 170 170', '255 255 255']],
  },
  {
    name: 'tRNS of grey clears one value and no other',
    file: png({
      size: [3, 1],
      depth: 8,
      kind: 0,
      chunks: [chunk('tRNS', 0, 100)],
      data: [[99, 100, 101]],
    }),
    rows: [['99 99 99', 'clear', '101 101 101']],
  },
  {
    name: 'tRNS of RGB clears one colour and no other',
    file: png({
      size: [2, 1],
      depth: 8,
      kind: 2,
      chunks: [chunk('tRNS', 0, 1, 0, 2, 0, 3)],
      data: [[1, 2, 3, 1, 2, 4]],
    }),
    rows: [['clear', '1 2 4']],
  },
  {
    name: 'tRNS of RGB of 16 bits compares all bits',
    file: png({
      size: [2, 1],
      depth: 16,
      kind: 2,
      chunks: [chunk('tRNS', 0, 1, 0, 2, 0, 3)],
      data: [[0, 1, 0, 2, 0, 3, 0, 1, 0, 2, 1, 3]],
    }),
    rows: [['clear', '0 0 1']],
  },
  {
    name: 'an eXIf chunk turns a PNG',
    file: png({
      size: [2, 1],
      depth: 8,
      kind: 2,
      chunks: [pngChunk('eXIf', sideways)],
      data: [[1, 2, 3, 4, 5, 6]],
    }),
    rows: [['1 2 3'], ['4 5 6']],
  },
  {
    name: 'a background colour of a PNG is not shown',
    file: png({
      size: [2, 1],
      depth: 8,
      kind: 6,
      chunks: [chunk('bKGD', 0, 255, 0, 0, 0, 0)],
      data: [[7, 8, 9, 0, 7, 8, 9, 40]],
    }),
    rows: [['clear', '7 8 9 40']],
  },
  {
    name: 'a GIF smaller than its screen is clear around',
    file: gif([3, 3], { at: [1, 1], rows: [[0, 1]] }),
    rows: [
      ['clear', 'clear', 'clear'],
      ['clear', red, green],
      ['clear', 'clear', 'clear'],
    ],
  },
  {
    name: 'a GIF larger than its screen is shown whole',
    file: gif([1, 1], {
      at: [0, 0],
      rows: [
        [0, 1],
        [2, 3],
      ],
    }),
    rows: [
      [red, green],
      [blue, dark],
    ],
  },
  {
    name: 'the transparent index of a GIF is clear',
    file: gif([3, 1], { at: [0, 0], rows: [[0, 2, 1]], clear: 2 }),
    rows: [[red, 'clear', green]],
  },
];
