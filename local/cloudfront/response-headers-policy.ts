import type { HeaderLine } from './header-map.ts';

/** The distribution's response headers policy, as data: set with override, or removed. */
export const responseHeadersPolicy = {
  set: [
    ['x-content-type-options', 'nosniff'],
    ['content-security-policy', "default-src 'none'; sandbox"],
    ['strict-transport-security', 'max-age=63072000; includeSubDomains'],
    ['access-control-allow-origin', '*'],
    ['cross-origin-resource-policy', 'cross-origin'],
    ['timing-allow-origin', '*'],
    ['vary', 'Accept'],
  ],
  remove: ['server', 'x-amz-version-id', 'x-amz-server-side-encryption'],
  removePrefix: 'x-amz-meta-',
} as const;

const replaced: ReadonlySet<string> = new Set([
  ...responseHeadersPolicy.set.map(([name]) => name),
  ...responseHeadersPolicy.remove,
]);

/** Applies the policy to everything that leaves: hits, misses, refusals and CloudFront's own pages. */
export function applyResponseHeadersPolicy(lines: readonly HeaderLine[]): HeaderLine[] {
  const kept = lines.filter(([key]) => {
    const name = key.toLowerCase();
    return !replaced.has(name) && !name.startsWith(responseHeadersPolicy.removePrefix);
  });
  return [...kept, ...responseHeadersPolicy.set];
}
