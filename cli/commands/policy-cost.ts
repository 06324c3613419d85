import { type Assumptions, costEstimate, usualAssumptions } from '../../operator/cost/estimate.ts';
import { type PolicyCost, policyCost } from '../../operator/cost/policy-cost.ts';
import { prices, pricesRead } from '../../operator/cost/prices.ts';
import { OperatorFailure, usageFailure } from '../../operator/failure.ts';
import { resolvePolicyFile } from '../../operator/policy-files/policy-extends.ts';
import { printIssue } from '../../operator/policy-files/policy-set.ts';
import { policyIssues } from '../../shared/policy/issues.ts';
import { compilePolicy } from '../../shared/policy/policy.ts';
import type { ValidPolicy } from '../../shared/policy/schema.ts';
import { validPolicy } from '../../shared/policy/validation.ts';
import { type CommonOptions, command, runCommand } from '../command.ts';
import { groupedBig, printCost } from '../print/cost.ts';

type Options = CommonOptions & {
  readonly max?: string;
  readonly sources: string;
  readonly views: string;
};

async function documentIn(file: string): Promise<ValidPolicy> {
  const document = await resolvePolicyFile(file);
  const issues = policyIssues(document);
  if (issues.length > 0)
    throw new OperatorFailure(
      'invalid_policy',
      issues.map((issue) => printIssue(file, issue)).join('\n'),
    );
  return validPolicy(document);
}

/** A whole number of so many digits at most. */
function wholeNumber(option: string, text: string, digits: number): bigint {
  if (!/^(?:0|[1-9][0-9]*)$/.test(text) || text.length > digits)
    throw usageFailure(`${option} is "${text}"; write a whole number of up to ${digits} digits`);
  return BigInt(text);
}

function assumptionsIn({ sources, views }: Options): Assumptions {
  return {
    ...usualAssumptions,
    sources: Number(wholeNumber('--sources', sources, 12)),
    viewsPerMonth: Number(wholeNumber('--views', views, 12)),
  };
}

/** Why the count is not within `--max`; nothing when it is. What may be above counts as above. */
function aboveMax({ derivativesPerSource, exact }: PolicyCost, max: bigint | undefined) {
  if (max === undefined || (exact && derivativesPerSource <= max)) return undefined;
  const count = `${exact ? '' : 'at least '}${groupedBig(derivativesPerSource)}`;
  const over = derivativesPerSource > max ? 'more than' : 'perhaps more than';
  return `The policy allows ${count} derivatives of each source, ${over} the ${groupedBig(max)} of --max; narrow its rules or raise --max.`;
}

/** What is counted is what holds when reporting ends. */
function reporting({ mode, reportUntil }: ValidPolicy): string | undefined {
  if (mode !== 'report') return undefined;
  return `Until ${reportUntil} the policy only reports, and any other derivative is made too.`;
}

/** JSON has no whole numbers beyond these: a larger one is a text of its digits. */
function jsonNumber(_key: string, value: unknown): unknown {
  if (typeof value !== 'bigint') return value;
  return value <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(value) : String(value);
}

const plain = (value: object): object => JSON.parse(JSON.stringify(value, jsonNumber)) as object;

async function cost(file: string, options: Options): Promise<void> {
  await runCommand(options, async () => {
    const max = options.max === undefined ? undefined : wholeNumber('--max', options.max, 60);
    const assumed = assumptionsIn(options);
    const document = await documentIn(file);
    const counted = policyCost(compilePolicy(document));
    const estimate = costEstimate(counted.derivativesPerSource, assumed);
    const above = aboveMax(counted, max);
    const lines = [
      printCost(document.tenant, counted, estimate, assumed),
      reporting(document),
      above,
    ];
    return {
      text: lines.filter((line) => line !== undefined).join('\n'),
      json: plain({
        tenant: document.tenant,
        ...counted,
        ...(max === undefined ? {} : { max, aboveMax: above ?? null }),
        ...(document.mode === 'report' ? { reportUntil: document.reportUntil } : {}),
        estimate,
        assumptions: assumed,
        prices: { read: pricesRead, ...prices },
      }),
      exit: above === undefined ? 0 : 1,
    };
  });
}

export const costCommand = command(
  'cost <file>',
  'Say how many derivatives of each source a policy allows, and what they may cost',
)
  .option('--max <count>', 'exit with 1 when a source may have more derivatives than this')
  .option('--sources <count>', 'how many sources to reckon with', `${usualAssumptions.sources}`)
  .option('--views <count>', 'how many views a month', `${usualAssumptions.viewsPerMonth}`)
  .action(cost);
