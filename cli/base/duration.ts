import { usageFailure } from '../../operator/failure.ts';

const units: ReadonlyMap<string, number> = new Map([
  ['', 1],
  ['s', 1],
  ['m', 60],
  ['h', 3_600],
  ['d', 86_400],
]);

/** Reads `90`, `90s`, `15m`, `1h` or `7d` as seconds, and `never` as undefined. Throws `usage`. */
export function readDuration(text: string): number | undefined {
  if (text === 'never') return undefined;
  const [, digits = '', unit = ''] = /^([1-9][0-9]{0,8})([smhd]?)$/.exec(text) ?? [];
  const seconds = Number(digits) * (units.get(unit) ?? 0);
  if (digits === '')
    throw usageFailure(`"${text}" is not a duration; write 90s, 15m, 1h, 7d or never`);
  if (seconds > 315_360_000)
    throw usageFailure(`"${text}" is more than ten years; write at most 3650d, or never`);
  return seconds;
}
