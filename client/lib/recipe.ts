import { separator } from '../../shared/url/path.ts';
import { assertValid } from './assert-valid.ts';
import { checkPair, requireLetters } from './grammar.ts';
import type { Operations } from './operations.ts';

/**
 * What to do with a source. Either an object of operations, such as `{ resize: { w: 400 } }`, or text as in
 * a URL, such as `resize,w_400`, or a list of such texts. A text that begins with `x-oss-process=` or
 * `x-bce-process=` is a recipe in the spelling of Alibaba OSS or Baidu BOS.
 */
export type RecipeInput =
  | string
  | readonly string[]
  | (Operations & {
      /** The name of a preset in the policy. */
      readonly preset?: string;
    });

/** The entries with a value. `undefined`, `null` and `false` leave an operation or parameter out. */
const definedEntries = (values: object): readonly (readonly [string, unknown])[] =>
  Object.entries(values).filter(([, value]) => (value ?? false) !== false);

function printPair(called: string, letters: readonly string[], pair: readonly [string, unknown]) {
  const [letter, value] = pair;
  assertValid(
    typeof value !== 'number' || Number.isInteger(value),
    `${called}: ${letter} expects a whole number, not "${value}"`,
  );
  const text = pair.join('_');
  checkPair(called, letters, text);
  return text;
}

function printOperation([name, value]: readonly [string, unknown]): string {
  const called = name === 'preset' ? 'style' : name;
  const letters = requireLetters(called);
  if (value === true) return called;
  const pairs = definedEntries(
    typeof value === 'object' ? { ...value } : { [`${letters[0]}`]: value },
  );
  return [called, ...pairs.map((pair) => printPair(called, letters, pair))].join();
}

/** Writes a recipe as the operations of a URL. Throws `malformed` for an invalid recipe. */
export function operationsOf(recipe: RecipeInput, version?: string | number): readonly string[] {
  const named = typeof recipe === 'object' && !Array.isArray(recipe);
  const text = named ? definedEntries(recipe).map(printOperation) : [recipe].flat();
  if (version !== undefined) text.push(printOperation(['version', version]));
  return text.length > 0 ? text.join(separator).split(separator) : [];
}
