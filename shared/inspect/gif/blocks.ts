import type { Size } from '../../operations/operation.ts';
import { sourceRefusal } from '../../refusal.ts';

/*
 * The blocks of a GIF: https://www.w3.org/Graphics/GIF/spec-gif89a.txt. All numbers are
 * little-endian. A block knows where it ends; undefined stands for the end of the file within it.
 */

/** Makes the refusal of a GIF that no decoder reads. `reason` is one sentence without a full stop. */
export const damagedGif = (reason: string) => sourceRefusal('source_undecodable', reason);

/** Returns part of the file. It is refused if the file is shorter, because the upload was incomplete. */
export function takeBytes(bytes: Uint8Array, from: number, length: number): Uint8Array {
  if (from + length > bytes.length) throw damagedGif('the file ends within a block');
  return bytes.subarray(from, from + length);
}

/** Reads two bytes of a block. */
export const readUint16 = (bytes: Uint8Array, at: number): number =>
  (bytes[at] ?? 0) + 256 * (bytes[at + 1] ?? 0);

/** Encodes a number in two bytes. */
export const writeUint16 = (value: number): readonly number[] => [value & 0xff, value >> 8];

/**
 * Finds the end of sub-blocks, behind their terminator (section 15). A step is one sub-block, so
 * that the walk is linear in the length of the file.
 */
export function skipSubBlocks(bytes: Uint8Array, from: number): number {
  let at = from;
  for (let size = bytes[at]; size !== undefined; size = bytes[at]) {
    at += size + 1;
    if (size === 0) return at;
  }
  throw damagedGif('the file ends within a block');
}

/** The bytes of the colour table that these flags announce (sections 19 and 21). */
export const countTableBytes = (flags: number): number =>
  (flags & 0x80) === 0 ? 0 : 3 * 2 ** ((flags & 7) + 1);

/** A GIF up to its first block: the logical screen (section 18) and the global colour table. */
export type GifScreen = Size & {
  readonly flags: number;
  readonly background: number;
  readonly colors: Uint8Array;
  /** Where the first block begins. */
  readonly end: number;
};

const screenEnd = 13;

/** Reads everything before the first block. */
export function readGifScreen(bytes: Uint8Array): GifScreen {
  const head = takeBytes(bytes, 0, screenEnd);
  const signature = String.fromCharCode(...head.subarray(0, 6));
  if (signature !== 'GIF87a' && signature !== 'GIF89a') throw damagedGif('no GIF header');
  const flags = head[10] ?? 0;
  const colors = takeBytes(bytes, screenEnd, countTableBytes(flags));
  return {
    width: readUint16(head, 6),
    height: readUint16(head, 8),
    flags,
    background: head[11] ?? 0,
    colors,
    end: screenEnd + colors.length,
  };
}
