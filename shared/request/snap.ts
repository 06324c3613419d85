import { findDenial, type Policy } from '../policy/policy.ts';
import { nextLength, onlySide, withSide } from '../policy/snap-lengths.ts';
import { type Recipe, valuesOf } from '../recipe/canonical.ts';

/**
 * Moves the only side that a recipe names to the next length that the policy allows, if the policy snaps
 * and denies the recipe for its resize. A recipe with two sides is not changed, because only the caller
 * knows which side to move.
 */
export function snapRecipe(policy: Policy, recipe: Recipe): Recipe {
  const values = policy.snap ? valuesOf(recipe, 'resize') : undefined;
  const side = values === undefined ? undefined : onlySide(values);
  const wanted = side === undefined ? undefined : values?.[side];
  if (side === undefined || wanted === undefined) return recipe;
  if (findDenial(policy, recipe)?.detail.rule !== 'operations.resize') return recipe;
  const length = nextLength(policy.snapLengths, recipe, side, wanted);
  return length === undefined ? recipe : withSide(recipe, side, length);
}
