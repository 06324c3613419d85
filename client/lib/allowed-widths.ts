import { expandPreset, findDenial, type Policy } from '../../shared/policy/policy.ts';
import type { AllowedValues } from '../../shared/policy/schema.ts';
import { parseSteps } from '../../shared/recipe/recipe.ts';
import { Refusal } from '../../shared/refusal.ts';
import { resizeToWidth } from './responsive.ts';

/** The numbers in a value set. */
function numbersOf(allowed: AllowedValues | undefined): readonly number[] {
  if (allowed === undefined) return [];
  if (Array.isArray(allowed)) return allowed.filter((value) => typeof value === 'number');
  const { min, max, step } = allowed as Exclude<AllowedValues, readonly unknown[]>;
  return Array.from({ length: Math.floor((max - min) / step) + 1 }, (_, at) => min + at * step);
}

/** Whether the policy allows this resize. Other rules of the policy are ignored. */
function isAllowed(policy: Policy, operations: readonly string[]): boolean {
  try {
    const denied = findDenial(policy, expandPreset(policy, parseSteps(operations)));
    return denied === undefined || denied.detail.rule !== 'operations.resize';
  } catch (thrown) {
    if (thrown instanceof Refusal) return false;
    throw thrown;
  }
}

/** The widths that a policy allows for these operations, in ascending order. */
export function allowedWidths(policy: Policy, operations: readonly string[]): readonly number[] {
  if (policy.presetsOnly) return [];
  const rules = policy.rules.get('resize') ?? [];
  const named = new Set(rules.flatMap((rule) => numbersOf(rule['w'])));
  return [...named]
    .filter((width) => isAllowed(policy, resizeToWidth(operations, width)))
    .toSorted((a, b) => a - b);
}
