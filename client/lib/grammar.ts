import { limits } from '../../shared/limits.ts';
import { assertValid } from './assert-valid.ts';
import { knownOperations, lettersOf } from './operations.ts';

/*
 * Checks the names in a recipe and how it is written. The core has a limit of 4,000 bytes, so values are
 * checked by the TypeScript types, and at run time by `/strict` and `/policy`, which contain the grammar of
 * the edge.
 */

/**
 * Quotes an unknown name and suggests the first known one with the same beginning or end. `/strict` compares
 * whole names.
 */
function quoteUnknown(written: string, names: readonly string[]): string {
  const meant =
    written &&
    names.find(
      (name) => name && (written.startsWith(name.slice(0, 2)) || name.endsWith(written.slice(-3))),
    );
  return `"${written.slice(0, 64)}"${meant ? `; did you mean "${meant}"?` : ''}`;
}

/** The parameter letters of an operation. Throws `malformed` for an unknown operation. */
export function requireLetters(called: string): readonly string[] {
  const letters = lettersOf(called);
  assertValid(letters, `there is no operation ${quoteUnknown(called, knownOperations)}`);
  return letters;
}

/**
 * Throws `malformed` unless `pair` is one known parameter with one value, such as `w_400`. This stops
 * user input in a value from adding a second parameter or operation.
 */
export function checkPair(called: string, letters: readonly string[], pair: string): void {
  // Only the name of a preset may have underscores, one at a time.
  const [, letter = ''] = /^([a-z]+)_-?[a-z\d][\w.-]*$/i.exec(pair) ?? [];
  assertValid(
    letter && !(called === 'style' ? /__/ : /_.*_/).test(pair),
    `${called}: "${pair}" is not written as parameter_value`,
  );
  assertValid(
    letters.includes(letter),
    `${called} has no parameter ${quoteUnknown(letter, letters)}`,
  );
}

/** Returns operations as they are written in a URL. Throws `malformed` for an unknown name. */
export function checkOperations(written: readonly string[]): readonly string[] {
  assertValid(written.length <= limits.operations, `more than ${limits.operations} operations`);
  for (const one of written) {
    const [called = '', ...pairs] = one.split(',');
    const letters = requireLetters(called);
    for (const pair of pairs) checkPair(called, letters, pair);
  }
  return written;
}
