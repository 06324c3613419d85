import { didYouMean } from '../did-you-mean.ts';
import { limits } from '../limits.ts';
import type { Operation } from '../operations/operation.ts';
import type { Parameter, Value } from '../operations/parameter.ts';
import {
  findOperation,
  type OperationName,
  operationNames,
  parametersOf,
  rowOf,
} from '../operations/table.ts';
import { malformed, Refusal } from '../refusal.ts';
import { separator } from '../url/path.ts';

export type StepValues = Readonly<Record<string, Value | undefined>>;

/** One operation with the values of all its parameters; undefined for one without value and default. */
export type RecipeStep = { readonly name: OperationName; readonly values: StepValues };

/** The operations of a URL in written order: parsed, but not normalised. */
export type WrittenRecipe = {
  readonly steps: readonly RecipeStep[];
  /** The preset that `style,n_…` names. */
  readonly preset?: string;
};

const nameForm = /^[a-z][a-z-]*$/;
const parameterForm = /^[A-Za-z]+$/;
const valueForm = /^-?[A-Za-z0-9][A-Za-z0-9.-]*$/;

/** The name of a preset. The styles of OSS and BOS have such names; BOS allows 64 characters. */
export const presetExpects =
  'letters and digits, with single dots, hyphens and underscores between them, and at most 64 characters';
export const presetForm = /^(?=.{1,64}$)[A-Za-z0-9]+(?:[._-][A-Za-z0-9]+)*$/;

/** `style` names a preset of the policy. The preset replaces it before the recipe is made canonical. */
const style = 'style';

/**
 * Explains a value without a parameter, as in `rotate,90` of OSS. Here every value follows its
 * parameter.
 */
function explainUnnamed(operation: string, pair: string): string {
  const written = `"${pair.slice(0, 64)}" is not written as parameter_value`;
  if (pair === '') return 'has an empty parameter; write one comma between two parameters';
  if (findOperation(pair) !== undefined) return `${written}; ${pair} is an operation of its own`;
  const name = findOperation(operation);
  const parameters = name === undefined ? [] : Object.entries(rowOf(name).parameters);
  const [own] = parameters.find(([, { read }]) => read(pair) !== undefined) ?? parameters[0] ?? [];
  const meant =
    own !== undefined && valueForm.test(pair) ? `; write ${operation},${own}_${pair}` : '';
  return `${written}${meant}`;
}

/** Splits `w_400` at its first underscore. */
function readPair(operation: string, pair: string): readonly [string, string] {
  const at = pair.indexOf('_');
  const name = pair.slice(0, Math.max(at, 0));
  const value = pair.slice(at + 1);
  if (!parameterForm.test(name))
    throw malformed(`${operation}: ${explainUnnamed(operation, pair)}`);
  if (!valueForm.test(value))
    throw malformed(
      `${operation}: ${name} is ${value === '' ? 'empty' : JSON.stringify(value)}; a value has letters, digits, dots and hyphens`,
    );
  return [name, value];
}

function findParameter(row: Operation, operation: string, written: string): [string, Parameter] {
  const { parameters, parameterAliases = {} } = row;
  const name = Object.hasOwn(parameterAliases, written) ? parameterAliases[written] : written;
  if (name === undefined || !Object.hasOwn(parameters, name) || parameters[name] === undefined) {
    const meant = didYouMean(written, Object.keys(parameters));
    throw malformed(`${operation} has no parameter "${written.slice(0, 64)}"${meant}`);
  }
  return [name, parameters[name]];
}

/** The values of an operation without written parameters. */
export function defaultStepValues(name: OperationName): Record<string, Value | undefined> {
  const values: Record<string, Value | undefined> = {};
  for (const [own, { fallback }] of parametersOf(name)) values[own] = fallback;
  return values;
}

function readValues(operation: OperationName, pairs: readonly string[]): StepValues {
  const values = defaultStepValues(operation);
  const given = new Set<string>();
  for (const pair of pairs) {
    const [written, text] = readPair(operation, pair);
    const [name, { read, expects }] = findParameter(rowOf(operation), operation, written);
    if (given.has(name)) throw malformed(`${operation}: ${name} is given twice`);
    const value = read(text);
    if (value === undefined)
      throw malformed(`${operation}: ${name} expects ${expects}, not "${text}"`);
    given.add(name);
    values[name] = value;
  }
  return values;
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

/** Reads the preset's name in `style,n_thumb`. Only the policy knows whether it exists. */
function readStyle(written: string): string {
  const [, pair = '', ...more] = written.split(',');
  if (!pair.startsWith('n_') || more.length > 0) throw malformed('style takes n and nothing else');
  const name = pair.slice(2);
  if (!presetForm.test(name)) throw malformed(`style: the name of a preset has ${presetExpects}`);
  return name;
}

const isStyle = (written: string): boolean => written === style || written.startsWith(`${style},`);

/**
 * Refuses operations that would let the holder of a grant create any number of objects. Throws
 * `denied_operation`.
 */
export function checkGrantable(steps: readonly RecipeStep[]): void {
  const refused = steps.find(({ name }) => rowOf(name).grantable === false);
  if (refused !== undefined)
    throw new Refusal('denied_operation', {
      reason: `${refused.name} needs a signature of the URL itself; a grant does not cover it`,
      rule: 'grant',
    });
}

/** Whether the step answers with JSON instead of an image. */
export const isAnswer = ({ name }: RecipeStep): boolean => rowOf(name).answer !== undefined;

/**
 * A JSON answer describes the source, so it can have a revision next to it and nothing else. Throws
 * `malformed`.
 */
export function checkAlone(answer: RecipeStep, steps: readonly RecipeStep[]): void {
  const beside = steps.find((step) => step !== answer && rowOf(step.name).revision !== true);
  if (beside === undefined) return;
  const why = rowOf(beside.name).free === true ? ', which is for images only' : '';
  throw malformed(`${answer.name} cannot be combined with ${beside.name}${why}`);
}

/**
 * Reads operations as a URL has them after the path: `resize,w_400__op__format,f_webp`.
 * Throws `malformed` for everything that the operations table does not declare.
 */
export function parseOperations(text: string, most?: number): WrittenRecipe {
  return parseSteps(text.split(separator), most);
}

const isBesideStyle = (name: OperationName): boolean =>
  name === 'format' || rowOf(name).free === true;
const besideStyle = operationNames.filter(isBesideStyle).join(', ');

/** Reads operations that are already split. Throws `malformed`. */
export function parseSteps(
  written: readonly string[],
  most: number = limits.operations,
): WrittenRecipe {
  if (written.length > most) throw malformed(`more than ${most} operations`);
  const styles = written.filter(isStyle);
  const steps = written.filter((one) => !isStyle(one)).map(readStep);
  const twice = steps.find(({ name }, at) => steps.findIndex((one) => one.name === name) < at);
  if (twice !== undefined || styles.length > 1)
    throw malformed(`${twice?.name ?? style} is given twice; write it once`);
  const answer = steps.find(isAnswer);
  if (answer !== undefined) checkAlone(answer, steps);
  const [preset] = styles;
  if (preset === undefined) return { steps };
  const beside = steps.find(({ name }) => !isBesideStyle(name));
  if (beside !== undefined)
    throw malformed(`style can be combined only with ${besideStyle}, not with ${beside.name}`);
  return { steps, preset: readStyle(preset) };
}

/** The recipe of a URL without operations. */
export const emptyRecipe: WrittenRecipe = { steps: [] };
