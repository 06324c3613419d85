import { expandPreset, findDenial, type Policy } from '../../shared/policy/policy.ts';
import { listNumbers } from '../../shared/policy/value-set.ts';
import { canonicalRecipe } from '../../shared/recipe/canonical.ts';
import { parseSteps } from '../../shared/recipe/recipe.ts';
import { Refusal } from '../../shared/refusal.ts';
import { resizeToWidth } from './responsive.ts';

/** Whether the policy allows this resize. Other rules of the policy are ignored. */
function allowsResize(policy: Policy, operations: readonly string[]): boolean {
  try {
    const denied = findDenial(
      policy,
      canonicalRecipe(expandPreset(policy, parseSteps(operations))),
    );
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
  const named = new Set(rules.flatMap((rule) => listNumbers(rule['w'] ?? [])));
  return [...named]
    .filter((width) => allowsResize(policy, resizeToWidth(operations, width)))
    .toSorted((a, b) => a - b);
}
