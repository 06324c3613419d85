import { didYouMean } from '../did-you-mean.ts';
import { limits } from '../limits.ts';
import type { Format, Operation, Parameters, ValuesOf } from '../operations/operation.ts';
import type { Parameter, Value } from '../operations/parameter.ts';
import {
  findOperation,
  type OperationName,
  type OperationValues,
  operationNames,
  rowOf,
} from '../operations/table.ts';
import { malformed } from '../refusal.ts';
import { separator } from '../url/path.ts';

type Values = Readonly<Record<string, Value | undefined>>;
export type RecipeStep = { readonly name: OperationName; readonly values: Values };

declare const canonical: unique symbol;
/**
 * Validated operations in canonical order, without anything that draws nothing. Equal recipes
 * print to equal texts, and `recipe.ts` alone can make one.
 */
export type Recipe = { readonly steps: readonly RecipeStep[]; readonly [canonical]: true };

/** Operations as they were written, read but not yet put in order. */
export type WrittenRecipe = {
  readonly steps: readonly RecipeStep[];
  /** The preset that `style,n_…` names. */
  readonly preset?: string;
};

const nameForm = /^[a-z][a-z-]*$/;
const parameterForm = /^[A-Za-z]+$/;
const valueForm = /^-?[A-Za-z0-9][A-Za-z0-9.-]*$/;
/** `style` names a recipe of the policy and is gone before there is a recipe. */
const style = 'style';

/** OSS writes `rotate,90`; here and in BOS every value has its parameter before it. */
function explainUnnamed(operation: string, pair: string): string {
  const name = findOperation(operation);
  const [first] = name === undefined ? [] : Object.keys(rowOf(name).parameters);
  const meant =
    first !== undefined && valueForm.test(pair) ? `; write ${operation},${first}_${pair}` : '';
  return `"${pair}" is not written as parameter_value${meant}`;
}

/** `w_400` as a pair; the first underscore parts it. */
function readPair(operation: string, pair: string): readonly [string, string] {
  const at = pair.indexOf('_');
  const name = pair.slice(0, Math.max(at, 0));
  const value = pair.slice(at + 1);
  if (!parameterForm.test(name))
    throw malformed(`${operation}: ${explainUnnamed(operation, pair)}`);
  if (!valueForm.test(value))
    throw malformed(
      `${operation}: ${name} is ${value === '' ? 'empty' : `"${value}"`}; a value has letters, digits, dots and hyphens`,
    );
  return [name, value];
}

function readValue(operation: string, name: string, parameter: Parameter, text: string): Value {
  const value = parameter.read(text);
  if (value === undefined)
    throw malformed(`${operation}: ${name} expects ${parameter.expects}, not "${text}"`);
  return value;
}

function findParameter(row: Operation, operation: string, written: string): [string, Parameter] {
  const aliases = new Map(Object.entries(row.parameterAliases ?? {}));
  const name = aliases.get(written) ?? written;
  const found = Object.entries(row.parameters).find(([own]) => own === name);
  if (found === undefined) {
    const meant = didYouMean(written, Object.keys(row.parameters));
    throw malformed(`${operation} has no parameter "${written.slice(0, 64)}"${meant}`);
  }
  return found;
}

function readValues(operation: OperationName, pairs: readonly string[]): Values {
  const row = rowOf(operation);
  const given = new Map<string, Value>();
  for (const pair of pairs) {
    const [written, text] = readPair(operation, pair);
    const [name, parameter] = findParameter(row, operation, written);
    if (given.has(name)) throw malformed(`${operation}: ${name} is given twice`);
    given.set(name, readValue(operation, name, parameter, text));
  }
  return withFallbacks(row.parameters, given);
}

function withFallbacks(parameters: Parameters, given: ReadonlyMap<string, Value>): Values {
  return Object.fromEntries(
    Object.entries(parameters).map(([name, { fallback }]) => [name, given.get(name) ?? fallback]),
  );
}

function readStep(written: string): RecipeStep {
  const [called = '', ...pairs] = written.split(',');
  const name = nameForm.test(called) ? findOperation(called) : undefined;
  if (name === undefined) {
    const meant = didYouMean(called, [...operationNames, style]);
    throw malformed(`there is no operation "${called.slice(0, 64)}"${meant}`);
  }
  const values = readValues(name, pairs);
  const wrong = rowOf(name).check?.(values);
  if (wrong !== undefined) throw malformed(`${called} ${wrong}`);
  return { name, values };
}

/** The preset's name in `style,n_thumb`. Whether there is one is the policy's to say. */
function readStyle(written: string): string {
  const [, pair = '', ...more] = written.split(',');
  const [name, value] = readPair(style, pair);
  if (name !== 'n' || more.length > 0) throw malformed('style takes n and nothing else');
  return value;
}

const isStyle = (written: string): boolean => written === style || written.startsWith(`${style},`);

/** Words are about the source as it is: there is nothing to draw beside them. */
function checkAlone(steps: readonly RecipeStep[]): void {
  const speaking = steps.find(isAnswer);
  const beside = steps.find((step) => step !== speaking && rowOf(step.name).free !== true);
  if (speaking !== undefined && beside !== undefined)
    throw malformed(`${speaking.name} stands alone, not with ${beside.name}`);
}

