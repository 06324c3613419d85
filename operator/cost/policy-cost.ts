import { limits } from '../../shared/limits.ts';
import { imageTypes } from '../../shared/operations/image-type.ts';
import type { Format } from '../../shared/operations/operation.ts';
import { type OperationName, rowOf } from '../../shared/operations/table.ts';
import { isAllowed, type Policy } from '../../shared/policy/policy.ts';
import { policyOperations } from '../../shared/policy/schema.ts';
import { canonicalRecipe, findAnswer, type Recipe } from '../../shared/recipe/canonical.ts';
import { parseOperations, type RecipeStep } from '../../shared/recipe/recipe.ts';
import { countSteps } from './step-count.ts';

/** What one operation adds to the number of derivatives. */
export type OperationShare = {
  readonly name: OperationName;
  /** How many texts of it the rules allow; left out it has none. */
  readonly steps: bigint;
  readonly required: boolean;
  /** How many of the derivatives have it. */
  readonly derivatives: bigint;
};

export type PolicyCost = {
  /** Images that the policy allows of one source, revisions not counted. */
  readonly derivativesPerSource: bigint;
  /** Whether it is exactly so many, and not only at least. */
  readonly exact: boolean;
  readonly formats: readonly { readonly format: Format; readonly derivatives: bigint }[];
  readonly operations: readonly OperationShare[];
  /** How many of the derivatives presets alone allow. */
  readonly byPresets: bigint;
};

/** An operation in a recipe, apart from the format, and what rules say of it. */
type Part = {
  readonly name: OperationName;
  readonly steps: bigint;
  readonly exact: boolean;
  readonly required: boolean;
};

const drawing = policyOperations.filter(
  (name) => name !== 'format' && rowOf(name).answer === undefined,
);
const formats = [...Object.keys(imageTypes), 'src'] as readonly Format[];

function partOf({ rules, require, presetsOnly }: Policy, name: OperationName): Part {
  const { count, exact } = countSteps(name, presetsOnly ? [] : (rules.get(name) ?? []));
  return { name, steps: count, exact, required: require.includes(name) };
}

/** Only what the policy's rules say: no preset and no requirement. */
const byRules = (policy: Policy): Policy => ({ ...policy, presetRecipes: new Set() });

const formatStep = (f: Format): RecipeStep => ({ name: 'format', values: { f } });

function formatsByRules(policy: Policy): readonly Format[] {
  // Words have no format, so nothing that is required of all recipes can be drawn beside them.
  const { presetsOnly, require } = policy;
  if (presetsOnly || !require.every((name) => drawing.includes(name))) return [];
  const free = { ...byRules(policy), require: [] };
  return formats.filter((f) => isAllowed(free, canonicalRecipe([formatStep(f)])));
}

/** How many operations may stand beside a format: only `src` need not be written. */
const mostOtherSteps = (format: Format): number => limits.operations - (format === 'src' ? 0 : 1);

/** Recipes in a format, counted by how many operations they have. */
function countRecipes(parts: readonly Part[], format: Format): bigint {
  const most = mostOtherSteps(format);
  let counts: readonly bigint[] = [1n, ...Array.from({ length: most }, () => 0n)];
  for (const { name, steps, required } of parts) {
    const ways = rowOf(name).matters?.(format) === false ? 0n : steps;
    const before = counts;
    counts = before.map((without, at) => (required ? 0n : without) + (before[at - 1] ?? 0n) * ways);
  }
  return counts.reduce((sum, count) => sum + count, 0n);
}

/** The images of presets that rules do not allow as well. */
function onlyPresets(policy: Policy): readonly Recipe[] {
  const rules = byRules(policy);
  return [...policy.presetRecipes]
    .map((text) => canonicalRecipe(parseOperations(text, limits.operations + 1).steps))
    .filter((recipe) => findAnswer(recipe) === undefined)
    .filter((recipe) => {
      const beside = recipe.steps.filter(({ name }) => name !== 'format').length;
      // A preset with as many operations as can be written may still be asked for in a format.
      return beside > mostOtherSteps(recipe.format) || !isAllowed(rules, recipe);
    });
}

const has = (name: OperationName) => (recipe: Recipe) =>
  recipe.steps.some((step) => step.name === name);

/**
 * How many derivatives of one source a policy allows, by format and by operation: canonical keys of
 * images, without those of other revisions and without answers in words. Nothing is enumerated
 * across operations, so the widest policy is counted as fast as a narrow one.
 */
export function policyCost(policy: Policy): PolicyCost {
  const parts = drawing.map((name) => partOf(policy, name));
  const inRules = formatsByRules(policy);
  const presets = onlyPresets(policy);
  const total = (of: readonly Part[]): bigint =>
    inRules.reduce((sum, format) => sum + countRecipes(of, format), 0n);
  const all = total(parts);
  const share = ({ name, steps, required }: Part): OperationShare => {
    const without = parts.map((one) => (one.name === name ? { ...one, steps: 0n } : one));
    const derivatives = all - total(without) + BigInt(presets.filter(has(name)).length);
    return { name, steps, required, derivatives };
  };
  const byFormat = formats.map((format) => ({
    format,
    derivatives:
      (inRules.includes(format) ? countRecipes(parts, format) : 0n) +
      BigInt(presets.filter((recipe) => recipe.format === format).length),
  }));
  return {
    derivativesPerSource: all + BigInt(presets.length),
    exact: parts.every(({ exact }) => exact),
    formats: byFormat.filter(({ derivatives }) => derivatives > 0n),
    operations: parts.map(share).filter(({ steps, derivatives }) => steps + derivatives > 0n),
    byPresets: BigInt(presets.length),
  };
}
