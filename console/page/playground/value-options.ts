import type { Parameter } from '../../../shared/operations/parameter.ts';
import type { OperationName } from '../../../shared/operations/table.ts';
import type { Policy } from '../../../shared/policy/policy.ts';
import {
  countValues,
  isRange,
  listValues,
  type ValueSet,
} from '../../../shared/policy/value-set.ts';
import type { Judgement } from './policy-judge.ts';
import { judge } from './policy-judge.ts';
import {
  parametersIn,
  printOperation,
  type RecipeParameters,
  withOperation,
} from './recipe-text.ts';

/* The values that a control offers: those of the operations table, limited by the policy. */

/** One value; the empty text leaves the parameter out. `why` says why the policy refuses it here. */
export type ValueOption = { readonly value: string; readonly why?: string };

/** A list of more values is no help; then a number is typed. */
const mostOptions = 60;

const setsOf = (policy: Policy, name: OperationName, parameter: string): readonly ValueSet[] =>
  (policy.rules.get(name) ?? []).flatMap((rule) => {
    const set = rule[parameter];
    return set === undefined ? [] : [set];
  });

/** Every value that a rule of the policy names; undefined if there are too many to list. */
function namedValues(sets: readonly ValueSet[]): readonly string[] | undefined {
  const count = sets.reduce((sum, set) => sum + countValues(set), 0);
  if (count > mostOptions) return undefined;
  const values = sets.flatMap((set) => listValues(set)).flatMap((one) => one ?? []);
  const unique = [...new Set(values)];
  const sorted = unique.every((one) => typeof one === 'number')
    ? unique.toSorted((one, other) => Number(one) - Number(other))
    : unique;
  return sorted.map(String);
}

/** The values to offer; undefined if the control is one to type in. */
function valuesOf(
  { control }: Parameter,
  sets: readonly ValueSet[],
  current: string,
): readonly string[] | undefined {
  if (control.control === 'select') return control.options;
  const named = namedValues(sets);
  if (named === undefined) return undefined;
  return named.includes(current) || current === '' ? named : [...named, current];
}

export type Asked = {
  readonly policy: Policy;
  readonly path: string;
  readonly operations: readonly string[];
  readonly name: OperationName;
  /** The operation as it is in the recipe, or as it would be added. */
  readonly operation: string;
};

function judgeValue(
  { policy, path, operations, name, operation }: Asked,
  own: string,
  value: string,
): Judgement | undefined {
  const changed: RecipeParameters = { ...parametersIn(operation), [own]: value };
  return judge(policy, path, withOperation(operations, name, printOperation(name, changed)));
}

/**
 * The options of a parameter beside the other values of the recipe, each judged by the code of the edge; undefined for
 * a control to type in.
 */
export function valueOptions(
  asked: Asked,
  own: string,
  parameter: Parameter,
): readonly ValueOption[] | undefined {
  const sets = setsOf(asked.policy, asked.name, own);
  const current = parametersIn(asked.operation)[own] ?? '';
  const values = valuesOf(parameter, sets, current);
  return values?.map((value) => {
    const judged = judgeValue(asked, own, value);
    return judged === undefined ? { value } : { value, why: judged.reason };
  });
}

/** The ranges of a parameter, in words, for a control to type in. */
export function printRanges(policy: Policy, name: OperationName, own: string): string {
  const ranges = setsOf(policy, name, own).filter(isRange);
  return ranges
    .map(({ min, max, step }) => `${min} to ${max}${step === 1 ? '' : ` in steps of ${step}`}`)
    .join(', ');
}
