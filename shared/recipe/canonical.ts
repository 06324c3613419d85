import type { Format } from '../operations/operation.ts';
import {
  type OperationName,
  type OperationValues,
  parametersOf,
  positionOf,
  rowOf,
} from '../operations/table.ts';
import { separator } from '../url/path.ts';
import { defaultStepValues, isAnswer, type RecipeStep } from './recipe.ts';

declare const canonical: unique symbol;
/**
 * Valid operations in canonical order, without those that have no effect. Equal recipes have equal
 * texts. Only `canonicalRecipe` makes a `Recipe`.
 */
export type Recipe = {
  readonly steps: readonly RecipeStep[];
  /** `src` if the recipe names no format, and for a JSON answer. */
  readonly format: Format;
  /** The recipe as keys print it. Invariant: parsing it returns the same recipe. */
  readonly text: string;
  readonly [canonical]: true;
};

/** The format that the operations name; `src` if they name none. */
export function formatIn(steps: readonly RecipeStep[]): Format {
  const step = steps.find(({ name }) => name === 'format');
  return (step as { values: OperationValues<'format'> } | undefined)?.values.f ?? 'src';
}

type PrintedStep = {
  readonly name: OperationName;
  readonly step: RecipeStep;
  readonly text: string;
};

/**
 * Normalises a step and prints the parameters that differ from their defaults. Returns undefined if
 * the step has no effect on an answer of this format.
 */
function canonicalStep(step: RecipeStep, format: Format): PrintedStep | undefined {
  const { name } = step;
  const row = rowOf(name);
  const values = row.normalise?.(step.values) ?? step.values;
  let text: string = name;
  const parameters = parametersOf(name);
  for (const [own, { fallback }] of parameters) {
    const value = values[own];
    if (value !== undefined && value !== fallback) text += `,${own}_${value}`;
  }
  // Most operations with parameters have no effect if all of them have their defaults.
  const needsValues = parameters.length > 0 && row.withoutValues !== true;
  const isAtDefaults = text === name && needsValues;
  const isIdle = isAtDefaults || row.idle?.(values) || row.matters?.(format) === false;
  return isIdle ? undefined : { name, step: { name, values }, text };
}

/**
 * Puts written operations into canonical form. Presets must be expanded already. `format` replaces
 * the format that the operations name.
 */
export function canonicalRecipe(
  written: readonly RecipeStep[],
  format: Format = formatIn(written),
): Recipe {
  // A JSON answer has no format.
  const ending: Format | undefined = written.some(isAnswer) ? undefined : format;
  const printed: PrintedStep[] = [];
  for (const step of written) {
    const one = step.name === 'format' ? undefined : canonicalStep(step, ending ?? 'src');
    if (one !== undefined) printed.push(one);
  }
  printed.sort((a, b) => positionOf(a.name) - positionOf(b.name));
  const steps: RecipeStep[] = printed.map(({ step }) => step);
  if (ending !== undefined && ending !== 'src')
    steps.push({ name: 'format', values: { f: ending } });
  const texts = printed.map(({ text }) => text);
  if (ending !== undefined) texts.push(`format,f_${ending}`);
  return { steps, format: ending ?? 'src', text: texts.join(separator) } as unknown as Recipe;
}

/** The recipe without the operations that need no entry in a policy. */
export function withoutFree(recipe: Recipe): Recipe {
  const counted = recipe.steps.filter(({ name }) => rowOf(name).free !== true);
  return counted.length === recipe.steps.length ? recipe : canonicalRecipe(counted);
}

/** The values of an operation, typed by its row; undefined if the recipe leaves it out. */
export function valuesOf<Name extends OperationName>(
  { steps }: Recipe,
  name: Name,
): OperationValues<Name> | undefined {
  const step = steps.find((one) => one.name === name);
  return step?.values as OperationValues<Name> | undefined;
}

/** Finds the operation that answers with JSON. */
export function findAnswer({ steps }: Recipe) {
  const step = steps.find(isAnswer);
  const answer = step && rowOf(step.name).answer;
  return step === undefined || answer === undefined ? undefined : { answer, values: step.values };
}

/** Finds the id of the watermark that the recipe draws. */
export function findWatermark({ steps }: Recipe): string | undefined {
  return steps
    .map(({ name, values }) => rowOf(name).step?.watermark?.(values))
    .find((id) => id !== undefined);
}

/** The values of an operation without written parameters, typed by its row. */
export function defaultValues<Name extends OperationName>(name: Name): OperationValues<Name> {
  return defaultStepValues(name) as OperationValues<Name>;
}
