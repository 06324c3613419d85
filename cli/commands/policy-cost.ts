import { type Assumptions, usualAssumptions } from '../../operator/cost/estimate.ts';
import { costOfPolicies, type PolicyFileCost } from '../../operator/cost/file-cost.ts';
import { uncountedOperations } from '../../operator/cost/policy-cost.ts';
import { prices, pricesRead } from '../../operator/cost/prices.ts';
import { usageFailure } from '../../operator/failure.ts';
import { resultsOf } from '../../operator/tenants/outcomes.ts';
import { type AllOption, addAllOption, readSelection } from '../base/tenant-options.ts';
import { type CommonOptions, command, runCommand } from '../command.ts';
import { printAboveMax, printCost, printCosts } from '../print/cost.ts';
import { bigToJson } from '../print/json-number.ts';
import { outcomesExit, outcomesJson } from '../print/outcomes.ts';
import { tenantProgress } from '../progress/fleet.ts';

type Options = CommonOptions &
  AllOption & {
    readonly max?: string;
    readonly sources: string;
    readonly views: string;
  };

/** Reads a whole number of at most so many digits. */
function readWholeNumber(option: string, text: string, digits: number): bigint {
  if (!/^(?:0|[1-9][0-9]*)$/.test(text) || text.length > digits)
    throw usageFailure(`${option} is "${text}"; write a whole number of up to ${digits} digits`);
  return BigInt(text);
}

function readAssumptions({ sources, views }: Options): Assumptions {
  return {
    ...usualAssumptions,
    sources: Number(readWholeNumber('--sources', sources, 12)),
    viewsPerMonth: Number(readWholeNumber('--views', views, 12)),
  };
}

function costJson(found: PolicyFileCost, assumed: Assumptions, max: bigint | undefined): object {
  const above = printAboveMax(found, max);
  return bigToJson({
    tenant: found.tenant,
    ...found.cost,
    uncounted: uncountedOperations,
    ...(max === undefined ? {} : { max, aboveMax: above ?? null }),
    ...(found.reportUntil === undefined ? {} : { reportUntil: found.reportUntil }),
    estimate: found.estimate,
    assumptions: assumed,
    prices: { read: pricesRead, ...prices },
  });
}

async function cost(operands: readonly string[], options: Options): Promise<void> {
  await runCommand(options, async (open) => {
    const max = options.max === undefined ? undefined : readWholeNumber('--max', options.max, 60);
    const assumed = readAssumptions(options);
    const control = { startProgress: tenantProgress(options.json ?? false) };
    const selection = readSelection(operands, options);
    const outcomes = await costOfPolicies(open, selection, { assumed, max }, control);
    const all = resultsOf(outcomes);
    const above = all.flatMap((one) => printAboveMax(one, max) ?? []);
    const exit = above.length > 0 ? 1 : outcomesExit(outcomes);
    const toJson = (one: PolicyFileCost) => costJson(one, assumed, max);
    const [only] = all;
    if (only === undefined || outcomes.length > 1)
      return {
        text: printCosts(outcomes, assumed, max),
        json: outcomesJson(outcomes, toJson),
        exit,
      };
    return { text: [printCost(only, assumed), ...above].join('\n'), json: toJson(only), exit };
  });
}

export const costCommand = addAllOption(
  command(
    'cost [policies...]',
    'Show how many derivatives of each source policies allow, and what they may cost: those in files and folders, or the live ones of tenants. Several are shown as a table',
  ),
)
  .option('--max <count>', 'exit with 1 if a source may have more derivatives than this')
  .option('--sources <count>', 'number of sources', `${usualAssumptions.sources}`)
  .option('--views <count>', 'views per month', `${usualAssumptions.viewsPerMonth}`)
  .action(cost);
