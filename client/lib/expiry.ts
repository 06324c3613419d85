import { roundedExpiry } from '../../shared/request/expiry.ts';
import { assertValid } from './assert-valid.ts';
import { SignetError } from './signet-error.ts';
import { printValue } from './text.ts';

/** A lifetime: seconds, `90s`, `15m`, `1h` or `7d`; or `never`, if the policy allows it. */
export type Lifetime = number | `${number}${'' | 's' | 'm' | 'h' | 'd'}` | 'never';

const units = { m: 60, h: 3_600, d: 86_400 };

/** A Unix time in seconds has ten digits, so this is none. */
const tooLate = 1e10;

/** The rounded end of a lifetime; NaN or `tooLate` if it is invalid. */
function endOf(lifetime: Lifetime, now: number): number {
  const [, digits, unit = ''] = /^([1-9]\d*)([smhd]?)$/.exec(printValue(lifetime)) ?? [];
  const seconds = Number(digits) * (units[unit as 'm'] ?? 1);
  // Ten years. A longer lifetime was probably given in milliseconds.
  return seconds > 315_360_000 ? tooLate : roundedExpiry(now, seconds);
}

/**
 * The expiry in Unix seconds; undefined for `never`. A lifetime is rounded, so that an image keeps the
 * same URL for a while and stays cached. A Date is not rounded. Throws `malformed`, or `expired` for a
 * Date in the past.
 */
export function expiryOf(expires: Lifetime | Date): number | undefined {
  if (expires === 'never') return undefined;
  const now = Math.floor(Date.now() / 1_000);
  const at = expires instanceof Date ? Math.floor(+expires / 1_000) : endOf(expires, now);
  // NaN is not below any limit.
  assertValid(
    at < tooLate,
    'expires must be seconds, 15m, 7d (at most ten years), never or a valid Date',
  );
  if (at < now) throw new SignetError('expired', `expired ${now - at} seconds ago`);
  return at;
}
