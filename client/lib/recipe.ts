import { separator } from '../../shared/url/path.ts';
import { checkPair, lettersFor } from './grammar.ts';
import { assertValid } from './need.ts';
import type { Operations } from './operations.ts';

/**
 * What to make of a source: by the names of the operations, or as in a URL: `resize,w_400`, one or a
 * list. A text that begins with `x-oss-process=` or `x-bce-process=` is one of those services'.
 */
export type RecipeInput =
  | string
  | readonly string[]
  | (Operations & {
      /** A recipe of the policy, by its name. */
      readonly preset?: string;
    });

/** Without what somebody's condition has left out. */
const isGiven = (values: object): readonly (readonly [string, unknown])[] =>
  Object.entries(values).filter(([, value]) => (value ?? false) !== false);

function printOperation(
  called: string,
  letters: readonly string[],
  pair: readonly [string, unknown],
) {
  const [letter, value] = pair;
  assertValid(
    typeof value !== 'number' || Number.isInteger(value),
    `${called}: ${letter} expects a whole number, not "${value}"`,
  );
  const text = pair.join('_');
  checkPair(called, letters, text);
  return text;
}

function operation([name, value]: readonly [string, unknown]): string {
  const called = name === 'preset' ? 'style' : name;
  const letters = lettersFor(called);
  if (value === true) return called;
  const pairs = isGiven(typeof value === 'object' ? { ...value } : { [`${letters[0]}`]: value });
  return [called, ...pairs.map((pair) => printOperation(called, letters, pair))].join();
}

/** A recipe as the operations of a URL. Throws `malformed` for what cannot be written as such. */
export function operationsOf(recipe: RecipeInput, version?: string | number): readonly string[] {
  const named = typeof recipe === 'object' && !Array.isArray(recipe);
  const text = named ? isGiven(recipe).map(operation) : [recipe].flat();
  if (version !== undefined) text.push(operation(['version', version]));
  return text.length > 0 ? text.join(separator).split(separator) : [];
}
