import { roundedExpiry } from '../../shared/request/expiry.ts';
import { assertValid } from './assert-valid.ts';
import { SignetError } from './signet-error.ts';

/** A lifetime: seconds, `90s`, `15m`, `1h` or `7d`; or `never`, if the policy allows it. */
export type Lifetime = number | `${number}${'' | 's' | 'm' | 'h' | 'd'}` | 'never';

const units = { s: 1, m: 60, h: 3_600, d: 86_400 };
const tenYears = 315_360_000;
/** A Unix time in seconds has ten digits. An invalid Date is NaN, which is not below any limit. */
const elevenDigits = 1e10;

/**
 * The expiry in Unix seconds; undefined for `never`. A lifetime is rounded, so that an image keeps the
 * same URL for a while and stays cached. A Date is not rounded. Throws `malformed`, or `expired` for a
 * Date in the past.
 */
export function expiryOf(expires: Lifetime | Date): number | undefined {
  if (expires === 'never') return undefined;
  const now = Math.floor(Date.now() / 1_000);
  if (expires instanceof Date) {
    const at = Math.floor(+expires / 1_000);
    if (at < now) throw new SignetError('expired', `expired ${now - at} seconds ago`);
    assertValid(at < elevenDigits, 'expires is not a valid Date');
    return at;
  }
  const [, digits, unit = ''] = /^([1-9]\d*)([smhd]?)$/.exec(`${expires}`) ?? [];
  const seconds = Number(digits) * (units[unit as 's'] ?? 1);
  // A longer lifetime was probably given in milliseconds.
  assertValid(
    seconds <= tenYears,
    `expires is "${expires}"; write seconds (not milliseconds), 15m, 7d (at most ten years), never or a Date`,
  );
  return roundedExpiry(now, seconds);
}
