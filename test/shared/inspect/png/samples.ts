import { deflateSync } from 'node:zlib';
import { nodeInflate } from '../../../../shared/adapters/inflate.ts';
import type { Inspected } from '../../../../shared/inspect/inspection.ts';
import { inspectPng } from '../../../../shared/inspect/png/inspect-png.ts';
import { Refusal } from '../../../../shared/refusal.ts';
import { pngChunk, pngSignature } from '../../../render/encoders.ts';

/* Small PNGs in every form, and what is read from them. */

export type Form = {
  readonly width?: number;
  readonly height?: number;
  readonly bits?: number;
  readonly type?: number;
  readonly interlaced?: boolean;
};

const channels: Readonly<Record<number, number>> = { 0: 1, 2: 3, 3: 1, 4: 2, 6: 4 };

export function header({ width = 4, height = 3, bits = 8, type = 2, interlaced }: Form): Buffer {
  const data = Buffer.alloc(13);
  data.writeUInt32BE(width, 0);
  data.writeUInt32BE(height, 4);
  data.set([bits, type, 0, 0, interlaced ? 1 : 0], 8);
  return pngChunk('IHDR', data);
}

/** Rows of filter 0 in which the bytes count up. */
function rows({ width = 4, height = 3, bits = 8, type = 2, interlaced }: Form): Buffer {
  const rowBytes = Math.ceil((width * bits * (channels[type] ?? 0)) / 8);
  const row = Buffer.from([0, ...Array.from({ length: rowBytes }, (_, at) => (at * 29) % 256)]);
  // Of an interlaced picture the filters must be 0 wherever its rows begin.
  const all = Buffer.concat(Array.from({ length: height }, () => row));
  return interlaced ? Buffer.alloc(all.length + 8 * (width + height)) : all;
}

export const packed = (form: Form): Buffer => deflateSync(rows(form));
export const pixelChunk = (form: Form): Buffer => pngChunk('IDAT', packed(form));
export const end = pngChunk('IEND');
export const palette = pngChunk('PLTE', Buffer.from([255, 0, 0, 0, 255, 0, 0, 0, 255, 9, 9, 9]));

export const joinChunks = (...chunks: readonly Buffer[]): Buffer =>
  Buffer.concat([pngSignature, ...chunks]);

/** A whole PNG with other chunks before and behind its pixels. */
export const makePng = (
  form: Form = {},
  before: readonly Buffer[] = [],
  behind: readonly Buffer[] = [],
): Buffer => joinChunks(header(form), ...before, pixelChunk(form), ...behind, end);

/** The same chunk with a wrong CRC. */
export function withWrongCrc(chunk: Buffer): Buffer {
  const copy = Buffer.from(chunk);
  copy.writeUInt8((copy.at(-1) ?? 0) ^ 1, copy.length - 1);
  return copy;
}

/** A TIFF with nothing but an orientation. */
export const orientationTiff = (value: number): Buffer =>
  Buffer.from(
    `4d4d002a00000008000101120003000000010${value.toString(16).padStart(3, '0')}000000000000`,
    'hex',
  );

export const inspect = (png: Uint8Array): Inspected => inspectPng(png, { inflate: nodeInflate });

/** The code and reason of the refusal, or `drawn`. Anything else that is thrown goes on. */
export function refusalOf(png: Uint8Array): string {
  try {
    inspect(png);
    return 'drawn';
  } catch (thrown) {
    if (thrown instanceof Refusal) return `${thrown.code}: ${thrown.message}`;
    throw thrown;
  }
}

/** The types of the chunks, in order. */
export function chunkTypes(png: Uint8Array): readonly string[] {
  const view = Buffer.from(png);
  const types: string[] = [];
  for (let at = 8; at + 12 <= view.length; at += 12 + view.readUInt32BE(at))
    types.push(view.toString('latin1', at + 4, at + 8));
  return types;
}
