import fc from 'fast-check';
import type { Parameter } from '../../../shared/operations/parameter.ts';
import {
  findOperation,
  type OperationName,
  operationNames,
  rowOf,
} from '../../../shared/operations/table.ts';
import { canonicalRecipe, type Recipe } from '../../../shared/recipe/canonical.ts';
import { parseOperations } from '../../../shared/recipe/recipe.ts';
import { separator } from '../../../shared/url/path.ts';
import { outcome, runs } from '../request/outcome.ts';

/** The canonical form of operations as they are written; a preset is not looked up. */
export const recipeOf = (written: string): Recipe =>
  canonicalRecipe(parseOperations(written).steps);

export const canonicalText = (written: string): string => recipeOf(written).text;

const hex = fc.constantFrom(...'0123456789abcdefABCDEF');
const word = fc.constantFrom(...'0123456789abcxyzABCXYZ-');

function spellings({ control }: Parameter): fc.Arbitrary<string> {
  if (control.control === 'select') return fc.constantFrom(...control.options);
  if (control.control === 'number')
    return fc.integer({ min: control.min, max: control.max }).map(String);
  if (control.control === 'color')
    return fc
      .tuple(fc.constantFrom(6, 8), fc.array(hex, { minLength: 8, maxLength: 8 }))
      .map(([digits, all]) => all.slice(0, digits).join(''));
  return fc
    .array(word, { minLength: 1, maxLength: 32 })
    .map((all) => all.join(''))
    .filter((written) => !written.startsWith('--') && written !== '-');
}

/** A spelling of a value that the parameter reads: what generates it is the parameter itself. */
export const spellingOf = (parameter: Parameter): fc.Arbitrary<string> =>
  spellings(parameter).filter((written) => parameter.read(written) !== undefined);

/** One operation as written, in parts, so that a test can put them in another order. */
export type WrittenOperation = { readonly name: string; readonly pairs: readonly string[] };

export const writtenText = (operations: readonly WrittenOperation[]): string =>
  operations.map(({ name, pairs }) => [name, ...pairs].join(',')).join(separator);

/** The names under which a row, and one of its parameters, is read. */
const namesOf = (name: OperationName): readonly string[] => [name, ...(rowOf(name).aliases ?? [])];

export function parameterNames(name: OperationName, own: string): readonly string[] {
  const aliases = Object.entries(rowOf(name).parameterAliases ?? {});
  return [own, ...aliases.filter(([, meant]) => meant === own).map(([alias]) => alias)];
}

/** Any way of writing one operation that its row accepts. */
export function operationArbitrary(name: OperationName): fc.Arbitrary<WrittenOperation> {
  const pairs = Object.entries(rowOf(name).parameters).map(([own, parameter]) =>
    fc.option(
      fc
        .tuple(fc.constantFrom(...parameterNames(name, own)), spellingOf(parameter))
        .map((pair) => pair.join('_')),
      { freq: 2, nil: undefined },
    ),
  );
  return fc
    .tuple(fc.constantFrom(...namesOf(name)), ...pairs)
    .map(([written, ...maybe]) => ({
      name: written,
      pairs: maybe.filter((pair) => pair !== undefined),
    }))
    .filter((one) => outcome(() => parseOperations(writtenText([one]))) === 'accepted');
}

const speaks = (name: OperationName): boolean => rowOf(name).answer !== undefined;
const drawing = operationNames.filter((name) => !speaks(name));
const speaking = operationNames.filter(speaks);

/** Any operations that draw, in any order, each at most once. */
export const drawnRecipes: fc.Arbitrary<readonly WrittenOperation[]> = fc
  .shuffledSubarray([...drawing], { minLength: 1, maxLength: 15 })
  .chain((names) => fc.tuple(...names.map(operationArbitrary)));

/** Any operations that the table accepts: those that answer in words stand alone. */
export const writtenRecipes: fc.Arbitrary<readonly WrittenOperation[]> = fc.oneof(
  { arbitrary: drawnRecipes, weight: 9 },
  {
    arbitrary: fc
      .constantFrom(...speaking)
      .chain(operationArbitrary)
      .map((one) => [one]),
    weight: 1,
  },
);

/**
 * A few of them, made once: where many cases need a recipe among other things, making each anew
 * would take most of the time.
 */
export const someWrittenRecipes: readonly (readonly WrittenOperation[])[] = fc.sample(
  writtenRecipes,
  runs(1_500),
);

/** The same operations, and their parameters, in another order. */
export const reordered = (
  operations: readonly WrittenOperation[],
): fc.Arbitrary<readonly WrittenOperation[]> =>
  fc
    .tuple(
      ...operations.map(({ name, pairs }) =>
        fc
          .shuffledSubarray([...pairs], { minLength: pairs.length })
          .map((other) => ({ name, pairs: other })),
      ),
    )
    .chain((all) => fc.shuffledSubarray(all, { minLength: all.length }));

/** The same with every default written out that was left out. */
export function spelledOut(operations: readonly WrittenOperation[]): readonly WrittenOperation[] {
  return operations.map(({ name, pairs }) => {
    const called = findOperation(name);
    if (called === undefined) throw new Error(`no operation ${name}`);
    const missing = Object.entries(rowOf(called).parameters).filter(
      ([own, { fallback }]) =>
        fallback !== undefined &&
        !pairs.some((pair) =>
          parameterNames(called, own).some((one) => pair.startsWith(`${one}_`)),
        ),
    );
    return { name, pairs: [...pairs, ...missing.map(([own, one]) => `${own}_${one.fallback}`)] };
  });
}
