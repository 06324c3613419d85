import { resolve } from 'node:path';
import { usageFailure } from '../../operator/failure.ts';
import { onlineSigner, policyOf } from '../../operator/keys/signer.ts';
import { requestRetries } from '../../operator/prewarm/derivative-request.ts';
import { listBytes, readList } from '../../operator/prewarm/list.ts';
import { type Prewarming, prewarm } from '../../operator/prewarm/prewarm.ts';
import { openState, type PrewarmState } from '../../operator/prewarm/state.ts';
import { emptyPrewarm, type PrewarmTally, refusedInAll } from '../../operator/prewarm/tally.ts';
import type { Progress } from '../../operator/progress.ts';
import { readOperations } from '../../operator/recipe-input.ts';
import type { Installation } from '../../operator/target/target.ts';
import type { Policy } from '../../shared/policy/policy.ts';
import { requestedRecipe } from '../../shared/request/mint.ts';
import { separator } from '../../shared/url/path.ts';
import { interruptible } from '../base/interruption.ts';
import { collect } from '../base/options.ts';
import { type CommonOptions, command, type Result, runCommand } from '../command.ts';
import { prewarmJson, prewarmSoFar, printPrewarm } from '../print/prewarm.ts';
import { progressOn } from '../progress/bar.ts';
import { progressLines } from '../progress/lines.ts';

type Options = CommonOptions & {
  readonly recipe?: readonly string[];
  readonly concurrency: string;
  readonly state?: string;
  readonly fresh?: true;
};

type Settings = {
  readonly tenant: string;
  readonly list: string;
  readonly recipes: readonly (readonly string[])[];
  readonly concurrency: number;
  readonly stateFile: string | undefined;
  readonly fresh: boolean;
  readonly json: boolean;
};

/** Throws `malformed` at once for what would be wrong on every line. */
function readRecipe(tenant: string, text: string): readonly string[] {
  const operations = text.split(separator);
  requestedRecipe({ tenant, path: '', ...readOperations(operations), exp: undefined });
  return operations;
}

function readConcurrency(text: string): number {
  if (!/^(?:[1-9]|[1-5][0-9]|6[0-4])$/.test(text))
    throw usageFailure(`--concurrency is "${text}"; write a whole number from 1 to 64`);
  return Number(text);
}

function stateFor(list: string, { fresh, state }: Options): string | undefined {
  const file = state ?? (list === '-' ? undefined : `${list}.done`);
  if (file === undefined && fresh)
    throw usageFailure('--fresh needs --state where the list is stdin');
  if (file !== undefined && list !== '-' && resolve(file) === resolve(list))
    throw usageFailure('--state names the list itself; name another file');
  return file;
}

function readSettings(tenant: string, list: string, options: Options): Settings {
  return {
    tenant,
    list,
    recipes: (options.recipe ?? []).map((text) => readRecipe(tenant, text)),
    concurrency: readConcurrency(options.concurrency),
    stateFile: stateFor(list, options),
    fresh: options.fresh ?? false,
    json: options.json ?? false,
  };
}

function presetsOf({ presets, tenant }: Policy): readonly (readonly string[])[] {
  if (presets.size === 0)
    throw usageFailure(
      `${tenant} has no presets; say what to make with --recipe, such as resize,w_640`,
    );
  return [...presets.keys()].map((name) => [`style,n_${name}`]);
}

function progressFor(tally: PrewarmTally, json: boolean, bytes: number | undefined): Progress {
  const { stderr } = process;
  if (stderr.isTTY && !json) return progressOn(stderr, bytes, false);
  const write = (line: string): void =>
    void stderr.write(json ? `${JSON.stringify({ progress: line })}\n` : `signet: ${line}\n`);
  return progressLines(write, Date.now, () => prewarmSoFar(tally));
}

function sayStopping(json: boolean): void {
  const message = 'stopping after the requests under way';
  process.stderr.write(
    json ? `${JSON.stringify({ progress: message })}\n` : `signet: ${message}\n`,
  );
}

type Prepared = Omit<Prewarming, 'lines' | 'state' | 'signal' | 'progress'>;

async function prepare(settings: Settings, target: Installation): Promise<Prepared> {
  const { concurrency, recipes, tenant } = settings;
  const signer = await onlineSigner(target, tenant);
  const policy = signer.policy ?? (await policyOf(target, tenant));
  return {
    tenant,
    policy,
    recipes: recipes.length > 0 ? recipes : presetsOf(policy),
    signer,
    crypto: target.crypto,
    clock: target.clock,
    patience: requestRetries,
    concurrency,
  };
}

/** Works the list off; whether it was stopped before its end. */
async function workOff(
  { json, list }: Settings,
  prepared: Prepared,
  tally: PrewarmTally,
  progress: Progress,
  state: PrewarmState,
): Promise<boolean> {
  const work = async (signal: AbortSignal): Promise<boolean> => {
    await prewarm({ ...prepared, lines: readList(list, signal), state, progress, signal }, tally);
    return signal.aborted;
  };
  try {
    return await interruptible(work, () => sayStopping(json));
  } finally {
    progress.end();
    state.close();
  }
}

async function prewarmList(settings: Settings, target: Installation): Promise<Result> {
  const { fresh, json, list, stateFile, tenant } = settings;
  const bytes = await listBytes(list);
  const prepared = await prepare(settings, target);
  const state = await openState(stateFile, { fresh });
  const tally = emptyPrewarm();
  const progress = progressFor(tally, json, bytes);
  const stopped = await workOff(settings, prepared, tally, progress, state);
  const end = { tenant, stopped, stateFile, keys: state.size() };
  const bad = stopped || refusedInAll(tally) + tally.failed > 0;
  return { text: printPrewarm(tally, end), json: prewarmJson(tally, end), exit: bad ? 1 : 0 };
}

async function prewarmWith(tenant: string, list: string, options: Options): Promise<void> {
  await runCommand(options, async (open) => {
    const settings = readSettings(tenant, list, options);
    return prewarmList(settings, await open());
  });
}

export const prewarmCommand = command(
  'prewarm <tenant> <list>',
  'Make derivatives before anybody asks. The list is a file, or - for stdin, with a source path a line, as it is and not percent-encoded; a line may bring its own operations, each after a tab. Lines that begin with # are remarks (\\# begins a path). What was made is remembered, so a run that was stopped goes on where it was',
)
  .option(
    '--recipe <operations>',
    'what to make of a line without operations, as in a URL: resize,w_640__op__format,f_auto; may be repeated (default: all presets)',
    collect,
  )
  .option('--concurrency <number>', 'how many requests are under way at a time, 1 to 64', '4')
  .option(
    '--state <file>',
    'where it is remembered what was made (default: the list with .done behind it; none for stdin)',
  )
  .option('--fresh', 'forget what was made in earlier runs')
  .action(prewarmWith);
