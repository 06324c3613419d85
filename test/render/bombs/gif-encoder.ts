import { lowestFirst, noiseBytes } from './bit-writers.ts';

/* GIF files that cost much more to decode than to send: https://www.w3.org/Graphics/GIF/spec-gif89a.txt */

const short = (value: number): number[] => [value & 0xff, value >> 8];

/** The header with a palette of 128 colours. */
export function gifHeader(width: number, height: number): Buffer {
  const colors = Array.from({ length: 128 }, (_, at) => [at * 2, 255 - at, (at * 37) % 256]);
  const screen = [...short(width), ...short(height), 0x86, 0, 0];
  return Buffer.from([...Buffer.from('GIF89a'), ...screen, ...colors.flat()]);
}

export const trailer = Buffer.from([0x3b]);

/** Data in blocks of at most 255 bytes, with the block that ends them. */
export function subBlocks(data: Buffer): Buffer {
  const blocks: Buffer[] = [];
  for (let at = 0; at < data.length; at += 255) {
    const part = data.subarray(at, at + 255);
    blocks.push(Buffer.from([part.length]), part);
  }
  return Buffer.concat([...blocks, Buffer.alloc(1)]);
}

const clear = 128;
const endOfData = 129;
const tableSize = 4_096;

/** The bits of a code while the next entry of the table is `next`. */
const codeBits = (next: number): number => Math.min(12, Math.ceil(Math.log2(next + 1)));

/**
 * Pixels of colour 0 in the longest strings that LZW has: each code stands for one pixel more than the
 * code before it, so that 5 kB are seven million pixels.
 */
export function longestStrings(pixels: number): Buffer {
  const bits = lowestFirst();
  let left = pixels;
  let next = clear;
  while (left > 0) {
    bits.write(clear, codeBits(next));
    bits.write(0, codeBits(clear));
    left -= 1;
    // The decoder adds an entry with each code, and that entry is the one that is sent.
    for (next = endOfData + 1; left > 0 && next < tableSize; next += 1) {
      const string = next - endOfData + 1;
      bits.write(string <= left ? next : 0, codeBits(next));
      left -= string <= left ? string : 1;
    }
  }
  bits.write(endOfData, codeBits(next));
  return bits.finish();
}

/** Noise without compression: codes of 8 bits as long as the table is cleared early enough. */
export function noisePixels(pixels: number): Buffer {
  const every = 120;
  const rows = Math.ceil(pixels / every);
  const data = noiseBytes(rows * (every + 1), 128);
  for (let row = 0; row < rows; row += 1) data[row * (every + 1)] = clear;
  const last = pixels - (rows - 1) * every;
  return Buffer.concat([data.subarray(0, (rows - 1) * (every + 1) + 1 + last), Buffer.from([129])]);
}

export type GifFrame = {
  readonly width: number;
  readonly height: number;
  /** LZW codes, before they are cut into blocks. */
  readonly data: Buffer;
  /** 1 keeps the frame, 2 clears it, 3 brings back what was before it. */
  readonly disposal?: 1 | 2 | 3;
};

/** A frame in the upper left corner, shown for 100 ms. */
export function gifFrame({ width, height, data, disposal = 1 }: GifFrame): Buffer {
  const control = [0x21, 0xf9, 4, disposal * 4, 10, 0, 0, 0];
  const descriptor = [0x2c, 0, 0, 0, 0, ...short(width), ...short(height), 0];
  return Buffer.concat([Buffer.from([...control, ...descriptor, 7]), subBlocks(data)]);
}

/** The loop that browsers expect, for ever. */
export const endlessLoop = Buffer.from([
  0x21,
  0xff,
  11,
  ...Buffer.from('NETSCAPE2.0'),
  3,
  1,
  0,
  0,
  0,
]);

export const repeat = (bytes: Buffer, times: number): Buffer =>
  Buffer.alloc(bytes.length * times, bytes);

/** A GIF of these frames or extensions. */
export const gif = (width: number, height: number, parts: readonly Buffer[]): Buffer =>
  Buffer.concat([gifHeader(width, height), endlessLoop, ...parts, trailer]);

/** An animation of noise, the hardest to draw and to encode. */
export function noisyGif(side: number, frames: number): Buffer {
  const pixels = side * side;
  const all = Array.from({ length: frames }, (_, at) => {
    // A frame like the one before it would cost an encoder nothing.
    const noise = noisePixels(pixels + at * 121).subarray(-(pixels + Math.ceil(pixels / 120) + 1));
    return gifFrame({
      width: side,
      height: side,
      data: Buffer.concat([Buffer.from([128]), noise]),
    });
  });
  return gif(side, side, all);
}
