import { type Assumptions, usualAssumptions } from '../../operator/cost/estimate.ts';
import { costOfFile } from '../../operator/cost/file-cost.ts';
import { uncountedOperations } from '../../operator/cost/policy-cost.ts';
import { prices, pricesRead } from '../../operator/cost/prices.ts';
import { usageFailure } from '../../operator/failure.ts';
import { type CommonOptions, command, runCommand } from '../command.ts';
import { printAboveMax, printCost } from '../print/cost.ts';

type Options = CommonOptions & {
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

/** Numbers that JSON cannot hold exactly become strings of digits. */
function toJsonNumber(_key: string, value: unknown): unknown {
  if (typeof value !== 'bigint') return value;
  return value <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(value) : String(value);
}

const toJson = (value: object): object => JSON.parse(JSON.stringify(value, toJsonNumber)) as object;

async function cost(file: string, options: Options): Promise<void> {
  await runCommand(options, async () => {
    const max = options.max === undefined ? undefined : readWholeNumber('--max', options.max, 60);
    const assumed = readAssumptions(options);
    const found = await costOfFile(file, assumed, max);
    const above = printAboveMax(found, max);
    const text = printCost(found, assumed);
    return {
      text: above === undefined ? text : `${text}\n${above}`,
      json: toJson({
        tenant: found.tenant,
        ...found.cost,
        uncounted: uncountedOperations,
        ...(max === undefined ? {} : { max, aboveMax: above ?? null }),
        ...(found.reportUntil === undefined ? {} : { reportUntil: found.reportUntil }),
        estimate: found.estimate,
        assumptions: assumed,
        prices: { read: pricesRead, ...prices },
      }),
      exit: above === undefined ? 0 : 1,
    };
  });
}

export const costCommand = command(
  'cost <file>',
  'Show how many derivatives of each source a policy allows, and what they may cost',
)
  .option('--max <count>', 'exit with 1 if a source may have more derivatives than this')
  .option('--sources <count>', 'number of sources', `${usualAssumptions.sources}`)
  .option('--views <count>', 'views per month', `${usualAssumptions.viewsPerMonth}`)
  .action(cost);
