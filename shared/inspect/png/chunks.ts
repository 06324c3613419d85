import { limits } from '../../limits.ts';
import { sourceRefusal } from '../../refusal.ts';
import { computeCrc32 } from './checksums.ts';

/** One chunk as it is in the file: https://www.w3.org/TR/png-3/#5Chunk-layout */
export type PngChunk = {
  readonly type: string;
  readonly data: Uint8Array;
  /** Its length, type, data and CRC. */
  readonly whole: Uint8Array;
  /** Where it begins in the file. */
  readonly start: number;
};

/** The first bytes of every PNG. */
export const pngSignature: Uint8Array = Uint8Array.of(137, 80, 78, 71, 13, 10, 26, 10);

/** The length and the type before the data. The CRC behind it has four bytes more. */
const headBytes = 8;
const crcBytes = 4;

function readType(bytes: Uint8Array, at: number): string {
  const type = String.fromCharCode(...bytes.subarray(at, at + 4));
  if (!/^[A-Za-z]{4}$/.test(type))
    throw sourceRefusal('source_undecodable', 'the type of a PNG chunk is not four letters');
  return type;
}

function checkSignature(bytes: Uint8Array): void {
  if (pngSignature.some((byte, at) => bytes[at] !== byte))
    throw sourceRefusal('source_undecodable', 'the PNG signature is damaged');
}

/**
 * Reads chunks up to IEND. It also ends before a chunk that the file does not hold completely, as
 * browsers do. If pixels are missing then, the decoder refuses the picture.
 */
export function* readPngChunks(bytes: Uint8Array): Generator<PngChunk, undefined> {
  checkSignature(bytes);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let start = pngSignature.length;
  for (let count = 0; start + headBytes + crcBytes <= bytes.length; count += 1) {
    if (count === limits.pngChunks)
      throw sourceRefusal('source_too_large', `the PNG has more than ${limits.pngChunks} chunks`);
    const type = readType(bytes, start + 4);
    const dataEnd = start + headBytes + view.getUint32(start);
    if (type === 'IEND' || dataEnd + crcBytes > bytes.length) return undefined;
    const data = bytes.subarray(start + headBytes, dataEnd);
    yield { type, data, whole: bytes.subarray(start, dataEnd + crcBytes), start };
    start = dataEnd + crcBytes;
  }
  return undefined;
}

/** Whether the CRC of a chunk is right. */
export function isIntact({ whole }: PngChunk): boolean {
  const end = whole.length - crcBytes;
  const crc = new DataView(whole.buffer, whole.byteOffset + end).getUint32(0);
  return crc === computeCrc32(whole.subarray(4, end));
}

/** Writes a chunk. */
export function writePngChunk(type: string, data: Uint8Array = new Uint8Array()): Uint8Array {
  const chunk = new Uint8Array(headBytes + data.length + crcBytes);
  const view = new DataView(chunk.buffer);
  view.setUint32(0, data.length);
  for (let at = 0; at < 4; at += 1) chunk[4 + at] = type.charCodeAt(at);
  chunk.set(data, headBytes);
  const end = headBytes + data.length;
  view.setUint32(end, computeCrc32(chunk.subarray(4, end)));
  return chunk;
}
