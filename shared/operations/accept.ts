import type { ImageType } from './image-type.ts';

/** The types that `auto` can settle on besides the source's own, by their name in Accept. */
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
/** More than any browser sends; the rest of a longer header is not read. */
const maxRanges = 64;

/** Reads the quality of each media range. A range whose quality is malformed has none. */
function readQualities(accept: string): ReadonlyMap<string, number> {
  const qualities = new Map<string, number>();
  for (const range of accept.toLowerCase().split(',', maxRanges)) {
    const [type = '', ...parameters] = range.split(';').map((part) => part.trim());
    const q = parameters.find((part) => part.startsWith('q='))?.slice(2) ?? '1';
    qualities.set(type, qualityForm.test(q) ? Number(q) : 0);
  }
  return qualities;
}

/**
 * The best type that Accept names exactly, by its quality and then by the policy's order;
 * `src` when it names none. Wildcards count for nothing: a browser that shows AVIF says so.
 */
export function negotiateFormat(
  accept: string | undefined,
  order: readonly Negotiable[],
): Negotiable | 'src' {
  const named = readQualities(accept ?? '');
  const quality = (type: Negotiable): number => named.get(negotiable[type]) ?? 0;
  const wanted = order.filter((type) => quality(type) > 0);
  const best = Math.max(...wanted.map(quality));
  return wanted.find((type) => quality(type) === best) ?? 'src';
}
