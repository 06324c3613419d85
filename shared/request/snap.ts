import { findDenial, type Policy } from '../policy/policy.ts';
import { nextNumber, nextValue, type Rule } from '../policy/value-set.ts';
import { canonicalRecipe, type Recipe, valuesOf } from '../recipe/canonical.ts';

const sides = ['w', 'h'] as const;
type Side = (typeof sides)[number];

/** The recipe with a new length of one side. */
function withSide({ steps }: Recipe, side: Side, length: number): Recipe {
  return canonicalRecipe(
    steps.map((step) =>
      step.name === 'resize' ? { ...step, values: { ...step.values, [side]: length } } : step,
    ),
  );
}

function candidates(policy: Policy, recipe: Recipe, side: Side, wanted: number): readonly number[] {
  const rules: readonly Rule[] = policy.rules.get('resize') ?? [];
  const lengths = rules.flatMap((rule) => {
    const allowed = rule[side];
    const length = allowed === undefined ? undefined : nextValue(allowed, wanted);
    return length === undefined ? [] : [length];
  });
  return lengths.filter((length) => {
    const denied = findDenial(policy, withSide(recipe, side, length));
    return denied === undefined || denied.detail.rule !== 'operations.resize';
  });
}

/**
 * Moves the only side that a recipe names to the next length that the policy allows, if the policy snaps
 * and denies the recipe for its resize. A recipe with two sides is not changed, because only the caller
 * knows which side to move.
 */
export function snapRecipe(policy: Policy, recipe: Recipe): Recipe {
  const values = policy.snap ? valuesOf(recipe, 'resize') : undefined;
  if (values === undefined || findDenial(policy, recipe)?.detail.rule !== 'operations.resize')
    return recipe;
  const named = (['w', 'h', 'l', 's'] as const).filter((one) => values[one] !== undefined);
  const side = sides.find((one) => one === named[0]);
  const wanted = side === undefined ? undefined : values[side];
  if (side === undefined || wanted === undefined || named.length > 1) return recipe;
  const length = nextNumber(candidates(policy, recipe, side, wanted), wanted);
  return length === undefined ? recipe : withSide(recipe, side, length);
}
