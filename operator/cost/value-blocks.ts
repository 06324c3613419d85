import type { Parameter, Value } from '../../shared/operations/parameter.ts';
import { type OperationName, rowOf } from '../../shared/operations/table.ts';
import type { Rule } from '../../shared/policy/value-set.ts';
import { countValues, isRange, listNumbers, valueSetIn } from '../../shared/policy/value-set.ts';

/*
 * The allowed values of a parameter, in blocks. The values of a block are treated alike by every rule,
 * by the check of the operation and by its canonical form. One value represents the block, so a range
 * of ten million values is visited once.
 */

/** Whole numbers at equal intervals. */
export type Run = { readonly first: number; readonly step: number; readonly count: number };

export type Block = {
  /** Its smallest value, or any value if they are not numbers. */
  readonly sample: Value | undefined;
  readonly count: number;
  /** The rules that allow its values: bit n is rule n. */
  readonly rules: bigint;
  /** Its values, if they are numbers. */
  readonly runs: readonly Run[];
};

/** Limits memory: ranges with unrelated steps make very many runs. */
const maxRuns = 1_000_000;
/** A range with gaps and at most this many values is treated as a list, so its step adds no pattern. */
const fewValues = 1_000;

function turningPoints(name: OperationName, own: string, { fallback }: Parameter) {
  const byDefault = typeof fallback === 'number' ? [fallback, fallback + 1] : [];
  return [...byDefault, ...(rowOf(name).turnsAt?.[own] ?? [])];
}

/**
 * The class of a value: a row treats all values of one class alike. For texts it is the length, since
 * colours have six or eight digits.
 */
export function kindOf(name: OperationName, own: string, value: Value | undefined): string {
  const parameter = rowOf(name).parameters[own];
  if (value === undefined || parameter === undefined) return 'none';
  if (value === parameter.fallback) return 'default';
  if (typeof value === 'number')
    return `${turningPoints(name, own, parameter).filter((turn) => turn <= value).length}`;
  return parameter.control.control === 'select' ? `is ${value}` : `${value.length} characters`;
}

type Range = {
  readonly min: number;
  readonly max: number;
  readonly step: number;
  readonly rule: bigint;
};
/** The values that rules list one by one, and their ranges. */
type Allowed = {
  readonly named: ReadonlyMap<Value | undefined, bigint>;
  readonly ranges: readonly Range[];
};

function addTo<Key>(masks: Map<Key, bigint>, key: Key, rule: bigint): void {
  masks.set(key, (masks.get(key) ?? 0n) | rule);
}

function listShortRange({ min, max, step }: Omit<Range, 'rule'>): readonly number[] | undefined {
  const range = { min, max, step };
  return step === 1 || countValues(range) > fewValues ? undefined : listNumbers(range);
}

function collectAllowed(
  rules: readonly Rule[],
  among: bigint,
  own: string,
  parameter: Parameter,
): Allowed {
  const named = new Map<Value | undefined, bigint>();
  const ranges: Range[] = [];
  for (const [index, one] of rules.entries()) {
    const rule = 1n << BigInt(index);
    if ((rule & among) === 0n) continue;
    const values = valueSetIn(one, own, parameter);
    const listed = isRange(values) ? listShortRange(values) : values;
    if (isRange(values) && listed === undefined) ranges.push({ ...values, rule });
    for (const value of listed ?? []) addTo(named, value ?? undefined, rule);
  }
  return { named, ranges };
}

const gcd = (a: number, b: number): number => (b === 0 ? a : gcd(b, a % b));

/** The number of values after which the pattern of the ranges repeats, at most `length`. */
function periodOf(ranges: readonly Range[], length: number): number {
  return ranges.reduce(
    (period, { step }) => Math.min(length, (period / gcd(period, step)) * step),
    1,
  );
}

/** The numbers from `from` to `to` (exclusive), within which no range begins or ends. */
type Segment = { readonly from: number; readonly to: number };

