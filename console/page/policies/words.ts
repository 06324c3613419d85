import { escapeForTerminal } from '../../../shared/terminal.ts';

/* How the views of policies print what the server sends. */

/** A text of others on one line, with control characters made visible. */
export const visible = (text: string): string => escapeForTerminal(text);

export const printInteger = (text: string | number): string => BigInt(text).toLocaleString('en-US');

/** Beyond this many digits a number is shown by its size. */
const mostDigits = 12;
const superscripts = '⁰¹²³⁴⁵⁶⁷⁸⁹';

/** A whole number in little room: `1,234`, `2.1 × 10²⁵`. */
export function printSize(digits: string): string {
  if (digits.length <= mostDigits) return printInteger(digits);
  const power = [...String(digits.length - 1)].map((one) => superscripts[Number(one)]).join('');
  return `${digits[0]}.${digits[1]} × 10${power}`;
}

export const printUsd = (amount: number): string =>
  amount.toLocaleString('en-US', { style: 'currency', currency: 'USD' });

/** `1 change`, `3 changes`. */
export const printCountOf = (count: number, one: string, many = `${one}s`): string =>
  `${count.toLocaleString('en-US')} ${count === 1 ? one : many}`;

const dayMs = 86_400_000;

/** An age in whole days. */
export function printDays(since: string | null, now = Date.now()): string {
  if (since === null) return 'unknown';
  const days = Math.max(0, Math.floor((now - Date.parse(since)) / dayMs));
  return days === 0 ? 'today' : printCountOf(days, 'day');
}
