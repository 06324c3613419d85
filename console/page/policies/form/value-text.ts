import type { Parameter } from '../../../../shared/operations/parameter.ts';
import {
  isRange,
  type Member,
  printValues,
  type ValueSet,
} from '../../../../shared/policy/value-set.ts';
import type { TextReading } from './typed-input.tsx';

/* The values that a rule allows, as text: `320, 640` or `100–400 step 10`. */

const rangeForm = /^(-?\d+)\s*(?:–|\.\.|-|to)\s*(-?\d+)(?:\s+step\s+(\d+))?$/;

const isMember = (value: unknown): value is Member =>
  value === null || typeof value === 'number' || typeof value === 'string';

/** A value of the draft as a set; undefined if it has not the form of one. */
export function readValueSet(value: unknown): ValueSet | undefined {
  if (Array.isArray(value)) return value.every(isMember) ? value : undefined;
  if (typeof value !== 'object' || value === null) return undefined;
  const { min, max, step = 1 } = value as { min?: unknown; max?: unknown; step?: unknown };
  const isWhole = [min, max, step].every((one) => typeof one === 'number');
  return isWhole ? ({ min, max, step } as ValueSet) : undefined;
}

/** Prints the values without null, for which there is a box. */
export const printMembers = (set: ValueSet): string =>
  isRange(set) ? printValues(set) : set.filter((one) => one !== null).join(', ');

/** Reads the values of one parameter. */
export function readMembers(
  text: string,
  { control, read, expects }: Parameter,
): TextReading<ValueSet> {
  const [, min, max, step] = rangeForm.exec(text.trim()) ?? [];
  if (control.control === 'number' && max !== undefined)
    return { value: { min: Number(min), max: Number(max), step: Number(step ?? 1) } };
  const words = text.split(/[\s,]+/).filter((word) => word !== '');
  const wrong = words.find((word) => read(word) === undefined);
  if (wrong !== undefined) return { fault: `“${wrong}”: expects ${expects}` };
  return { value: words.flatMap((word) => read(word) ?? []) };
}
