import { limits } from '../../shared/limits.ts';
import { assertValid } from './need.ts';
import { knownOperations, lettersOf } from './operations.ts';

/*
 * The names in a recipe, and how it is written: what four kilobytes have room for. Which values an
 * operation takes is known to TypeScript, and when it runs to `/strict` and `/policy`, which have
 * the edge's own grammar in them.
 */

/**
 * The end of a sentence: the name that was probably meant, which begins or ends alike, or whose letter
 * the word begins with. `/strict` compares all of a name.
 */
function suggestName(written: string, names: readonly string[]): string {
  const meant = names.find((name) =>
    name[1]
      ? written && (name.startsWith(written.slice(0, 2)) || name.endsWith(written.slice(-3)))
      : name && written.startsWith(name),
  );
  return meant ? `; did you mean "${meant}"?` : '';
}

const quote = (text: string): string => `"${text.slice(0, 64)}"`;

/** The letters of an operation. Throws `malformed` where there is none of this name. */
export function lettersFor(called: string): readonly string[] {
  const letters = lettersOf(called);
  assertValid(
    letters,
    `there is no operation ${quote(called)}${suggestName(called, knownOperations)}`,
  );
  return letters;
}

/**
 * Throws `malformed` unless `w_400` is one letter of the operation's and one value: who writes a
 * viewer's word into a recipe must not have written a second operation.
 */
export function checkPair(called: string, letters: readonly string[], pair: string): void {
  const [, letter = ''] = /^([A-Za-z]+)_-?[A-Za-z0-9][A-Za-z0-9.-]*$/.exec(pair) ?? [];
  assertValid(letter, `${called}: "${pair}" is not written as parameter_value`);
  assertValid(
    letters.includes(letter),
    `${called} has no parameter ${quote(letter)}${suggestName(letter, letters)}`,
  );
}

/** Throws `malformed` for operations, as they stand in a URL, that there are not. */
export function checkOperations(written: readonly string[]): void {
  assertValid(written.length <= limits.operations, `more than ${limits.operations} operations`);
  for (const one of written) {
    const [called = '', ...pairs] = one.split(',');
    const letters = lettersFor(called);
    for (const pair of pairs) checkPair(called, letters, pair);
  }
}
