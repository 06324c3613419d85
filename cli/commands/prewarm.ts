import { resolve } from 'node:path';
import { usageFailure } from '../../operator/failure.ts';
import {
  type PrewarmControl,
  type PrewarmRequest,
  prewarmList,
  readRecipe,
} from '../../operator/prewarm/prewarm-list.ts';
import type { PrewarmTally } from '../../operator/prewarm/tally.ts';
import type { Progress } from '../../operator/progress.ts';
import { runInterruptibly } from '../base/interruption.ts';
import { collectValues } from '../base/options.ts';
import { type CommonOptions, command, runCommand } from '../command.ts';
import { prewarmJson, printPrewarm, printPrewarmProgress } from '../print/prewarm.ts';
import { countUnit, progressOn } from '../progress/bar.ts';
import { hasBar } from '../progress/counted.ts';
import { progressLines, writeProgress } from '../progress/lines.ts';

type Options = CommonOptions & {
  readonly recipe?: readonly string[];
  readonly concurrency: string;
  readonly state?: string;
  readonly fresh?: true;
};

function readConcurrency(text: string): number {
  if (!/^(?:[1-9]|[1-5][0-9]|6[0-4])$/.test(text))
    throw usageFailure(`--concurrency is "${text}"; write a whole number from 1 to 64`);
  return Number(text);
}

function chooseStateFile(list: string, { fresh, state }: Options): string | undefined {
  const file = state ?? (list === '-' ? undefined : `${list}.done`);
  if (file === undefined && fresh)
    throw usageFailure('--fresh needs --state when the list is stdin');
  if (file !== undefined && list !== '-' && resolve(file) === resolve(list))
    throw usageFailure('--state names the list itself; name another file');
  return file;
}

function readRequest(tenant: string, list: string, options: Options): PrewarmRequest {
  return {
    tenant,
    list,
    recipes: (options.recipe ?? []).map((text) => readRecipe(tenant, text)),
    concurrency: readConcurrency(options.concurrency),
    stateFile: chooseStateFile(list, options),
    fresh: options.fresh ?? false,
  };
}

function startProgress(tally: PrewarmTally, total: number | undefined, json: boolean): Progress {
  if (hasBar(json)) return progressOn(process.stderr, total, false, countUnit('image'));
  const write = (line: string): void => writeProgress(line, json);
  return progressLines(write, Date.now, () => printPrewarmProgress(tally));
}

const controlOnTerminal = (json: boolean): PrewarmControl => ({
  startProgress: (tally, total) => startProgress(tally, total, json),
  needsTotal: hasBar(json),
  runInterruptibly: (work) =>
    runInterruptibly(work, () => writeProgress('stopping after the requests in progress', json)),
});

async function prewarm(tenant: string, list: string, options: Options): Promise<void> {
  await runCommand(options, async (open) => {
    const request = readRequest(tenant, list, options);
    const control = controlOnTerminal(options.json ?? false);
    const result = await prewarmList(open, request, control);
    return { text: printPrewarm(result), json: prewarmJson(result), exit: result.complete ? 0 : 1 };
  });
}

export const prewarmCommand = command(
  'prewarm <tenant> <list>',
  'Make derivatives before they are requested. The list is a file, or - for stdin, with one source path per line, not percent-encoded. A line may add its own operations, each after a tab. Lines that begin with # are comments; \\# begins a path with #. Derivatives that were made are recorded, so a stopped run can continue',
)
  .option(
    '--recipe <operations>',
    'what to make for a line without operations, as in a URL: resize,w_640__op__format,f_auto; may be repeated (default: all presets)',
    collectValues,
  )
  .option('--concurrency <number>', 'number of simultaneous requests, 1 to 64', '4')
  .option(
    '--state <file>',
    'file that records what was made (default: the name of the list and .done; none for stdin)',
  )
  .option('--fresh', 'ignore what earlier runs recorded')
  .action(prewarm);
