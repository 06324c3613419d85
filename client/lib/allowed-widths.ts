import { expandPreset, findDenial, type Policy } from '../../shared/policy/policy.ts';
import { listNumbers } from '../../shared/policy/value-set.ts';
import { canonicalRecipe } from '../../shared/recipe/canonical.ts';
import { parseSteps } from '../../shared/recipe/recipe.ts';
import { Refusal } from '../../shared/refusal.ts';
import { widthSources } from './responsive.ts';

/** Whether the policy has nothing against this resize, whatever else it asks of a recipe. */
function allows(policy: Policy, operations: readonly string[]): boolean {
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

/** The widths in which a policy allows operations, from small to large. */
export function allowedWidths(policy: Policy, operations: readonly string[]): readonly number[] {
  if (policy.presetsOnly) return [];
  const rules = policy.rules.get('resize') ?? [];
  const named = new Set(rules.flatMap((rule) => listNumbers(rule['w'] ?? [])));
  return [...named]
    .filter((width) => allows(policy, widthSources(operations, width)))
    .toSorted((a, b) => a - b);
}
