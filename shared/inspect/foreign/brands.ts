import type { FileHead } from './file-head.ts';

/*
 * Files of boxes (ISO/IEC 14496-12, section 4.3). The first box, `ftyp`, names the brand that the file has
 * and brands that it is compatible with. Brands are registered at https://mp4ra.org.
 */

/** Where the `ftyp` box has its type, the major brand and the first compatible brand. */
const places = { type: 4, major: 8, compatible: 16 } as const;
const brandBytes = 4;
/** Real files have fewer than ten. */
const maxBrands = 64;

/** Brands that say which structure a picture has, and not which codec. */
const structures: readonly string[] = ['mif1', 'mif2', 'msf1', 'miaf'];

function readBoxSize(raw: string): number {
  return [0, 1, 2, 3].reduce((size, at) => size * 256 + (raw.charCodeAt(at) || 0), 0);
}

/**
 * The brands that decide what a file is: the major brand, or the compatible brands if the major one only
 * names a structure. Undefined if the file has no brands.
 */
function readBrands({ raw }: FileHead): readonly string[] | undefined {
  if (!raw.startsWith('ftyp', places.type)) return undefined;
  const major = raw.slice(places.major, places.major + brandBytes);
  if (!structures.includes(major)) return [major];
  const end = Math.min(readBoxSize(raw), places.compatible + maxBrands * brandBytes);
  const brands = [major];
  for (let at = places.compatible; at + brandBytes <= end; at += brandBytes)
    brands.push(raw.slice(at, at + brandBytes));
  return brands;
}

/** Whether one of the brands decides what the file is. */
export const hasBrand =
  (...wanted: readonly string[]) =>
  (head: FileHead): boolean =>
    readBrands(head)?.some((brand) => wanted.includes(brand)) ?? false;
