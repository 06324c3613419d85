import { roundedExpiry } from '../../shared/request/expiry.ts';
import { assertValid } from './need.ts';
import { SignetError } from './signet-error.ts';

/** How long a URL lives: seconds, or `90s`, `15m`, `1h`, `7d`; `never` where the policy lets it. */
export type Lifetime = number | `${number}${'' | 's' | 'm' | 'h' | 'd'}` | 'never';

const units = { s: 1, m: 60, h: 3_600, d: 86_400 };
const tenYears = 315_360_000;
/** Of a time in seconds, which has ten; a Date that is none has no number at all. */
const elevenDigits = 1e10;

/**
 * Unix seconds; nothing for what never expires. A lifetime is rounded so that one image keeps one URL
 * for a while, a Date is not. Throws `malformed`, and `expired` for a Date in the past.
 */
export function expiryOf(expires: Lifetime | Date): number | undefined {
  if (expires === 'never') return undefined;
  const now = Math.floor(Date.now() / 1_000);
  if (expires instanceof Date) {
    const at = Math.floor(+expires / 1_000);
    if (at < now) throw new SignetError('expired', `expired ${now - at} seconds ago`);
    assertValid(at < elevenDigits, 'expires is no Date that a URL can have');
    return at;
  }
  const [, digits, unit = ''] = /^([1-9]\d*)([smhd]?)$/.exec(`${expires}`) ?? [];
  const seconds = Number(digits) * (units[unit as 's'] ?? 1);
  // Longer is never, or was meant in milliseconds.
  assertValid(
    seconds <= tenYears,
    `expires is "${expires}"; write seconds (not milliseconds), 15m or 7d, ten years at most, never or a Date`,
  );
  return roundedExpiry(now, seconds);
}
