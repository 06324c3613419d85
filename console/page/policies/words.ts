import { escapeForTerminal } from '../../../shared/terminal.ts';

/* How the views of policies print what the server sends. */

/** A text of others on one line, with control characters made visible. */
export const visible = (text: string): string => escapeForTerminal(text);

export const printInteger = (text: string | number): string => BigInt(text).toLocaleString('en-US');

export const printUsd = (amount: number): string =>
  amount.toLocaleString('en-US', { style: 'currency', currency: 'USD' });

/** `1 change`, `3 changes`. */
export const printCountOf = (count: number, one: string, many = `${one}s`): string =>
  `${count.toLocaleString('en-US')} ${count === 1 ? one : many}`;

/** A time as the audit trail has it, without seconds. */
export const printTime = (iso: string): string => `${iso.slice(0, 16).replace('T', ' ')} UTC`;

const dayMs = 86_400_000;

/** How long ago, in whole days. */
export function printAge(since: string | null, now = Date.now()): string {
  if (since === null) return 'unknown';
  const days = Math.max(0, Math.floor((now - Date.parse(since)) / dayMs));
  return days === 0 ? 'today' : printCountOf(days, 'day');
}
