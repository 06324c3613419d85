import { responseHeaders } from '../../shared/deployment/delivery.ts';
import type { HeaderLine } from './header-map.ts';

const set: readonly HeaderLine[] = Object.entries(responseHeaders.set);
const replaced: ReadonlySet<string> = new Set([
  ...Object.keys(responseHeaders.set),
  ...responseHeaders.remove,
]);

/**
 * Applies the response headers policy to every answer: hits, misses, refusals and error pages. `cors` are the
 * headers for the page that sent the request.
 */
export function applyResponseHeadersPolicy(
  lines: readonly HeaderLine[],
  cors: Readonly<Record<string, string>>,
): HeaderLine[] {
  const isReplaced = (name: string): boolean => replaced.has(name) || Object.hasOwn(cors, name);
  return [
    ...lines.filter(([key]) => !isReplaced(key.toLowerCase())),
    ...set,
    ...Object.entries(cors),
  ];
}
