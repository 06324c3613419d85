/**
 * The expiry of a URL that is valid for about `lifetime` seconds: rounded up to quarters of it,
 * so that one image keeps one URL for a while and browsers can cache it. Never above `lifetime`.
 */
export function roundedExpiry(now: number, lifetime: number): number {
  const quarter = Math.floor(lifetime / 4);
  return quarter < 1 ? now + lifetime : (Math.floor(now / quarter) + 4) * quarter;
}
