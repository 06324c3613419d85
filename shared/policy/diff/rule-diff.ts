import { type OperationName, rowOf } from '../../operations/table.ts';
import type { Rule } from '../value-set.ts';
import {
  isSame,
  isWithin,
  likeness,
  printValues,
  type ValueSet,
  valueSetIn,
  valuesMissingFrom,
} from '../value-set.ts';

/** One difference between two policies, described for the person who edits them. */
export type PolicyChange = {
  /**
   * Dotted, as in `operations.resize.0.w`. It points into the new policy, or into the old one for a
   * removal.
   */
  readonly path: string;
  /** Whether the change allows more or less; `changes` if neither is certain. */
  readonly kind: 'widens' | 'narrows' | 'changes';
  readonly text: string;
};

/** A rule with the values of every parameter of its operation, and its index in the list. */
type Sets = { readonly at: number; readonly sets: ReadonlyMap<string, ValueSet> };

/** The rules of one operation before and after. */
type Both = {
  readonly name: OperationName;
  readonly before: readonly Sets[];
  readonly after: readonly Sets[];
};

type Pair = { readonly before: Sets; readonly after: Sets };

const setOf = ({ sets }: Sets, own: string): ValueSet => sets.get(own) ?? [null];

function setsOf(name: OperationName, rules: readonly Rule[]): readonly Sets[] {
  const parameters = Object.entries(rowOf(name).parameters);
  return rules.map((rule, at) => ({
    at,
    sets: new Map(parameters.map(([own, parameter]) => [own, valueSetIn(rule, own, parameter)])),
  }));
}

const names = (name: OperationName): readonly string[] => Object.keys(rowOf(name).parameters);

/** Whether one of the rules allows everything that this one allows. */
const isCovered = (one: Sets, rules: readonly Sets[]): boolean =>
  rules.some((rule) => [...one.sets].every(([own, values]) => isWithin(values, setOf(rule, own))));

function kindOf(widens: boolean, narrows: boolean): PolicyChange['kind'] {
  if (widens === narrows) return 'changes';
  return widens ? 'widens' : 'narrows';
}

/** The parameters that a rule does not keep at their defaults. */
function namedParameters(name: OperationName, rule: Sets): readonly string[] {
  return Object.entries(rowOf(name).parameters)
    .filter(([own, parameter]) => !isSame(setOf(rule, own), valueSetIn({}, own, parameter)))
    .map(([own]) => own);
}

/** Prints `m fill; w 400; h 300`; '' if every parameter has its default. */
function printNamed(rule: Sets, own: readonly string[]): string {
  return own.map((one) => `${one} ${printValues(setOf(rule, one))}`).join('; ');
}

function printRule(name: OperationName, rule: Sets): string {
  return printNamed(rule, namedParameters(name, rule)) || 'with default values';
}

/** Prints a list of rules on one line. */
export function printRules(name: OperationName, rules: readonly Rule[]): string {
  return setsOf(name, rules)
    .map((rule) => printRule(name, rule))
    .join(' | ');
}

/**
 * How similar two rules are, from 0 to 1. The result is 0 if more than one parameter has no value in
 * common, or if one rule names a parameter that excludes the default of the other.
 */
function ruleLikeness(name: OperationName, one: Sets, other: Sets): number {
  const [left, right] = [namedParameters(name, one), namedParameters(name, other)];
  const all = names(name).filter((own) => left.includes(own) || right.includes(own));
  const likenesses = all.map((own) => likeness(setOf(one, own), setOf(other, own)));
  const apart = all.filter((_own, at) => likenesses[at] === 0);
  const replaced = apart.every((own) => left.includes(own) && right.includes(own));
  if (apart.length > 1 || !replaced) return 0;
  return likenesses.reduce((sum, next) => sum + next, 0) / Math.max(all.length, 1);
}

/** Pairs old and new rules, the most similar first. */
function pairRules({ name, before, after }: Both): readonly Pair[] {
  const candidates = before
    .flatMap((one) =>
      after.map((other) => ({
        pair: { before: one, after: other },
        likeness: ruleLikeness(name, one, other),
      })),
    )
    .filter((candidate) => candidate.likeness > 0)
    .toSorted((a, b) => b.likeness - a.likeness);
  const pairs: Pair[] = [];
  for (const { pair } of candidates)
    if (!pairs.some((one) => one.before === pair.before || one.after === pair.after))
      pairs.push(pair);
  return pairs;
}