function segmentsOf({ named, ranges }: Allowed, turning: readonly number[]): readonly Segment[] {
  const numbers = [...named.keys()].filter((value) => typeof value === 'number');
  const cuts = new Set([
    ...numbers.flatMap((value) => [value, value + 1]),
    ...ranges.flatMap(({ min, max }) => [min, max + 1]),
    ...turning,
  ]);
  const sorted = [...cuts].toSorted((a, b) => a - b);
  return sorted.slice(1).map((to, at) => ({ from: sorted[at] ?? to, to }));
}

/** The runs of a segment, each with the rules that allow it; undefined if there are too many. */
function runsIn(
  { from, to }: Segment,
  { named, ranges }: Allowed,
): ReadonlyMap<Run, bigint> | undefined {
  const covering = ranges.filter(({ min, max }) => min <= from && from <= max);
  const length = to - from;
  const period = periodOf(covering, length);
  if (covering.some(({ step }) => period / step > maxRuns)) return undefined;
  const masks = new Map<number, bigint>();
  const listed = named.get(from);
  if (listed !== undefined) addTo(masks, 0, listed);
  for (const { min, step, rule } of covering) {
    const first = (step - ((from - min) % step)) % step;
    for (let offset = first; offset < period; offset += step) addTo(masks, offset, rule);
    if (masks.size > maxRuns) return undefined;
  }
  const run = (offset: number): Run => ({
    first: from + offset,
    step: period,
    count: Math.floor((length - 1 - offset) / period) + 1,
  });
  return new Map([...masks].map(([offset, rules]) => [run(offset), rules]));
}

/** Blocks under construction, by their rules and the class of their values. */
type Filling = Map<
  string,
  { sample: Value | undefined; count: number; rules: bigint; runs: Run[] }
>;

function addToBlock(
  filling: Filling,
  kind: string,
  sample: Value | undefined,
  rules: bigint,
  run?: Run,
) {
  const key = `${rules} ${kind}`;
  const block = filling.get(key) ?? { sample, count: 0, rules, runs: [] };
  block.count += run?.count ?? 1;
  if (run !== undefined) block.runs.push(run);
  filling.set(key, block);
}

/**
 * The blocks of a parameter. They are disjoint, and together they hold every value that a rule with a
 * bit in `among` allows. Undefined if the ranges overlap in a pattern with too many parts.
 */
export function blocksOf(
  name: OperationName,
  own: string,
  rules: readonly Rule[],
  among: bigint,
): readonly Block[] | undefined {
  const parameter = rowOf(name).parameters[own];
  if (parameter === undefined) return [];
  const allowed = collectAllowed(rules, among, own, parameter);
  const filling: Filling = new Map();
  for (const [value, mask] of allowed.named)
    if (typeof value !== 'number') addToBlock(filling, kindOf(name, own, value), value, mask);
  let runs = 0;
  for (const segment of segmentsOf(allowed, turningPoints(name, own, parameter))) {
    const found = runsIn(segment, allowed);
    runs += found?.size ?? Number.POSITIVE_INFINITY;
    if (found === undefined || runs > maxRuns) return undefined;
    const kind = kindOf(name, own, segment.from);
    for (const [run, mask] of found) addToBlock(filling, kind, run.first, mask, run);
  }
  return [...filling.values()];
}

const numbersIn = ({ runs }: Block): readonly number[] =>
  runs
    .flatMap(({ first, step, count }) =>
      Array.from({ length: count }, (_, at) => first + at * step),
    )
    .toSorted((a, b) => a - b);

/** How many pairs with one number from each block have a product of at most `most`. */
export function pairsWithin(one: Block, other: Block, most: number): bigint {
  const partners = numbersIn(other);
  let fitting = partners.length;
  let pairs = 0;
  for (const number of numbersIn(one)) {
    while (fitting > 0 && (partners[fitting - 1] ?? 0) * number > most) fitting -= 1;
    pairs += fitting;
  }
  return BigInt(pairs);
}
