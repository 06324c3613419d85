import { limits } from '../shared/limits.ts';
import { need } from './need.ts';
import { lettersOf, operationNames } from './operations.ts';

/*
 * The names in a recipe, and how it is written: what four kilobytes have room for. Which values an
 * operation takes is known to TypeScript, and when it runs to `/strict` and `/policy`, which have
 * the edge's own grammar in them.
 */

/** How long the part is in which two names differ. */
function slip(one: string, other: string): number {
  const shorter = Math.min(one.length, other.length);
  let same = 0;
  while (same < shorter && one[same] === other[same]) same += 1;
  let end = 0;
  while (same + end < shorter && one.at(-1 - end) === other.at(-1 - end)) end += 1;
  return Math.max(one.length, other.length) - same - end;
}

/** The end of a sentence: the name that was probably meant, as a slip of the pen or a word for its letter. */
function orMeant(written: string, names: readonly string[]): string {
  const meant = names.find((name) =>
    name[1] ? slip(written, name) <= written.length / 3 : name && written.startsWith(name),
  );
  return meant ? `; did you mean "${meant}"?` : '';
}

const quoted = (text: string): string => `"${text.slice(0, 64)}"`;

/** The letters of an operation. Throws `malformed` where there is none of this name. */
export function lettersCalled(called: string): readonly string[] {
  const letters = lettersOf(called);
  need(letters, `there is no operation ${quoted(called)}${orMeant(called, operationNames)}`);
  return letters;
}

/**
 * Throws `malformed` unless `w_400` is one letter of the operation's and one value: who writes a
 * viewer's word into a recipe must not have written a second operation.
 */
export function checkPair(called: string, letters: readonly string[], pair: string): void {
  const [, letter = ''] = /^([A-Za-z]+)_-?[A-Za-z0-9][A-Za-z0-9.-]*$/.exec(pair) ?? [];
  need(letter, `${called}: "${pair}" is not written as parameter_value`);
  need(
    letters.includes(letter),
    `${called} has no parameter ${quoted(letter)}${orMeant(letter, letters)}`,
  );
}

/** Throws `malformed` for operations, as they stand in a URL, that there are not. */
export function checkOperations(written: readonly string[]): void {
  need(written.length <= limits.operations, `more than ${limits.operations} operations`);
  for (const one of written) {
    const [called = '', ...pairs] = one.split(',');
    const letters = lettersCalled(called);
    for (const pair of pairs) checkPair(called, letters, pair);
  }
}