/** Prints ` (where h 300)`, which tells several rules apart. */
function printContext({ name, before, after }: Both, rule: Sets, own: string): string {
  const others = namedParameters(name, rule).filter((one) => one !== own);
  const several = Math.max(before.length, after.length) > 1;
  return several && others.length > 0 ? ` (where ${printNamed(rule, others)})` : '';
}

const withSet = ({ at, sets }: Sets, own: string, values: ValueSet): Sets => ({
  at,
  sets: new Map(sets).set(own, values),
});

/** Describes values that were added to a rule or removed from it. */
function listChange(
  both: Both,
  rule: Sets,
  own: string,
  values: ValueSet,
  came: boolean,
): PolicyChange {
  const { name, before, after } = both;
  const isNew = !isCovered(withSet(rule, own, values), came ? before : after);
  const printed = printValues(values);
  const what =
    printed === 'left out'
      ? `${came ? 'lets' : 'no longer lets'} ${name} ${own} be left out`
      : `${came ? 'adds' : 'removes'} ${name} ${own} ${printed}`;
  return {
    path: `operations.${name}.${rule.at}.${own}`,
    kind: kindOf(came && isNew, !came && isNew),
    text: `${what}${printContext(both, rule, own)}`,
  };
}

function parameterChanges(both: Both, pair: Pair, own: string): readonly PolicyChange[] {
  const { name, before, after } = both;
  const [old, now] = [setOf(pair.before, own), setOf(pair.after, own)];
  if (isSame(old, now)) return [];
  const [added, removed] = [valuesMissingFrom(now, old), valuesMissingFrom(old, now)];
  if (added !== undefined && removed !== undefined)
    return [
      ...(added.length === 0 ? [] : [listChange(both, pair.after, own, added, true)]),
      ...(removed.length === 0 ? [] : [listChange(both, pair.before, own, removed, false)]),
    ];
  const widens = !isCovered(withSet(pair.before, own, now), before);
  const narrows = !isCovered(withSet(pair.after, own, old), after);
  const text = `${name} ${own}: ${printValues(old)} becomes ${printValues(now)}`;
  return [
    {
      path: `operations.${name}.${pair.after.at}.${own}`,
      kind: kindOf(widens, narrows),
      text: `${text}${printContext(both, pair.after, own)}`,
    },
  ];
}

/** Describes rules without a similar one on the other side. */
function wholeChanges(both: Both, changed: Both, pairs: readonly Pair[]): readonly PolicyChange[] {
  const { name, before, after } = both;
  const fresh = changed.after.filter((rule) => !pairs.some((pair) => pair.after === rule));
  const gone = changed.before.filter((rule) => !pairs.some((pair) => pair.before === rule));
  const change = (rule: Sets, verb: string, kind: PolicyChange['kind']): PolicyChange => ({
    path: `operations.${name}.${rule.at}`,
    kind,
    text: `${verb} ${name} ${printRule(name, rule)}`,
  });
  return [
    ...fresh.map((rule) => change(rule, 'adds', kindOf(!isCovered(rule, before), false))),
    ...gone.map((rule) => change(rule, 'removes', kindOf(false, !isCovered(rule, after)))),
  ];
}

const isSameRule = (one: Sets, other: Sets): boolean =>
  [...one.sets].every(([own, values]) => isSame(values, setOf(other, own)));

/**
 * Describes the differences between two lists of rules of an operation. Equal rules are skipped, the
 * others are paired by similarity.
 */
export function rulesDiff(
  name: OperationName,
  before: readonly Rule[],
  after: readonly Rule[],
): readonly PolicyChange[] {
  const both: Both = { name, before: setsOf(name, before), after: setsOf(name, after) };
  const unlike = (rules: readonly Sets[], others: readonly Sets[]): readonly Sets[] =>
    rules.filter((rule) => !others.some((other) => isSameRule(rule, other)));
  const changed: Both = {
    name,
    before: unlike(both.before, both.after),
    after: unlike(both.after, both.before),
  };
  const pairs = pairRules(changed);
  return [
    ...pairs.flatMap((pair) => names(name).flatMap((own) => parameterChanges(both, pair, own))),
    ...wholeChanges(both, changed, pairs),
  ];
}
