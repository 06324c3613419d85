import { separator } from '../../shared/url/path.ts';
import { assertValid } from './assert-valid.ts';
import { checkPair, requireLetters } from './grammar.ts';
import type { Operations } from './operations.ts';
import { printValue } from './text.ts';

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
  const written = printValue(value);
  assertValid(written, `${called}: ${letter} must be text or a whole number`);
  const text = `${letter}_${written}`;
  checkPair(called, letters, text);
  return text;
}

function printOperation([name, value]: readonly [string, unknown]): string {
  const called = name === 'preset' ? 'style' : name;
  const letters = requireLetters(called);
  if (value === true) return called;
  const pairs = definedEntries(
    typeof value === 'object' ? { ...value } : { [letters[0] ?? '']: value },
  );
  return [called, ...pairs.map((pair) => printPair(called, letters, pair))].join();
}

/** Writes a recipe as the operations of a URL. Throws `malformed` for an invalid recipe. */
export const operationsOf = (
  recipe: RecipeInput = [],
  version?: string | number,
): readonly string[] =>
  [recipe, { version }].flat().flatMap((one) => {
    if (typeof one === 'string') return one.split(separator);
    assertValid(typeof one === 'object' && one, 'a recipe must be text or an object');
    return definedEntries(one).map(printOperation);
  });
