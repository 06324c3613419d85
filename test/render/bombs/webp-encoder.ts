import { riff } from '../encoders.ts';
import { lowestFirst } from './bit-writers.ts';

/*
 * WebP files of one colour. Chunks: https://developers.google.com/speed/webp/docs/riff_container,
 * lossless pictures: https://developers.google.com/speed/webp/docs/webp_lossless_bitstream_specification
 */

export type WebpChunk = readonly [string, Buffer];

/** A transform of a lossless picture that costs time for each pixel. */
export type Transform = 'none' | 'predictor';

/** A prefix code with one symbol, 0, which takes no bits. */
const noBits = { value: 1, bits: 4 };
const prefixCodes = 5;

/** A lossless picture in some 20 bytes, whatever its size: no pixel takes a bit. */
export function losslessData(width: number, height: number, transform: Transform = 'none'): Buffer {
  const bits = lowestFirst();
  bits.write(0x2f, 8);
  bits.write(width - 1, 14);
  bits.write(height - 1, 14);
  // It uses alpha; version 0.
  bits.write(1, 4);
  if (transform === 'predictor') {
    // A transform, of kind 0, in blocks of 512 pixels, whose modes are a picture of their own.
    bits.write(1, 1);
    bits.write(0, 2);
    bits.write(7, 3);
    bits.write(0, 1);
    writeCodes(bits, 11);
  }
  // No more transforms, no colour cache and one set of codes.
  bits.write(0, 3);
  writeCodes(bits, 0);
  return bits.finish();
}

/** The codes of green, red, blue, alpha and distance. `green` is the one symbol of the first. */
function writeCodes(bits: ReturnType<typeof lowestFirst>, green: number): void {
  if (green === 0) bits.write(noBits.value, noBits.bits);
  else {
    // Simple, one symbol of 8 bits.
    bits.write(1, 1);
    bits.write(0, 1);
    bits.write(1, 1);
    bits.write(green, 8);
  }
  for (let code = 1; code < prefixCodes; code += 1) bits.write(noBits.value, noBits.bits);
}

const flags = { animation: 0x02, xmp: 0x04, exif: 0x08, alpha: 0x10, profile: 0x20 } as const;

export function extendedHeader(
  width: number,
  height: number,
  features: readonly (keyof typeof flags)[],
): WebpChunk {
  const data = Buffer.alloc(10);
  data[0] = features.reduce((sum, feature) => sum + flags[feature], 0);
  data.writeUIntLE(width - 1, 4, 3);
  data.writeUIntLE(height - 1, 7, 3);
  return ['VP8X', data];
}

export const losslessWebp = (width: number, height: number, transform?: Transform): Buffer =>
  riff([['VP8L', losslessData(width, height, transform)]]);

const chunk = ([name, data]: WebpChunk): Buffer => {
  const size = Buffer.alloc(4);
  size.writeUInt32LE(data.length);
  return Buffer.concat([Buffer.from(name, 'latin1'), size, data, Buffer.alloc(data.length % 2)]);
};

/** One frame in the upper left corner, which is blended with what is below it. */
export function frameChunk(width: number, height: number, transform?: Transform): Buffer {
  const header = Buffer.alloc(16);
  header.writeUIntLE(width - 1, 6, 3);
  header.writeUIntLE(height - 1, 9, 3);
  header.writeUIntLE(100, 12, 3);
  const picture = chunk(['VP8L', losslessData(width, height, transform)]);
  return chunk(['ANMF', Buffer.concat([header, picture])]);
}

/** A RIFF container of chunks and, behind them, of bytes that are chunks already. */
export function webp(chunks: readonly WebpChunk[], rest: Buffer = Buffer.alloc(0)): Buffer {
  const file = Buffer.concat([riff(chunks), rest]);
  file.writeUInt32LE(file.length - 8, 4);
  return file;
}

/** An animation of the same frame. */
export function animatedWebp(
  canvas: readonly [width: number, height: number],
  frame: Buffer,
  frames: number,
): Buffer {
  const chunks: WebpChunk[] = [
    extendedHeader(...canvas, ['animation', 'alpha']),
    ['ANIM', Buffer.alloc(6)],
  ];
  return webp(chunks, Buffer.alloc(frame.length * frames, frame));
}
