import { expandPreset, type Policy } from '../../shared/policy/policy.ts';
import { canonicalRecipe, type Recipe, valuesOf } from '../../shared/recipe/canonical.ts';
import { parseSteps } from '../../shared/recipe/recipe.ts';
import { Refusal } from '../../shared/refusal.ts';
import { snapRecipe } from '../../shared/request/snap.ts';

/** Undefined for invalid operations, which are refused later. */
function readable(policy: Policy, operations: readonly string[]): Recipe | undefined {
  try {
    return canonicalRecipe(expandPreset(policy, parseSteps(operations)));
  } catch (thrown) {
    if (thrown instanceof Refusal) return undefined;
    throw thrown;
  }
}

/**
 * The operations with the length of a side that the service would move them to. Operations in the spelling
 * of another service are not changed.
 */
export function snappedOperations(
  policy: Policy,
  operations: readonly string[],
): readonly string[] {
  const at = operations.findIndex((one) => one.startsWith('resize,'));
  const resize = operations[at];
  const recipe = resize === undefined ? undefined : readable(policy, operations);
  if (resize === undefined || recipe === undefined) return operations;
  const { w, h } = valuesOf(snapRecipe({ ...policy, snap: true }, recipe), 'resize') ?? {};
  const written = resize.replace(/,w_\d+/, `,w_${w}`).replace(/,h_\d+/, `,h_${h}`);
  return operations.with(at, written);
}
