import { canonicalRecipe, type Recipe, valuesOf, withoutFree } from '../recipe/canonical.ts';
import type { StepValues } from '../recipe/recipe.ts';
import {
  isRange,
  listNumbers,
  nextInSorted,
  nextNumber,
  passesTest,
  type Range,
  type RuleTest,
  type ValueSet,
} from './value-set.ts';

/*
 * The lengths that snapping can move a side to. They are prepared when a policy is compiled, so that a
 * view asks each rule once instead of judging a whole recipe for every length.
 */

const sides = ['w', 'h'] as const;
type Side = (typeof sides)[number];

/** Sorted, because `nextInSorted` searches by halves. */
type SortedLengths = Range | readonly number[];

/** What a rule of `resize` allows: the lengths of one side, and the other parameters. */
type SideRule = { readonly lengths: SortedLengths; readonly others: RuleTest };

type SideLengths = {
  readonly rules: readonly SideRule[];
  /** The lengths of this side in presets, by the canonical text with the length 1. */
  readonly presets: ReadonlyMap<string, ReadonlySet<number>>;
};

/** The lengths that a policy allows each side. */
export type SnapLengths = Readonly<Record<Side, SideLengths>>;

/** The recipe with a new length of one side. */
export function withSide({ steps }: Recipe, side: Side, length: number): Recipe {
  return canonicalRecipe(
    steps.map((step) =>
      step.name === 'resize' ? { ...step, values: { ...step.values, [side]: length } } : step,
    ),
  );
}

const sortLengths = (values: ValueSet): SortedLengths =>
  isRange(values) ? values : listNumbers(values).toSorted((a, b) => a - b);

function ruleOfSide(test: RuleTest, side: Side): readonly SideRule[] {
  return test
    .filter(([own]) => own === side)
    .map(([, allowed]) => ({
      lengths: sortLengths(allowed),
      others: test.filter(([own]) => own !== side),
    }));
}

const textWithoutLength = (recipe: Recipe, side: Side): string =>
  withSide(withoutFree(recipe), side, 1).text;

function lengthsInPresets(recipes: readonly Recipe[], side: Side): SideLengths['presets'] {
  const found = new Map<string, Set<number>>();
  for (const recipe of recipes) {
    const length = valuesOf(recipe, 'resize')?.[side];
    if (length === undefined) continue;
    const text = textWithoutLength(recipe, side);
    found.set(text, (found.get(text) ?? new Set()).add(length));
  }
  return found;
}

/** Prepares the lengths of a policy: those of its rules for `resize`, and those of its presets. */
export function compileSnapLengths(
  tests: readonly RuleTest[],
  presets: readonly Recipe[],
): SnapLengths {
  const ofSide = (side: Side): SideLengths => ({
    rules: tests.flatMap((test) => ruleOfSide(test, side)),
    presets: lengthsInPresets(presets, side),
  });
  return { w: ofSide('w'), h: ofSide('h') };
}

/** The only side that a resize names; undefined if it names two, or a size of another kind. */
export function onlySide(values: StepValues): Side | undefined {
  const named = (['w', 'h', 'l', 's'] as const).filter((one) => values[one] !== undefined);
  return named.length === 1 ? sides.find((one) => one === named[0]) : undefined;
}

/**
 * The next length that a rule offers for a side and that the policy then allows, for a recipe whose
 * length is `wanted`. A rule may offer a length that only a preset allows.
 */
export function nextLength(
  lengths: SnapLengths,
  recipe: Recipe,
  side: Side,
  wanted: number,
): number | undefined {
  const { rules, presets } = lengths[side];
  const values: StepValues = valuesOf(recipe, 'resize') ?? {};
  const inPresets = presets.size === 0 ? undefined : presets.get(textWithoutLength(recipe, side));
  const offered = rules.flatMap(({ lengths: own, others }) => {
    const length = nextInSorted(own, wanted);
    if (length === undefined) return [];
    return inPresets?.has(length) || passesTest(others, values) ? [length] : [];
  });
  return nextNumber(offered, wanted);
}
