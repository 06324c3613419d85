import type { Format, Parameters, ValuesOf } from '../../shared/operations/operation.ts';
import type { Value } from '../../shared/operations/parameter.ts';
import { type OperationName, rowOf } from '../../shared/operations/table.ts';
import {
  countValues,
  hasValue,
  listValues,
  type Rule,
  type ValueSet,
  valueSetIn,
} from '../../shared/policy/value-set.ts';
import { canonicalRecipe } from '../../shared/recipe/canonical.ts';
import type { RecipeStep } from '../../shared/recipe/recipe.ts';
import { type Block, blocksOf, pairsWithin } from './value-blocks.ts';

/*
 * Counts how many texts of one operation the rules allow. Rules with few combinations are enumerated,
 * and each text is counted once. The other rules are counted in blocks, so a million widths cost as
 * much as one.
 */

/** A count, or a lower bound if the rules overlap in too many ways. */
export type Count = { readonly count: bigint; readonly exact: boolean };

/** How many combinations are enumerated, and how many combinations of blocks are visited. */
const maxEnumerated = 200_000;
const maxVisited = 2_000_000;
/** How often an enumerated text is compared with a rule that is not enumerated. */
const maxCompared = 5_000_000;

/** How many combinations or visits are counted between two pauses. */
const perPart = 5_000;

/** A count that pauses now and then, so that a door with other work can do it or stop. */
export type CountInParts<T = Count> = Generator<undefined, T, undefined>;

/** Says when so much was done since the last pause that another one is due. */
function createPauses(): (done: number) => boolean {
  let last = 0;
  return (done) => {
    if (done - last < perPart) return false;
    last = done;
    return true;
  };
}

/** Counts to the end at once. */
function finishCount<T>(parts: CountInParts<T>): T {
  let next = parts.next();
  while (next.done !== true) next = parts.next();
  return next.value;
}

const parametersOf = (name: OperationName) => Object.entries(rowOf(name).parameters);

/** A format in which the step matters. Its text is the same in every such format. */
const formatFor = (name: OperationName): Format =>
  (['src', 'webp', 'png'] as const).find((f) => rowOf(name).matters?.(f) ?? true) ?? 'src';

/** Whether the values are valid and a canonical recipe keeps them unchanged. */
export function isCanonicalStep(name: OperationName, values: ValuesOf<Parameters>): boolean {
  if (rowOf(name).check?.(values) !== undefined) return false;
  const format: RecipeStep = { name: 'format', values: { f: formatFor(name) } };
  const { steps } = canonicalRecipe([{ name, values }, format]);
  const kept = steps.find((step) => step.name === name)?.values;
  return kept !== undefined && parametersOf(name).every(([own]) => kept[own] === values[own]);
}

type Sets = ReadonlyMap<string, ValueSet>;

/** What a rule allows each parameter of its operation. */
const setsOf = (name: OperationName, rule: Rule): Sets =>
  new Map(parametersOf(name).map(([own, parameter]) => [own, valueSetIn(rule, own, parameter)]));

const combinationsOf = (sets: Sets): number =>
  [...sets.values()].reduce((product, set) => product * countValues(set), 1);

function* combinations(
  of: readonly (readonly [string, ValueSet])[],
  chosen: ValuesOf<Parameters> = {},
): Generator<ValuesOf<Parameters>> {
  const [first, ...rest] = of;
  if (first === undefined) {
    yield chosen;
    return;
  }
  const [own, set] = first;
  for (const member of listValues(set))
    yield* combinations(rest, { ...chosen, [own]: member ?? undefined });
}

const isInSets = (values: ValuesOf<Parameters>, sets: Sets): boolean =>
  [...sets].every(([own, set]) => hasValue(set, values[own] ?? null));

/** Counts the texts that these rules allow and none of the others. */
function* countByEnumeration(
  name: OperationName,
  rules: readonly Sets[],
  others: readonly Sets[],
): CountInParts<number> {
  const texts = new Set<string>();
  let seen = 0;
  for (const sets of rules)
    for (const values of combinations([...sets])) {
      seen += 1;
      if (seen % perPart === 0) yield;
      if (isCanonicalStep(name, values) && !others.some((one) => isInSets(values, one)))
        // Values contain no commas, so the joined text is unique.
        texts.add([...sets.keys()].map((own) => values[own] ?? '').join());
    }
  return texts.size;
}

/** Counts the ways to choose one value from each block, within the product limit of the row. */
function createWayCounter(name: OperationName): (chosen: ReadonlyMap<string, Block>) => bigint {
  const known = new Map<Block, Map<Block, bigint>>();
  const pairs = (one: Block, other: Block, most: number): bigint => {
    const partners = known.get(one) ?? new Map<Block, bigint>();
    const found = partners.get(other) ?? pairsWithin(one, other, most);
    known.set(one, partners.set(other, found));
    return found;
  };
  const { product } = rowOf(name);
  return (chosen) => {
    const all = [...chosen.values()].reduce((ways, { count }) => ways * BigInt(count), 1n);
    const [one, other] = product?.of.map((own) => chosen.get(own)) ?? [];
    if (product === undefined || typeof one?.sample !== 'number') return all;
    if (typeof other?.sample !== 'number') return all;
    return (all / BigInt(one.count * other.count)) * pairs(one, other, product.most);
  };
}

/** The blocks of a parameter among the remaining rules; undefined if there are too many. */
type BlocksAmong = (own: string, among: bigint) => readonly Block[] | undefined;

