import { roundedExpiry } from '../shared/expiry.ts';
import { SignetError } from './signet-error.ts';

/** Seconds to live, the moment of its end, or `never` where the policy lets it. */
export type Expires = number | Date | 'never';

const tenYears = 315_360_000;

function lifetimeFault(seconds: number): string | undefined {
  if (!Number.isInteger(seconds) || seconds < 1) return 'expires is not a whole number of seconds';
  return seconds > tenYears
    ? 'expires is more than ten years; it counts seconds to live, not milliseconds'
    : undefined;
}

/**
 * The expiry of a URL in Unix seconds; nothing for one that never expires. Seconds to live are rounded
 * so that one image keeps one URL for a while. Throws `malformed`; `now` in milliseconds.
 */
export function expiryOf(expires: Expires, now: number): number | undefined {
  if (expires === 'never') return undefined;
  if (expires instanceof Date) {
    const at = Math.floor(expires.getTime() / 1_000);
    if (!(at > now / 1_000)) throw new SignetError('malformed', 'expires is in the past');
    return at;
  }
  const fault = lifetimeFault(expires);
  if (fault !== undefined) throw new SignetError('malformed', fault);
  return roundedExpiry(Math.floor(now / 1_000), expires);
}
