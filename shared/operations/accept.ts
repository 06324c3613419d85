import type { ImageType } from './image-type.ts';

/** The types that `auto` can pick besides the type of the source, with their names in Accept. */
export const negotiable = {
  avif: 'image/avif',
  webp: 'image/webp',
  jpg: 'image/jpeg',
  png: 'image/png',
  gif: 'image/gif',
} as const satisfies Partial<Readonly<Record<ImageType, string>>>;
export type Negotiable = keyof typeof negotiable;

/** A quality value: RFC 9110, section 12.4.2. */
const qualityForm = /^(?:0(?:\.[0-9]{0,3})?|1(?:\.0{0,3})?)$/;
/** More than any browser sends. The rest of a longer header is ignored. */
const maxRanges = 64;

/** The quality of each media range of a header. */
export type Qualities = ReadonlyMap<string, number>;

/** Reads the quality of each media range. A malformed quality counts as 0. */
export function readQualities(accept: string): Qualities {
  const qualities = new Map<string, number>();
  for (const range of accept.toLowerCase().split(',', maxRanges)) {
    const [type = '', ...parameters] = range.split(';').map((part) => part.trim());
    const q = parameters.find((part) => part.startsWith('q='))?.slice(2) ?? '1';
    qualities.set(type, qualityForm.test(q) ? Number(q) : 0);
  }
  return qualities;
}

/**
 * Picks the type with the highest quality in Accept, and among equals the first in `order`. Returns
 * `src` if Accept names none of them. Wildcards are ignored, because browsers that show AVIF name it.
 * `read` may be a version of `readQualities` that remembers headers.
 */
export function negotiateFormat(
  accept: string | undefined,
  order: readonly Negotiable[],
  read: typeof readQualities = readQualities,
): Negotiable | 'src' {
  const named = read(accept ?? '');
  let [best, most]: [Negotiable | 'src', number] = ['src', 0];
  for (const type of order) {
    const quality = named.get(negotiable[type]) ?? 0;
    if (quality > most) [best, most] = [type, quality];
  }
  return best;
}
