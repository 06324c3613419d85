import { rowOf } from '../../shared/operations/table.ts';
import type { PolicyIssue } from '../../shared/policy/issues.ts';
import { compilePolicy, type Policy } from '../../shared/policy/policy.ts';
import type { ValidPolicy } from '../../shared/policy/schema.ts';
import { countValues, valueSetIn } from '../../shared/policy/value-set.ts';
import { type OperationShare, policyCost } from './policy-cost.ts';
import { countStepsQuickly } from './step-count.ts';

/**
 * More derivatives of one source than any page needs. At 60 kB each they are 600 MB for one source and
 * 600 GB for a thousand, which a faulty or stolen signing key could have Signet draw and store.
 */
export const wideDerivatives = 10_000n;

/** How many parameters a warning names. */
const namedParameters = 2;

/** The parameters of an operation with the most values, the largest first. */
function widestParameters({ rules }: Policy, name: OperationShare['name']): readonly string[] {
  const counted = Object.entries(rowOf(name).parameters).map(([own, parameter]) => {
    const counts = (rules.get(name) ?? []).map((rule) =>
      countValues(valueSetIn(rule, own, parameter)),
    );
    return { own, values: Math.max(...counts) };
  });
  return counted
    .filter(({ values }) => values > 1)
    .toSorted((a, b) => b.values - a.values)
    .slice(0, namedParameters)
    .map(({ own }) => own);
}

const printAdvice = (parameters: readonly string[]): string =>
  parameters.length === 0 ? 'allow fewer operations' : `narrow ${parameters.join(' and ')}`;

/** Warns of a policy that allows very many derivatives per source, and names the widest operation. */
export function costWarnings(document: ValidPolicy): readonly PolicyIssue[] {
  const policy = compilePolicy(document);
  const { derivativesPerSource, operations } = policyCost(policy, countStepsQuickly);
  const [widest] = operations.toSorted((a, b) => (a.steps < b.steps ? 1 : -1));
  if (derivativesPerSource <= wideDerivatives || widest === undefined) return [];
  const ways = widest.steps.toLocaleString('en-US');
  const bound = wideDerivatives.toLocaleString('en-US');
  const advice = printAdvice(widestParameters(policy, widest.name));
  return [
    {
      path: `operations.${widest.name}`,
      message: `allows ${ways} ${widest.steps === 1n ? 'combination' : 'combinations'}, and the policy more than ${bound} derivatives per source; ${advice}`,
    },
  ];
}