/** Remembers the blocks, because the same sets of remaining rules occur again and again. */
function createBlockCache(name: OperationName, rules: readonly Rule[]): BlocksAmong {
  const known = new Map<string, readonly Block[] | undefined>();
  return (own, among) => {
    const key = `${own} ${among}`;
    const blocks = known.has(key) ? known.get(key) : blocksOf(name, own, rules, among);
    known.set(key, blocks);
    return blocks;
  };
}

const bitsIn = (mask: bigint): number => mask.toString(2).replaceAll('0', '').length;

/** Puts the parameters that leave the fewest rules first, which keeps the search small. */
function orderParameters(
  names: readonly string[],
  blocks: BlocksAmong,
  rules: bigint,
): readonly string[] {
  const rulesLeft = (own: string): number =>
    (blocks(own, rules) ?? []).reduce((most, block) => Math.max(most, bitsIn(block.rules)), 0);
  const most = new Map(names.map((own) => [own, rulesLeft(own)]));
  return names.toSorted((a, b) => (most.get(a) ?? 0) - (most.get(b) ?? 0));
}

/** Visits every choice of one block per parameter that some rule allows. */
function* countBlocks(name: OperationName, rules: readonly Rule[]): CountInParts {
  const every = (1n << BigInt(rules.length)) - 1n;
  const waysOf = createWayCounter(name);
  const blocks = createBlockCache(name, rules);
  const order = orderParameters(Object.keys(rowOf(name).parameters), blocks, every);
  const chosen = new Map<string, Block>();
  const values: Record<string, Value | undefined> = {};
  let [count, visited] = [0n, 0];
  const isPauseDue = createPauses();
  const addChosen = (): void => {
    if (isCanonicalStep(name, values)) count += waysOf(chosen);
  };
  function* choose(at: number, among: bigint): CountInParts<void> {
    const own = order[at];
    if (own === undefined) return addChosen();
    const found = blocks(own, among);
    visited += found?.length ?? Number.POSITIVE_INFINITY;
    if (isPauseDue(visited)) yield;
    for (const block of found ?? []) {
      if (visited > maxVisited) return;
      chosen.set(own, block);
      values[own] = block.sample;
      yield* choose(at + 1, block.rules);
    }
  }
  yield* choose(0, every);
  return { count, exact: visited <= maxVisited };
}

type Measured = { readonly rule: Rule; readonly sets: Sets; readonly combinations: number };

/** Sorted by the number of combinations, smallest first. */
function measureRules(name: OperationName, rules: readonly Rule[]): readonly Measured[] {
  const all = rules.map((rule): Measured => {
    const sets = setsOf(name, rule);
    return { rule, sets, combinations: combinationsOf(sets) };
  });
  return all.toSorted((a, b) => a.combinations - b.combinations);
}

/** Splits the rules into small ones, which are enumerated, and large ones. */
function splitBySize(all: readonly Measured[], most: number) {
  let sum = 0;
  const sums = all.map(({ combinations }) => {
    sum += combinations;
    return sum;
  });
  if (sum <= most) return { small: all, large: [] };
  const few = sums.findIndex((one, at) => {
    const others = all.length - at - 1;
    return one > most || one * others > maxCompared;
  });
  return { small: all.slice(0, few), large: all.slice(few) };
}

/** Counts the large rules in blocks. If there are too many ways, only the largest rule is counted. */
function* countLarge(
  name: OperationName,
  large: readonly Measured[],
): CountInParts<Count & { readonly counted: readonly Measured[] }> {
  const found = yield* countBlocks(
    name,
    large.map(({ rule }) => rule),
  );
  if (found.exact || large.length === 1) return { ...found, counted: large };
  const counted = large.slice(-1);
  const { count } = yield* countBlocks(
    name,
    counted.map(({ rule }) => rule),
  );
  return { count, exact: false, counted };
}

/**
 * Counts the different canonical texts of an operation that at least one rule allows. If the rules
 * overlap in too many ways, only the largest of the large rules is counted and the result is a lower
 * bound. `enumerated` limits the enumerated combinations; it does not change an exact count.
 */
export function* countStepsInParts(
  name: OperationName,
  rules: readonly Rule[],
  enumerated: number = maxEnumerated,
): CountInParts {
  const { small, large } = splitBySize(measureRules(name, rules), enumerated);
  const { count, exact, counted } =
    large.length === 0
      ? { count: 0n, exact: true, counted: large }
      : yield* countLarge(name, large);
  const others = yield* countByEnumeration(
    name,
    small.map(({ sets }) => sets),
    counted.map(({ sets }) => sets),
  );
  return { count: count + BigInt(others), exact };
}

/** Counts as `countStepsInParts` does, without pauses. */
export const countSteps = (
  name: OperationName,
  rules: readonly Rule[],
  enumerated: number = maxEnumerated,
): Count => finishCount(countStepsInParts(name, rules, enumerated));

/** How many combinations a quick count enumerates. */
const maxQuick = 5_000;

/**
 * Counts in a time that does not depend on how rules overlap: exactly if the rules have few combinations,
 * or else only the largest rule, as a lower bound.
 */
export function countStepsQuickly(name: OperationName, rules: readonly Rule[]): Count {
  const all = measureRules(name, rules);
  const sum = all.reduce((total, { combinations }) => total + combinations, 0);
  const largest = all.slice(sum <= maxQuick ? 0 : -1).map(({ rule }) => rule);
  const { count, exact } = countSteps(name, largest, maxQuick);
  return { count, exact: exact && largest.length === rules.length };
}
