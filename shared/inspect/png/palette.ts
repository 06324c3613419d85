import { sourceRefusal } from '../../refusal.ts';
import { isIntact, type PngChunk, writePngChunk } from './chunks.ts';
import type { PngHeader } from './header.ts';
import type { PngParts } from './parts.ts';

const entryBytes = 3;
const mostEntries = 256;

/**
 * Selects the palette: https://www.w3.org/TR/png-3/#11PLTE. Truecolour may have one too, but there it
 * is only a suggestion and changes no pixel.
 */
export function selectPalette({ header, chunks }: PngParts): PngChunk | undefined {
  if (!header.palette) return undefined;
  const palette = chunks.get('PLTE');
  const entries = (palette?.data.length ?? 0) / entryBytes;
  const possible = Number.isInteger(entries) && entries >= 1 && entries <= mostEntries;
  if (!palette || !possible || !isIntact(palette))
    throw sourceRefusal('source_undecodable', 'the palette of the PNG is missing or damaged');
  return palette;
}

/**
 * Selects tRNS: https://www.w3.org/TR/png-3/#11tRNS. One that is before the palette, or has more
 * entries than it, or has the wrong length for its colour type is left out, because libpng and
 * browsers ignore it.
 */
export function selectTransparency(
  { header, chunks }: PngParts,
  palette: PngChunk | undefined,
): PngChunk | undefined {
  const transparency = chunks.get('tRNS');
  if (!transparency || header.alpha) return undefined;
  const { length } = transparency.data;
  if (!palette) return length === (header.grey ? 2 : 6) ? transparency : undefined;
  // libpng cuts off the entries that no pixel can name before it compares.
  const entries = Math.min(palette.data.length / entryBytes, 2 ** header.bits);
  const used = transparency.start > palette.start && length >= 1 && length <= entries;
  return used ? transparency : undefined;
}

/** The entries of so many bytes, with the last one repeated until there are `count`. */
function repeatLast(data: Uint8Array, bytes: number, count: number): Uint8Array {
  const repeated = new Uint8Array(count * bytes);
  repeated.set(data);
  for (let at = data.length; at < repeated.length; at += bytes)
    repeated.set(data.subarray(-bytes), at);
  return repeated;
}

/**
 * Writes a palette that has a colour for every index. The specification leaves it open what an index without one shows:
 * in Chromium it is the last colour with its alpha, in libpng opaque black.
 */
export function writePalette(
  { bits }: PngHeader,
  palette: PngChunk,
  transparency: PngChunk | undefined,
): readonly Uint8Array[] {
  const entries = palette.data.length / entryBytes;
  const alphas = transparency?.data ?? new Uint8Array();
  const count = 2 ** bits;
  const before = transparency === undefined ? [] : [transparency.whole];
  if (entries >= count) return [palette.whole, ...before];
  const colours = writePngChunk('PLTE', repeatLast(palette.data, entryBytes, count));
  return alphas.length < entries
    ? [colours, ...before]
    : [colours, writePngChunk('tRNS', repeatLast(alphas, 1, count))];
}
