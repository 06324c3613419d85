import { type OperationName, operationNames, rowOf } from '../../../shared/operations/table.ts';
import type { Policy } from '../../../shared/policy/policy.ts';
import {
  isRange,
  type Member,
  nextInSorted,
  type ValueSet,
} from '../../../shared/policy/value-set.ts';
import { judge } from './policy-judge.ts';
import { nameOf, printOperation } from './recipe-text.ts';

/** How many recipes there are at most, and how wide their pictures are about. */
const most = 12;
const ideaWidth = 240;

type Idea = readonly string[];

/** A value in the middle, because those at the ends often change little. */
const middleOf = (values: ValueSet): Member | undefined =>
  isRange(values)
    ? values.min + Math.floor((values.max - values.min) / values.step / 2) * values.step
    : values.filter((one) => one !== null)[Math.floor(values.length / 2)];

/** The operation with values that one rule of the policy names. */
function fromRule(policy: Policy, name: OperationName): string {
  const [rule = {}] = policy.rules.get(name) ?? [];
  const values = Object.entries(rule).flatMap(([own, set]) => {
    const value = set === undefined ? undefined : middleOf(set);
    return value === undefined || value === null ? [] : [[own, String(value)] as const];
  });
  return printOperation(name, Object.fromEntries(values));
}

const exampleOf = (name: OperationName): string =>
  rowOf(name)
    .example.split('__op__')
    .find((one) => nameOf(one) === name) ?? name;

/** Spellings of one idea, best first: small and in the best format, or as the policy allows it. */
function spellings(small: Idea, own: readonly string[]): readonly Idea[] {
  return own.flatMap((one) => [[...small, one, 'format,f_auto'], [...small, one], [one]]);
}

/** A crop needs a place in the source, whose size the policy does not know. */
const isDrawn = (name: OperationName): boolean =>
  rowOf(name).step !== undefined && !['resize', 'crop', 'indexcrop'].includes(name);

function ideasOf(policy: Policy): readonly (readonly Idea[])[] {
  const width = policy.snapLengths.w.rules
    .flatMap(({ lengths }) => nextInSorted(lengths, ideaWidth) ?? [])
    .toSorted((one, other) => one - other)[0];
  const small = width === undefined ? [] : [`resize,w_${width}`];
  // What is drawn last is seen best.
  const drawn = operationNames.filter(isDrawn).toReversed();
  return [
    ...[...policy.presets.keys()].map((name) => [[`style,n_${name}`]]),
    [[...small, 'format,f_auto'], small],
    ...drawn
      .filter((name) => policy.rules.has(name))
      .map((name) => spellings(small, [exampleOf(name), fromRule(policy, name)])),
  ];
}

/**
 * A dozen recipes that the policy allows for a source: its presets, a small picture, and each operation alone. Each is
 * judged by the code of the edge, so none of them is refused.
 */
export const recipeIdeas = (policy: Policy, path: string): readonly Idea[] =>
  ideasOf(policy)
    .flatMap((tried) => {
      const served = tried.find((one) => one.length > 0 && judge(policy, path, one) === undefined);
      return served === undefined ? [] : [served];
    })
    .slice(0, most);
