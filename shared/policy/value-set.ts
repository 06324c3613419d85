import type { Parameter, Value } from '../operations/parameter.ts';
import type { StepValues } from '../recipe/recipe.ts';

/** A value that a rule allows; null allows the parameter to be left out. */
export type Member = Value | null;

/** Whole numbers from `min` to `max`, both included, `step` apart. */
export type Range = { readonly min: number; readonly max: number; readonly step: number };

/** The values that a rule allows a parameter. */
export type ValueSet = readonly Member[] | Range;

/** The allowed values of each parameter that a rule names. Other parameters must have their default. */
export type Rule = Readonly<Record<string, ValueSet | undefined>>;

/** A compiled rule: for every parameter of the operation, the values that it may have. */
export type RuleTest = readonly (readonly [parameter: string, allowed: ValueSet])[];

export const isRange = (values: ValueSet): values is Range => !Array.isArray(values);

/**
 * The values that a rule allows for a parameter. Each value appears once, and the default replaces
 * null, so that two spellings of a set are equal.
 */
export function valueSetIn(rule: Rule, name: string, { fallback }: Parameter): ValueSet {
  const values = (Object.hasOwn(rule, name) ? rule[name] : undefined) ?? [null];
  if (isRange(values)) return values;
  return [...new Set(values.map((one) => one ?? fallback ?? null))];
}

/** Whether a set contains a value. */
export function hasValue(values: ValueSet, member: Member): boolean {
  if (!isRange(values)) return values.includes(member);
  if (typeof member !== 'number') return false;
  return member >= values.min && member <= values.max && (member - values.min) % values.step === 0;
}

/** Whether a rule allows the values of a step. */
export const passesTest = (test: RuleTest, values: StepValues): boolean =>
  test.every(([own, allowed]) => hasValue(allowed, values[own] ?? null));

/** The number of values in a set, without listing them. */
export function countValues(values: ValueSet): number {
  if (!isRange(values)) return values.length;
  return Math.floor((values.max - values.min) / values.step) + 1;
}

/** Lists every value. A range can have millions, so call `countValues` first. */
export function listValues(values: ValueSet): readonly Member[] {
  if (!isRange(values)) return values;
  return Array.from({ length: countValues(values) }, (_, at) => values.min + at * values.step);
}

/** The numbers among the values. */
export const listNumbers = (values: ValueSet): readonly number[] =>
  listValues(values).filter((value) => typeof value === 'number');

/** The smallest number that is at least `wanted`, or else the largest number. */
export function nextNumber(numbers: readonly number[], wanted: number): number | undefined {
  let above: number | undefined;
  let largest: number | undefined;
  for (const number of numbers) {
    if (number >= wanted && (above === undefined || number < above)) above = number;
    if (largest === undefined || number > largest) largest = number;
  }
  return above ?? largest;
}

/** Like `nextNumber`, for a range or a sorted list of numbers, in logarithmic time. */
export function nextInSorted(
  values: Range | readonly number[],
  wanted: number,
): number | undefined {
  if ('min' in values) {
    const { min, max, step } = values;
    const largest = max - ((max - min) % step);
    return Math.min(largest, min + Math.max(0, Math.ceil((wanted - min) / step)) * step);
  }
  let from = 0;
  let to = values.length;
  while (from < to) {
    const middle = (from + to) >> 1;
    if ((values[middle] ?? 0) < wanted) from = middle + 1;
    else to = middle;
  }
  return values[from] ?? values.at(-1);
}

function isRangeWithin(range: Range, of: Range): boolean {
  const count = countValues(range);
  const ends = hasValue(of, range.min) && hasValue(of, range.min + (count - 1) * range.step);
  return ends && (count === 1 || range.step % of.step === 0);
}

/** Whether every value of the first set is in the second. */
export function isWithin(values: ValueSet, others: ValueSet): boolean {
  if (!isRange(values)) return values.every((one) => hasValue(others, one));
  if (isRange(others)) return isRangeWithin(values, others);
  // A range can have millions of values, a list a thousand.
  return (
    countValues(values) <= others.length && listValues(values).every((one) => hasValue(others, one))
  );
}

/** Whether two sets contain the same values. */
export const isSame = (one: ValueSet, other: ValueSet): boolean =>
  isWithin(one, other) && isWithin(other, one);

/** The values that `others` lacks; undefined if either set is a range. */
export function valuesMissingFrom(
  values: ValueSet,
  others: ValueSet,
): readonly Member[] | undefined {
  if (isRange(values) || isRange(others)) return undefined;
  return values.filter((one) => !others.includes(one));
}

/** How similar two sets are, from 0 to 1. For ranges this is an estimate. */
export function likeness(one: ValueSet, other: ValueSet): number {
  if (isSame(one, other)) return 1;
  const added = valuesMissingFrom(other, one);
  if (added === undefined || isRange(other) || isRange(one)) return 0.5;
  return (other.length - added.length) / (one.length + added.length);
}

/** Prints a set for people: `320, 640 or left out`, `10–1200 step 10`. */
export function printValues(values: ValueSet): string {
  if (isRange(values)) {
    const { min, max, step } = values;
    return `${min}–${max}${step === 1 ? '' : ` step ${step}`}`;
  }
  const given = values.filter((one) => one !== null).join(', ');
  if (!values.includes(null)) return given;
  return given === '' ? 'left out' : `${given} or left out`;
}
