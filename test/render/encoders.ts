import { crc32, deflateSync } from 'node:zlib';

/*
 * Encoders by hand: they write what no library agrees to write. Each follows its specification
 * only as far as the lie it tells needs it.
 */

const word = (value: number): Buffer => {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
};

/** One PNG chunk: https://www.w3.org/TR/png-3/#5Chunk-layout */
export function pngChunk(type: string, data: Uint8Array = Buffer.alloc(0)): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  return Buffer.concat([word(data.length), body, word(crc32(body))]);
}

export const pngSignature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);

export type PngShape = {
  readonly width: number;
  readonly height: number;
  readonly bitDepth: number;
  /** 0 grey, 2 RGB, 6 RGBA. */
  readonly colorType: 0 | 2 | 6;
  readonly interlaced?: boolean;
  /** Chunks between the header and the pixels. */
  readonly extra?: readonly Buffer[];
};

const channels = { 0: 1, 2: 3, 6: 4 } as const;

/** A PNG of one colour, however large; its pixels cost a thousandth of what they decode to. */
export function flatPng(shape: PngShape): Buffer {
  const { width, height, bitDepth, colorType, interlaced = false, extra = [] } = shape;
  const header = Buffer.concat([
    word(width),
    word(height),
    Buffer.from([bitDepth, colorType, 0, 0, interlaced ? 1 : 0]),
  ]);
  const rowBytes = 1 + Math.ceil((width * bitDepth * channels[colorType]) / 8);
  // Adam7 adds some filter bytes; a decoder ignores what is left over.
  const raw = Buffer.alloc(rowBytes * height + (interlaced ? 8 * (width + height) : 0));
  return Buffer.concat([
    pngSignature,
    pngChunk('IHDR', header),
    ...extra,
    pngChunk('IDAT', deflateSync(raw)),
    pngChunk('IEND'),
  ]);
}

/** Zeros that deflate to a thousandth: `megabytes` of text or profile once unpacked. */
export const zeros = (megabytes: number): Buffer =>
  deflateSync(Buffer.alloc(megabytes * 1_048_576));

/** A compressed text chunk, its keyword before it. */
export const zTxt = (packed: Buffer): Buffer =>
  pngChunk('zTXt', Buffer.concat([Buffer.from('Comment\0\0', 'latin1'), packed]));

export const iccp = (packed: Buffer): Buffer =>
  pngChunk('iCCP', Buffer.concat([Buffer.from('profile\0\0', 'latin1'), packed]));

const short = (value: number): number[] => [value & 0xff, value >> 8];

/** A GIF of one-pixel frames on a canvas of any size: https://www.w3.org/Graphics/GIF/spec-gif89a.txt */
export function manyFrames(frames: number, width = 1, height = 1): Buffer {
  const header = [
    ...Buffer.from('GIF89a'),
    ...short(width),
    ...short(height),
    0x80,
    0,
    0,
    ...[0, 0, 0, 255, 255, 255],
  ];
  const control = [0x21, 0xf9, 4, 0, 1, 0, 0, 0];
  const descriptor = [0x2c, 0, 0, 0, 0, 1, 0, 1, 0, 0];
  // Clear, one pixel of colour 0, end, in codes of three bits.
  const pixel = [2, 2, 0x44, 0x01, 0];
  const frame = Buffer.from([...control, ...descriptor, ...pixel]);
  return Buffer.concat([
    Buffer.from(header),
    ...Array.from({ length: frames }, () => frame),
    Buffer.from([0x3b]),
  ]);
}

/** One JPEG segment: https://www.w3.org/Graphics/JPEG/itu-t81.pdf, B.1.1.4 */
export function jpegSegment(marker: number, data: Uint8Array | string): Buffer {
  const body = typeof data === 'string' ? Buffer.from(data, 'latin1') : data;
  const length = body.length + 2;
  return Buffer.concat([Buffer.from([0xff, marker, length >> 8, length & 0xff]), body]);
}

/** The same JPEG with segments behind its first two bytes. */
export function withSegments(jpeg: Buffer, segments: readonly Buffer[]): Buffer {
  return Buffer.concat([jpeg.subarray(0, 2), ...segments, jpeg.subarray(2)]);
}

/** The same JPEG, saying that it is larger. */
export function claiming(jpeg: Buffer, width: number, height: number): Buffer {
  const copy = Buffer.from(jpeg);
  for (let at = 2; at < copy.length; at += 2 + copy.readUInt16BE(at + 2)) {
    const marker = copy[at + 1] ?? 0;
    const frameHeader = marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker);
    if (!frameHeader) continue;
    copy.writeUInt16BE(height, at + 5);
    copy.writeUInt16BE(width, at + 7);
    return copy;
  }
  throw new Error('this JPEG has no frame header');
}

/** The same WebP in the extended form, saying that its canvas is larger. */
export function webpClaiming(width: number, height: number): Buffer {
  const header = Buffer.alloc(10);
  header.writeUIntLE(width - 1, 4, 3);
  header.writeUIntLE(height - 1, 7, 3);
  return riff([['VP8X', header]]);
}

/** A RIFF container of these chunks. */
export function riff(chunks: readonly (readonly [string, Buffer])[]): Buffer {
  const body = Buffer.concat(
    chunks.flatMap(([name, data]) => {
      const size = Buffer.alloc(4);
      size.writeUInt32LE(data.length);
      return [Buffer.from(name, 'latin1'), size, data, Buffer.alloc(data.length % 2)];
    }),
  );
  const size = Buffer.alloc(4);
  size.writeUInt32LE(body.length + 4);
  return Buffer.concat([Buffer.from('RIFF'), size, Buffer.from('WEBP'), body]);
}
