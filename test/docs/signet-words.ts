import type { Command } from 'commander';
import { expect } from 'vitest';
import { leaves } from '../../cli/program.ts';

/** Words as a shell separates them, as far as the pages need it. */
export const wordsOf = (line: string): readonly string[] =>
  [...line.matchAll(/'([^']*)'|(\S+)/g)].map(([, quoted, bare]) => quoted ?? bare ?? '');

const nameOf = (command: Command): string =>
  command.parent === null ? '' : `${nameOf(command.parent)} ${command.name()}`.trim();

/** Fails unless the command exists, with these options and this number of operands. */
export function checkSignet(words: readonly string[]): void {
  const found = leaves().find((one) => `${words.join(' ')} `.startsWith(`${nameOf(one)} `));
  if (found === undefined) throw new Error(`signet has no command ${words.join(' ')}`);
  const rest = words.slice(nameOf(found).split(' ').length);
  let operands = 0;
  for (let at = 0; at < rest.length; at += 1) {
    const word = rest[at] ?? '';
    const option = found.options.find(({ long }) => long === word);
    if (word.startsWith('-')) expect(option, `${word} of ${nameOf(found)}`).toBeDefined();
    else operands += 1;
    if (option?.required) at += 1;
  }
  const wanted = found.registeredArguments;
  const most = wanted.some(({ variadic }) => variadic) ? Number.POSITIVE_INFINITY : wanted.length;
  expect(operands).toBeLessThanOrEqual(most);
  expect(operands).toBeGreaterThanOrEqual(wanted.filter(({ required }) => required).length);
}
