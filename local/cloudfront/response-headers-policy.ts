import { responseHeaders } from '../../shared/deployment/delivery.ts';
import type { HeaderLine } from './header-map.ts';

const set: readonly HeaderLine[] = Object.entries(responseHeaders.set);
const replaced: ReadonlySet<string> = new Set([
  ...Object.keys(responseHeaders.set),
  ...responseHeaders.remove,
]);

/** Applies the policy to everything that leaves: hits, misses, refusals and CloudFront's own pages. */
export function applyResponseHeadersPolicy(lines: readonly HeaderLine[]): HeaderLine[] {
  return [...lines.filter(([key]) => !replaced.has(key.toLowerCase())), ...set];
}
