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
 * How many texts of one operation rules allow. Rules with few combinations are written out and each
 * text is counted once; what is left is counted in blocks, so a million widths cost as much as one.
 */

/** Exact, or at least so many where rules overlap in too many ways. */
export type Count = { readonly count: bigint; readonly exact: boolean };

/** So many combinations are written out, and so many of blocks are looked at. */
const maxWritten = 200_000;
const maxLooked = 2_000_000;
/** A text that is written out is looked for in every rule that is not. */
const maxCompared = 5_000_000;

const parametersOf = (name: OperationName) => Object.entries(rowOf(name).parameters);

/** A step that is kept in one format has the same text in every other that keeps it. */
const formatFor = (name: OperationName): Format =>
  (['src', 'webp', 'png'] as const).find((f) => rowOf(name).matters?.(f) ?? true) ?? 'src';

/** Whether values are sound and a canonical recipe keeps them as they are. */
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

const meets = (values: ValuesOf<Parameters>, sets: Sets): boolean =>
  [...sets].every(([own, set]) => hasValue(set, values[own] ?? null));

/** The texts that these rules allow and none of the others does. */
function countWritten(
  name: OperationName,
  rules: readonly Sets[],
  others: readonly Sets[],
): number {
  const texts = new Set<string>();
  for (const sets of rules)
    for (const values of combinations([...sets]))
      if (isCanonicalStep(name, values) && !others.some((one) => meets(values, one)))
        // No value has a comma in it.
        texts.add([...sets.keys()].map((own) => values[own] ?? '').join());
  return texts.size;
}

/** How many ways there are to take one value of each block, within what the row bounds together. */
function waysIn(name: OperationName): (chosen: ReadonlyMap<string, Block>) => bigint {
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

/** The blocks of a parameter among the rules that are left; nothing when they are too many. */
type BlocksAmong = (own: string, among: bigint) => readonly Block[] | undefined;

/** The fewer rules are left, the fewer blocks there are; the same rules are left again and again. */
function blocksAmong(name: OperationName, rules: readonly Rule[]): BlocksAmong {
  const known = new Map<string, readonly Block[] | undefined>();
  return (own, among) => {
    const key = `${own} ${among}`;
    const blocks = known.has(key) ? known.get(key) : blocksOf(name, own, rules, among);
    known.set(key, blocks);
    return blocks;
  };
}

const bitsIn = (mask: bigint): number => mask.toString(2).replaceAll('0', '').length;

/** First the parameters that leave the fewest rules, so that little is looked at behind them. */
function orderParameters(
  names: readonly string[],
  blocks: BlocksAmong,
  rules: bigint,
): readonly string[] {
  const left = (own: string): number =>
    (blocks(own, rules) ?? []).reduce((most, block) => Math.max(most, bitsIn(block.rules)), 0);
  const most = new Map(names.map((own) => [own, left(own)]));
  return names.toSorted((a, b) => (most.get(a) ?? 0) - (most.get(b) ?? 0));
}

/** Looks at all ways to choose a block for each parameter so that some rule allows what is chosen. */
function countBlocks(name: OperationName, rules: readonly Rule[]): Count {
  const every = (1n << BigInt(rules.length)) - 1n;
  const waysOf = waysIn(name);
  const blocks = blocksAmong(name, rules);
  const order = orderParameters(Object.keys(rowOf(name).parameters), blocks, every);
  const chosen = new Map<string, Block>();
  const values: Record<string, Value | undefined> = {};
  let [count, looked] = [0n, 0];
  const choose = (at: number, among: bigint): void => {
    const own = order[at];
    if (own === undefined) {
      if (isCanonicalStep(name, values)) count += waysOf(chosen);
      return;
    }
    const found = blocks(own, among);
    looked += found?.length ?? Number.POSITIVE_INFINITY;
    for (const block of found ?? []) {
      if (looked > maxLooked) return;
      chosen.set(own, block);
      values[own] = block.sample;
      choose(at + 1, block.rules);
    }
  };
  choose(0, every);
  return { count, exact: looked <= maxLooked };
}

type Measured = { readonly rule: Rule; readonly sets: Sets; readonly combinations: number };

/** The smallest first. */
function measureRules(name: OperationName, rules: readonly Rule[]): readonly Measured[] {
  const all = rules.map((rule): Measured => {
    const sets = setsOf(name, rule);
    return { rule, sets, combinations: combinationsOf(sets) };
  });
  return all.toSorted((a, b) => a.combinations - b.combinations);
}

/** The rules that are written out, each text of which is compared with every other rule. */
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

/** What these rules allow, counted in blocks; of too many only the last, which is the widest. */
function countLarge(name: OperationName, large: readonly Measured[]) {
  const found = countBlocks(
    name,
    large.map(({ rule }) => rule),
  );
  if (found.exact || large.length === 1) return { ...found, counted: large };
  const counted = large.slice(-1);
  const { count } = countBlocks(
    name,
    counted.map(({ rule }) => rule),
  );
  return { count, exact: false, counted };
}

/**
 * How many different texts of this operation some rule allows, of those that draw something. Where
 * rules overlap in more ways than can be looked at, what the widest allows stands for the large ones.
 * `written` is how many combinations of values may be written out; the count is the same with any.
 */
export function countSteps(
  name: OperationName,
  rules: readonly Rule[],
  written: number = maxWritten,
): Count {
  const { small, large } = splitBySize(measureRules(name, rules), written);
  const { count, exact, counted } =
    large.length === 0 ? { count: 0n, exact: true, counted: large } : countLarge(name, large);
  const others = countWritten(
    name,
    small.map(({ sets }) => sets),
    counted.map(({ sets }) => sets),
  );
  return { count: count + BigInt(others), exact };
}
