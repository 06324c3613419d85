import { engineOf } from '../../shared/objects/derivatives.ts';
import type { DescribedStore } from '../../shared/ports.ts';
import type { Progress } from '../progress.ts';
import { type Pace, paceWork, type Waiting } from './pace.ts';
import { readsPerSecond, visitKeys } from './visit-keys.ts';

/** Counts of a walk over derivatives, while it runs. */
export type EngineTally = {
  /** How many were looked at. */
  examined: number;
  /** How many of them an older engine made. */
  older: number;
  deleted: number;
};

/** A walk over derivatives that deletes those of older engines, or only counts them. */
export type EngineWalk = Waiting & {
  readonly derivatives: DescribedStore;
  /** Derivatives of engines with a lower version are older. */
  readonly before: number;
  /** The most deletions per second. 0 to delete nothing. */
  readonly deletionsPerSecond: number;
  readonly progress: Progress;
  /** Once aborted, nothing further is looked at or deleted. */
  readonly signal: AbortSignal;
};

/** The most keys that S3 deletes in one request. */
const largestBatch = 1_000;

/** Deletes keys in batches, each of at most one second's worth. */
function deleteInBatches(walk: EngineWalk, tally: EngineTally) {
  const { deletionsPerSecond, derivatives, signal } = walk;
  const pace = paceWork(deletionsPerSecond, walk, signal);
  const size = Math.min(largestBatch, deletionsPerSecond);
  let keys: string[] = [];
  const flush = async (): Promise<void> => {
    const batch = keys;
    keys = [];
    if (batch.length === 0) return;
    await pace(batch.length);
    if (signal.aborted) return;
    await derivatives.remove(batch);
    tally.deleted += batch.length;
  };
  const add = async (key: string): Promise<void> => {
    keys.push(key);
    if (keys.length >= size) await flush();
  };
  return { add, flush };
}

/** A listing does not say which engine made an object, so each is asked for. */
async function isOlder(walk: EngineWalk, pace: Pace, key: string): Promise<boolean> {
  await pace(1);
  const described = await walk.derivatives.describe(key);
  // What is missing by now has been deleted by somebody else.
  return described !== 'missing' && engineOf(described.metadata) < walk.before;
}

/**
 * Looks at every derivative of a tenant and counts into the tally. Deleting is idempotent, so a walk that
 * was stopped can begin again. Throws `PortFailure` after the requests in progress have ended.
 */
export async function walkEngines(
  walk: EngineWalk,
  tenant: string,
  tally: EngineTally,
): Promise<void> {
  const { deletionsPerSecond, derivatives, progress, signal } = walk;
  const pace = paceWork(readsPerSecond, walk, signal);
  const deletion = deletionsPerSecond > 0 ? deleteInBatches(walk, tally) : undefined;
  await visitKeys(derivatives.list(`${tenant}/`), signal, async (key) => {
    const older = await isOlder(walk, pace, key);
    tally.examined += 1;
    if (older) tally.older += 1;
    if (older) await deletion?.add(key);
    progress.advance(1);
  });
  await deletion?.flush();
}
