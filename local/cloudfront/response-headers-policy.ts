import { responseHeaders } from '../../shared/deployment/delivery.ts';
import type { HeaderLine } from './header-map.ts';

const set: readonly HeaderLine[] = Object.entries(responseHeaders.set);
const replaced: ReadonlySet<string> = new Set([
  ...Object.keys(responseHeaders.set),
  ...responseHeaders.remove,
]);

/** Applies the response headers policy to every answer: hits, misses, refusals and error pages. */
export function applyResponseHeadersPolicy(lines: readonly HeaderLine[]): HeaderLine[] {
  return [...lines.filter(([key]) => !replaced.has(key.toLowerCase())), ...set];
}