/**
 * Reads operations as they stand after a path: `resize,w_400__op__format,f_webp`.
 * Throws `malformed` for whatever the table does not declare, or declares otherwise.
 */
export function parseOperations(text: string, most?: number): WrittenRecipe {
  return parseSteps(text.split(separator), most);
}

/** The same for operations that another spelling has parted already. */
export function parseSteps(
  written: readonly string[],
  most: number = limits.operations,
): WrittenRecipe {
  if (written.length > most) throw malformed(`more than ${most} operations`);
  const styles = written.filter(isStyle);
  const steps = written.filter((one) => !isStyle(one)).map(readStep);
  const twice = steps.find(({ name }, at) => steps.findIndex((one) => one.name === name) < at);
  if (twice !== undefined || styles.length > 1)
    throw malformed(`${twice?.name ?? style} is given twice`);
  checkAlone(steps);
  const [preset] = styles;
  if (preset === undefined) return { steps };
  const beside = steps.find(({ name }) => name !== 'format' && rowOf(name).free !== true);
  if (beside !== undefined)
    throw malformed(`style stands alone or with format, not with ${beside.name}`);
  return { steps, preset: readStyle(preset) };
}

/** What a source is answered with when its URL names no operation. */
export const emptyRecipe: WrittenRecipe = { steps: [] };

/** The parameters that differ from their defaults, in the row's order. */
function printValues({ name, values }: RecipeStep): readonly string[] {
  return Object.entries(rowOf(name).parameters)
    .filter(([own, { fallback }]) => values[own] !== undefined && values[own] !== fallback)
    .map(([own]) => `${own}_${values[own]}`);
}

/** An operation with parameters draws nothing when all of them are at their defaults. */
function isIdle(step: RecipeStep): boolean {
  if (rowOf(step.name).idle?.(step.values)) return true;
  return Object.keys(rowOf(step.name).parameters).length > 0 && printValues(step).length === 0;
}

function normaliseStep({ name, values }: RecipeStep): RecipeStep {
  return { name, values: rowOf(name).normalise?.(values) ?? values };
}

function formatIn(steps: readonly RecipeStep[]): Format {
  const step = steps.find(({ name }) => name === 'format');
  return (step as { values: OperationValues<'format'> } | undefined)?.values.f ?? 'src';
}

const isAnswer = ({ name }: RecipeStep): boolean => rowOf(name).answer !== undefined;

/** The canonical form of what was written; a preset must have been expanded before. */
export function canonicalRecipe(written: readonly RecipeStep[]): Recipe {
  // Words have no format.
  const formatted = written.some(isAnswer)
    ? written.filter(({ name }) => name !== 'format')
    : written;
  const format = formatIn(formatted);
  const steps = formatted
    .map(normaliseStep)
    .filter((step) => !isIdle(step) && (rowOf(step.name).matters?.(format) ?? true))
    .toSorted((a, b) => operationNames.indexOf(a.name) - operationNames.indexOf(b.name));
  return { steps } as unknown as Recipe;
}

/** The text of a recipe as it stands in a key. Invariant: parsing it gives the same recipe. */
export function printRecipe({ steps }: Recipe): string {
  const drawn = steps.filter(({ name }) => name !== 'format');
  const printed = drawn.map((step) => [step.name, ...printValues(step)].join(','));
  const format = steps.some(isAnswer) ? [] : [`format,f_${formatIn(steps)}`];
  return [...printed, ...format].join(separator);
}

/** The values of an operation, as the table types them; nothing when the recipe leaves it out. */
export function valuesOf<Name extends OperationName>(
  { steps }: Recipe,
  name: Name,
): OperationValues<Name> | undefined {
  const step = steps.find((one) => one.name === name);
  return step?.values as OperationValues<Name> | undefined;
}

/** The operation that answers in words, if the recipe has one. */
export function findAnswer({ steps }: Recipe) {
  const step = steps.find(isAnswer);
  const answer = step && rowOf(step.name).answer;
  return step === undefined || answer === undefined ? undefined : { answer, values: step.values };
}

/** The id of the watermark that the recipe draws. */
export function findWatermark({ steps }: Recipe): string | undefined {
  return steps
    .map(({ name, values }) => rowOf(name).step?.watermark?.(values))
    .find((id) => id !== undefined);
}

export function formatOf({ steps }: Recipe): Format {
  return formatIn(steps);
}

/** The same recipe with another format, in canonical form again. */
export function withFormat({ steps }: Recipe, f: Format): Recipe {
  const others = steps.filter(({ name }) => name !== 'format');
  return canonicalRecipe([...others, { name: 'format', values: { f } }]);
}

/** The same recipe without the operations that need no entry in a policy. */
export function withoutFree({ steps }: Recipe): Recipe {
  return canonicalRecipe(steps.filter(({ name }) => rowOf(name).free !== true));
}

/** The values an operation has when it is written without any. */
export function defaultValues<Name extends OperationName>(name: Name): OperationValues<Name> {
  const values: ValuesOf<Parameters> = withFallbacks(rowOf(name).parameters, new Map());
  return values as OperationValues<Name>;
}
