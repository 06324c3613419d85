import { crc32 } from 'node:zlib';
import type { SourceType } from '../../shared/operations/image-type.ts';

/*
 * Takes the four containers apart and joins them again, for sound files only. A unit is what a mutation moves: a
 * JPEG segment with the scan behind it, a PNG or RIFF chunk, a GIF block. The first unit is the file's signature.
 */

type Split = (bytes: Buffer) => readonly Buffer[];
type Join = (units: readonly Buffer[]) => Buffer;

function cutAt(bytes: Buffer, starts: readonly number[]): readonly Buffer[] {
  return starts.map((start, at) => bytes.subarray(start, starts[at + 1] ?? bytes.length));
}

/** Markers start where 0xFF is not followed by a stuffed zero or a restart marker. */
function splitJpeg(bytes: Buffer): readonly Buffer[] {
  const starts = [0];
  let at = 2;
  while (at < bytes.length - 1) {
    starts.push(at);
    const marker = bytes[at + 1] ?? 0;
    if (marker === 0xd9) break;
    at += 2 + bytes.readUInt16BE(at + 2);
    if (marker !== 0xda) continue;
    const isData = (next: number): boolean => next === 0 || (next >= 0xd0 && next <= 0xd7);
    while (bytes[at] !== 0xff || isData(bytes[at + 1] ?? 0)) at += 1;
  }
  return cutAt(bytes, starts);
}

function splitChunks(
  bytes: Buffer,
  first: number,
  lengthOf: (at: number) => number,
): readonly Buffer[] {
  const starts = [0];
  for (let at = first; at + 8 <= bytes.length; at += lengthOf(at)) starts.push(at);
  return cutAt(bytes, starts);
}

const splitPng: Split = (bytes) => splitChunks(bytes, 8, (at) => 12 + bytes.readUInt32BE(at));

const splitWebp: Split = (bytes) =>
  splitChunks(bytes, 12, (at) => 8 + 2 * Math.ceil(bytes.readUInt32LE(at + 4) / 2));

const tableBytes = (packed: number): number => (packed & 0x80 ? 3 * 2 ** ((packed & 7) + 1) : 0);

function endOfBlocks(bytes: Buffer, start: number): number {
  let at = start;
  while ((bytes[at] ?? 0) > 0) at += 1 + (bytes[at] ?? 0);
  return at + 1;
}

function splitGif(bytes: Buffer): readonly Buffer[] {
  const starts = [0];
  let at = 13 + tableBytes(bytes[10] ?? 0);
  while (at < bytes.length) {
    starts.push(at);
    if (bytes[at] === 0x21) at = endOfBlocks(bytes, at + 2);
    else if (bytes[at] === 0x2c) at = endOfBlocks(bytes, at + 11 + tableBytes(bytes[at + 9] ?? 0));
    else break;
  }
  return cutAt(bytes, starts);
}

/** Cuts a sound file into its units. */
export const splitUnits: Readonly<Record<SourceType, Split>> = {
  jpg: splitJpeg,
  png: splitPng,
  webp: splitWebp,
  gif: splitGif,
};

/** Makes the CRC of a chunk right, so that a decoder reads what the mutation has changed. */
function withCrc(chunk: Buffer): Buffer {
  if (chunk.length < 12) return chunk;
  const copy = Buffer.from(chunk);
  copy.writeUInt32BE(crc32(copy.subarray(4, -4)), copy.length - 4);
  return copy;
}

const joinPng: Join = ([signature = Buffer.alloc(0), ...chunks]) =>
  Buffer.concat([signature, ...chunks.map(withCrc)]);

function joinWebp(units: readonly Buffer[]): Buffer {
  const bytes = Buffer.concat(units);
  if (bytes.length >= 12) bytes.writeUInt32LE(bytes.length - 8, 4);
  return bytes;
}

/** Joins units into a file whose checksum and sizes are right again. */
export const joinUnits: Readonly<Record<SourceType, Join>> = {
  jpg: Buffer.concat,
  png: joinPng,
  webp: joinWebp,
  gif: Buffer.concat,
};
