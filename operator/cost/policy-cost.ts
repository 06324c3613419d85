import { limits } from '../../shared/limits.ts';
import { imageTypes } from '../../shared/operations/image-type.ts';
import type { Format } from '../../shared/operations/operation.ts';
import { type OperationName, operationNames, rowOf } from '../../shared/operations/table.ts';
import { isAllowed, type Policy } from '../../shared/policy/policy.ts';
import { policyOperations } from '../../shared/policy/schema.ts';
import { canonicalRecipe, findAnswer, type Recipe } from '../../shared/recipe/canonical.ts';
import { parseOperations, type RecipeStep } from '../../shared/recipe/recipe.ts';
import { countSteps, type countStepsQuickly } from './step-count.ts';

/** The contribution of one operation to the number of derivatives. */
export type OperationShare = {
  readonly name: OperationName;
  /** How many canonical texts of it the rules allow, without counting its absence. */
  readonly steps: bigint;
  readonly required: boolean;
  /** How many derivatives contain it. */
  readonly derivatives: bigint;
};

export type PolicyCost = {
  /** How many images of one source the policy allows, without counting revisions and downloads. */
  readonly derivativesPerSource: bigint;
  /** Whether the number is exact; otherwise it is a lower bound. */
  readonly exact: boolean;
  readonly formats: readonly { readonly format: Format; readonly derivatives: bigint }[];
  readonly operations: readonly OperationShare[];
  /** How many derivatives only presets allow. */
  readonly byPresets: bigint;
};

/** An operation other than the format, and what the rules allow of it. */
type Part = {
  readonly name: OperationName;
  readonly steps: bigint;
  readonly exact: boolean;
  readonly required: boolean;
};

/** The operations that draw, besides the format. */
export const drawingOperations = policyOperations.filter(
  (name) => name !== 'format' && rowOf(name).answer === undefined,
);
/** Operations that need no rule, so a policy does not limit how many values they have. */
export const uncountedOperations = operationNames.filter((name) => rowOf(name).free === true);
const formats = [...Object.keys(imageTypes), 'src'] as readonly Format[];

/** Counts the steps of an operation: exactly if possible, or quickly. */
type CountRules = typeof countStepsQuickly;

function partOf(
  { rules, require, presetsOnly }: Policy,
  name: OperationName,
  countRules: CountRules,
): Part {
  const { count, exact } = countRules(name, presetsOnly ? [] : (rules.get(name) ?? []));
  return { name, steps: count, exact, required: require.includes(name) };
}

/** The policy without its presets. */
const withoutPresets = (policy: Policy): Policy => ({ ...policy, presetRecipes: new Set() });

const formatStep = (f: Format): RecipeStep => ({ name: 'format', values: { f } });

function formatsByRules(policy: Policy): readonly Format[] {
  // If an operation that answers in text is required, no image recipe can meet the requirement.
  const { presetsOnly, require } = policy;
  if (presetsOnly || !require.every((name) => drawingOperations.includes(name))) return [];
  const free = { ...withoutPresets(policy), require: [] };
  return formats.filter((f) => isAllowed(free, canonicalRecipe([formatStep(f)])));
}

/** How many operations can be combined with a format. Only `src` does not have to be written. */
const mostOtherSteps = (format: Format): number => limits.operations - (format === 'src' ? 0 : 1);

/** Counts the recipes in a format, grouped by their number of operations. */
function countRecipes(parts: readonly Part[], format: Format): bigint {
  const most = mostOtherSteps(format);
  let counts: readonly bigint[] = [1n, ...Array.from({ length: most }, () => 0n)];
  for (const { name, steps, required } of parts) {
    // An operation that has no effect in the format is never in its recipes, and not required there.
    if (rowOf(name).matters?.(format) === false) continue;
    const before = counts;
    counts = before.map(
      (without, at) => (required ? 0n : without) + (before[at - 1] ?? 0n) * steps,
    );
  }
  return counts.reduce((sum, count) => sum + count, 0n);
}

/** The recipes of presets that the rules do not allow. */
function recipesOnlyByPresets(policy: Policy): readonly Recipe[] {
  const rules = withoutPresets(policy);
  return [...policy.presetRecipes]
    .map((text) => canonicalRecipe(parseOperations(text, limits.operations + 1).steps))
    .filter((recipe) => findAnswer(recipe) === undefined)
    .filter((recipe) => {
      const beside = recipe.steps.filter(({ name }) => name !== 'format').length;
      // A preset can have one operation more than a URL, since its format can be requested beside it.
      return beside > mostOtherSteps(recipe.format) || !isAllowed(rules, recipe);
    });
}

const hasOperation = (name: OperationName) => (recipe: Recipe) =>
  recipe.steps.some((step) => step.name === name);

/**
 * Counts the derivatives of one source that a policy allows, by format and by operation. These are
 * canonical image keys of one revision; downloads and answers in text are not counted. Combinations of
 * operations are multiplied and not enumerated, so a wide policy is counted as fast as a narrow one.
 */
export function policyCost(policy: Policy, countRules: CountRules = countSteps): PolicyCost {
  const parts = drawingOperations.map((name) => partOf(policy, name, countRules));
  const inRules = formatsByRules(policy);
  const presets = recipesOnlyByPresets(policy);
  const total = (of: readonly Part[]): bigint =>
    inRules.reduce((sum, format) => sum + countRecipes(of, format), 0n);
  const all = total(parts);
  const share = ({ name, steps, required }: Part): OperationShare => {
    const without = parts.map((one) => (one.name === name ? { ...one, steps: 0n } : one));
    const derivatives = all - total(without) + BigInt(presets.filter(hasOperation(name)).length);
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
