import type { Policy } from '../../shared/policy/policy.ts';
import { requestedRecipe } from '../../shared/request/mint.ts';
import { separator } from '../../shared/url/path.ts';
import { usageFailure } from '../failure.ts';
import { onlineSigner, policyOf } from '../keys/signer.ts';
import { readOperations } from '../mint/recipe-input.ts';
import type { Progress } from '../progress.ts';
import type { Installation, OpenInstallation } from '../target/target.ts';
import { requestRetries } from './derivative-request.ts';
import { isRereadable, readList } from './list.ts';
import { countDerivatives } from './list-count.ts';
import { type PrewarmRun, prewarm } from './prewarm.ts';
import { openState } from './state.ts';
import { countAllRefused, emptyPrewarm, type PrewarmTally } from './tally.ts';

export type PrewarmRequest = {
  readonly tenant: string;
  /** A file with a source path per line; `-` is stdin. */
  readonly list: string;
  /** What to make for a line without operations; empty for all presets of the policy. */
  readonly recipes: readonly (readonly string[])[];
  /** The number of simultaneous requests. */
  readonly concurrency: number;
  /** The file that records what was made; undefined to record nothing. */
  readonly stateFile: string | undefined;
  /** Whether to ignore what the file records. */
  readonly fresh: boolean;
};

/** How a door shows a run, and how it stops one. */
export type PrewarmControl = {
  /** The tally changes during the run. `total` is the number of derivatives in the list, if it is known. */
  readonly startProgress: (tally: PrewarmTally, total: number | undefined) => Progress;
  /** Whether to read the list once more at the start, to know the number. */
  readonly needsTotal: boolean;
  /** Runs the work, and aborts its signal to stop it. */
  readonly runInterruptibly: (work: (signal: AbortSignal) => Promise<void>) => Promise<void>;
};

export type PrewarmResult = {
  readonly tenant: string;
  readonly tally: PrewarmTally;
  /** Whether the run was stopped before the end of the list. */
  readonly stopped: boolean;
  readonly stateFile: string | undefined;
  /** How many derivatives the file records; undefined without a file. */
  readonly keys: number | undefined;
  /** Whether the whole list was worked through and nothing was refused or failed. */
  readonly complete: boolean;
};

/** Reads a recipe as it is written in a URL. Throws `malformed` or `usage`. */
export function readRecipe(tenant: string, text: string): readonly string[] {
  const operations = text.split(separator);
  requestedRecipe({ tenant, path: '', ...readOperations(operations), exp: undefined });
  return operations;
}

function recipesOfPresets({ presets, tenant }: Policy): readonly (readonly string[])[] {
  if (presets.size === 0)
    throw usageFailure(
      `${tenant} has no presets; name what to make with --recipe, such as resize,w_640`,
    );
  return [...presets.keys()].map((name) => [`style,n_${name}`]);
}

type PreparedRun = Omit<PrewarmRun, 'lines' | 'state' | 'signal' | 'progress'>;

async function prepareRun(
  { concurrency, recipes, tenant }: PrewarmRequest,
  installation: Installation,
): Promise<PreparedRun> {
  const signer = await onlineSigner(installation, tenant);
  const policy = signer.policy ?? (await policyOf(installation, tenant));
  return {
    tenant,
    policy,
    recipes: recipes.length > 0 ? recipes : recipesOfPresets(policy),
    signer,
    crypto: installation.crypto,
    clock: installation.clock,
    patience: requestRetries,
    concurrency,
  };
}

/**
 * Requests every derivative of a list that is not recorded as made. Refused and failed derivatives
 * are part of the result. Throws `usage`, `unreadable_file`, `unwritable_file`, `not_a_state` or
 * `state_full`.
 */
export async function prewarmList(
  open: OpenInstallation,
  request: PrewarmRequest,
  { needsTotal, startProgress, runInterruptibly }: PrewarmControl,
): Promise<PrewarmResult> {
  const { fresh, list, stateFile, tenant } = request;
  const installation = await open();
  const isCounted = (await isRereadable(list)) && needsTotal;
  const prepared = await prepareRun(request, installation);
  const state = await openState(stateFile, { fresh });
  const tally = emptyPrewarm();
  const total = isCounted ? await countDerivatives(list, prepared) : undefined;
  const progress = startProgress(tally, total);
  let stopped = false;
  try {
    await runInterruptibly(async (signal) => {
      await prewarm({ ...prepared, lines: readList(list, signal), state, progress, signal }, tally);
      stopped = signal.aborted;
    });
  } finally {
    progress.end();
    state.close();
  }
  const complete = !stopped && countAllRefused(tally) + tally.failed === 0;
  return { tenant, tally, stopped, stateFile, keys: state.size(), complete };
}
