import { jpegSegment } from '../encoders.ts';
import { highestFirst } from './bit-writers.ts';

/*
 * JPEG files without a picture in them, which cost much more to decode than to send. Markers and
 * segments: https://www.w3.org/Graphics/JPEG/itu-t81.pdf, annex B.
 */

export type Sampling = readonly [horizontal: number, vertical: number];

export type JpegFrame = {
  readonly width: number;
  readonly height: number;
  readonly samplings: readonly Sampling[];
};

export const start = Buffer.from([0xff, 0xd8]);
export const end = Buffer.from([0xff, 0xd9]);

const word = (value: number): number[] => [value >> 8, value & 0xff];

/** A frame header; 0xC0 is baseline, 0xC2 progressive, 0xC9 arithmetic. */
export function frameHeader(marker: number, { width, height, samplings }: JpegFrame): Buffer {
  const components = samplings.flatMap(([across, down], at) => [at + 1, across * 16 + down, 0]);
  return jpegSegment(
    marker,
    Buffer.from([8, ...word(height), ...word(width), samplings.length, ...components]),
  );
}

/** One quantisation table of ones. */
export const quantisation = jpegSegment(0xdb, Buffer.from([0, ...Array<number>(64).fill(1)]));

/** A Huffman table whose only code is one bit, 0, for this symbol. 0x00 is for DC, 0x10 for AC. */
export function huffmanTable(kind: number, symbol: number): Buffer {
  return jpegSegment(0xc4, Buffer.from([kind, 1, ...Array<number>(15).fill(0), symbol]));
}

export type Scan = {
  /** The numbers of the components, from 1. */
  readonly components: readonly number[];
  readonly from: number;
  readonly to: number;
  /** The bit before and the bit after, in the two halves of a byte. */
  readonly bits: number;
};

export function scanHeader({ components, from, to, bits }: Scan): Buffer {
  const chosen = components.flatMap((component) => [component, 0]);
  return jpegSegment(0xda, Buffer.from([components.length, ...chosen, from, to, bits]));
}

/** The blocks of a component: all of them, if it is alone in its scan. */
export function countBlocks({ width, height, samplings }: JpegFrame, component: number): number {
  const most = (axis: 0 | 1) => Math.max(...samplings.map((sampling) => sampling[axis]));
  const [across = 1, down = 1] = samplings[component - 1] ?? [];
  const columns = Math.ceil(Math.ceil((width * across) / most(0)) / 8);
  const rows = Math.ceil(Math.ceil((height * down) / most(1)) / 8);
  return columns * rows;
}

/** Entropy-coded data of zeros: every code is a 0. A byte of zeros needs no stuffing. */
export const zeroCodes = (bits: number): Buffer => {
  const bytes = Buffer.alloc(Math.ceil(bits / 8));
  const unused = bytes.length * 8 - bits;
  if (unused > 0) bytes[bytes.length - 1] = 2 ** unused - 1;
  return bytes;
};

/** The longest run of empty blocks that one code can announce: category 14 and 14 bits of ones. */
const longestRun = 32_767;

/** The symbol of `longestRun`, for `huffmanTable`. */
export const longestRunSymbol = 0xe0;

/** An AC scan whose blocks are all empty, with a table that only has `longestRunSymbol`. */
export function emptyBlocks(blocks: number): Buffer {
  const bits = highestFirst();
  for (let left = blocks; left > 0; left -= longestRun) {
    // The last run may go past the picture: decoders stop at the last block.
    bits.write(0, 1);
    bits.write(2 ** 14 - 1, 14);
  }
  return bits.finish();
}

/** A baseline JPEG of one colour, each component in as many bits as it has blocks, twice. */
export function flatJpeg(frame: JpegFrame, extra: readonly Buffer[] = []): Buffer {
  const scans = frame.samplings.flatMap((_, at) => [
    scanHeader({ components: [at + 1], from: 0, to: 63, bits: 0 }),
    zeroCodes(2 * countBlocks(frame, at + 1)),
  ]);
  const tables = [quantisation, huffmanTable(0x00, 0), huffmanTable(0x10, 0)];
  return Buffer.concat([start, ...extra, ...tables, frameHeader(0xc0, frame), ...scans, end]);
}

/** The highest bit of a coefficient that a progression can send first. */
const highestBit = 13;

/** The first AC scans of a valid progression: one per bit, coefficient and component, the highest bit first. */
function acScans(components: readonly number[], most: number): readonly Scan[] {
  const coefficients = Array.from({ length: 63 }, (_, at) => at + 1);
  const bits = Array.from({ length: highestBit + 1 }, (_, at) => highestBit - at);
  const scans = bits.flatMap((bit) =>
    coefficients.flatMap((at) =>
      components.map((component) => ({
        components: [component],
        from: at,
        to: at,
        bits: (bit === highestBit ? 0 : (bit + 1) * 16) + bit,
      })),
    ),
  );
  return scans.slice(0, Math.max(0, most));
}

/** A progressive JPEG of one colour: one DC scan per component, then as many scans as it may have. */
export function progressiveJpeg(frame: JpegFrame, scans: number): Buffer {
  const components = frame.samplings.map((_, at) => at + 1);
  const dc = components.flatMap((component) => [
    scanHeader({ components: [component], from: 0, to: 0, bits: 0 }),
    zeroCodes(countBlocks(frame, component)),
  ]);
  const empty = components.map((component) => emptyBlocks(countBlocks(frame, component)));
  const ac = acScans(components, scans - components.length).flatMap((scan) => [
    scanHeader(scan),
    empty[(scan.components[0] ?? 1) - 1] ?? Buffer.alloc(0),
  ]);
  const tables = [quantisation, huffmanTable(0x00, 0), huffmanTable(0x10, longestRunSymbol)];
  return Buffer.concat([start, ...tables, frameHeader(0xc2, frame), ...dc, ...ac, end]);
}
