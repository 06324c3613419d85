import type { Parameter, Value } from '../operations/parameter.ts';
import type { AllowedValues, Rule } from './schema.ts';

/*
 * The values that a rule allows a parameter, as a set: two ways of writing one set are one set. A
 * parameter that a rule does not name may only be left out, and left out it is at its default.
 */

type Member = Value | null;
type Range = { readonly min: number; readonly max: number; readonly step: number };
/** A list has each value once, and no null where there is a default. */
export type ValueSet = readonly Member[] | Range;

const isList = (values: AllowedValues): values is readonly Member[] => Array.isArray(values);

/** What a rule allows a parameter. */
export function valueSetIn(rule: Rule, name: string, { fallback }: Parameter): ValueSet {
  const allowed: AllowedValues = (Object.hasOwn(rule, name) ? rule[name] : undefined) ?? [null];
  return isList(allowed) ? [...new Set(allowed.map((one) => one ?? fallback ?? null))] : allowed;
}

function has(values: ValueSet, member: Member): boolean {
  if (isList(values)) return values.includes(member);
  const { min, max, step } = values;
  return (
    typeof member === 'number' && member >= min && member <= max && (member - min) % step === 0
  );
}

const countIn = ({ min, max, step }: Range): number => Math.floor((max - min) / step) + 1;

function members({ min, max, step }: Range): readonly number[] {
  return Array.from({ length: countIn({ min, max, step }) }, (_, at) => min + at * step);
}

function rangeWithin(range: Range, of: Range): boolean {
  const count = countIn(range);
  const ends = has(of, range.min) && has(of, range.min + (count - 1) * range.step);
  return ends && (count === 1 || range.step % of.step === 0);
}

/** Whether every value of the one is in the other. */
export function isWithin(values: ValueSet, others: ValueSet): boolean {
  if (isList(values)) return values.every((one) => has(others, one));
  if (!isList(others)) return rangeWithin(values, others);
  // A range can have millions of values, a list a thousand.
  return countIn(values) <= others.length && members(values).every((one) => has(others, one));
}

export const isSame = (one: ValueSet, other: ValueSet): boolean =>
  isWithin(one, other) && isWithin(other, one);

/** The values of one list that are not in the other; nothing where one of the two is a range. */
export function valuesMissingFrom(
  values: ValueSet,
  others: ValueSet,
): readonly Member[] | undefined {
  if (!isList(values) || !isList(others)) return undefined;
  return values.filter((one) => !others.includes(one));
}

/** How much two sets have in common, from 0 to 1; of ranges a guess. */
export function likeness(one: ValueSet, other: ValueSet): number {
  if (isSame(one, other)) return 1;
  const added = valuesMissingFrom(other, one);
  if (added === undefined || !isList(other) || !isList(one)) return 0.5;
  return (other.length - added.length) / (one.length + added.length);
}

/** `320, 640 or left out`, `10–1200 step 10`. */
export function printValues(values: ValueSet): string {
  if (!isList(values)) {
    const { min, max, step } = values;
    return `${min}–${max}${step === 1 ? '' : ` step ${step}`}`;
  }
  const given = values.filter((one) => one !== null).join(', ');
  if (!values.includes(null)) return given;
  return given === '' ? 'left out' : `${given} or left out`;
}
