import { purgingSource } from '../../../shared/objects/purge.ts';
import { tenantNames } from '../../../shared/versions/tenants.ts';
import type { Progress } from '../../progress.ts';
import { paceWork, type Waiting } from '../../purge/pace.ts';
import { readsPerSecond, visitKeys } from '../../purge/visit-keys.ts';
import type { Installation } from '../../target/target.ts';
import { findDerivativeFault, readDerivativeKey } from './derivative-check.ts';
import { headerBytes } from './image-header.ts';

/* The walk over stored derivatives. What it keeps in memory does not grow with their number. */

/** How a door shows the walk, and stops it. */
export type DeepControl = {
  readonly startProgress: () => Progress;
  /** Once aborted, nothing further is looked at. */
  readonly signal: AbortSignal;
  readonly wait: Waiting['wait'];
};

/** A derivative that does not match its key. `source` is the path to purge, if the key names one. */
export type WrongDerivative = {
  readonly key: string;
  readonly why: string;
  readonly source: string | undefined;
};

/** The wrong derivatives below one folder. */
export type WrongFolder = {
  readonly tenant: string;
  /** Whether it is the folder of a live tenant. */
  readonly isLive: boolean;
  readonly count: number;
  /** The first ones. */
  readonly examples: readonly WrongDerivative[];
};

export type DeepReport = {
  readonly examined: number;
  readonly folders: readonly WrongFolder[];
  /** False if the walk was stopped. */
  readonly complete: boolean;
};

/** The most wrong derivatives that are kept of each folder, and the most folders. */
const keptExamples = 10;
const keptFolders = 1_000;

type Tally = {
  examined: number;
  readonly live: ReadonlySet<string>;
  readonly folders: Map<string, WrongFolder>;
};

function addWrong({ folders, live }: Tally, tenant: string, wrong: WrongDerivative): void {
  const before = folders.get(tenant) ?? {
    tenant,
    isLive: live.has(tenant),
    count: 0,
    examples: [],
  };
  if (before.count === 0 && folders.size >= keptFolders) return;
  const examples = [...before.examples, wrong].slice(0, keptExamples);
  folders.set(tenant, { ...before, count: before.count + 1, examples });
}

/** Looks at one derivative. Undefined if it is in order, or gone by now. */
async function examine(
  { crypto, derivatives }: Installation,
  live: ReadonlySet<string>,
  key: string,
): Promise<WrongDerivative | undefined> {
  const derivative = readDerivativeKey(key);
  const source = purgingSource(key)?.path;
  if (typeof derivative === 'string') return { key, why: derivative, source };
  const { tenant } = derivative;
  if (!live.has(tenant)) return { key, why: 'there is no such tenant', source };
  const peeked = await derivatives.peek(key, headerBytes);
  if (peeked === 'missing') return undefined;
  const why = findDerivativeFault(crypto, derivative, peeked);
  return why === undefined ? undefined : { key, why, source };
}

/**
 * Looks at the derivatives of some tenants, or at all that are stored, also of folders that are none of a tenant. One
 * read of a few kilobytes for each, up to 1,000 a second. Throws `PortFailure`.
 */
export async function walkDerivatives(
  installation: Installation,
  tenants: readonly string[] | 'all',
  { startProgress, signal, wait }: DeepControl,
): Promise<DeepReport> {
  const { clock, config, derivatives } = installation;
  const live = new Set(await tenantNames(config));
  const tally: Tally = { examined: 0, live, folders: new Map() };
  const pace = paceWork(readsPerSecond, { clock, wait }, signal);
  const progress = startProgress();
  const visit = async (key: string): Promise<void> => {
    await pace(1);
    if (signal.aborted) return;
    const wrong = await examine(installation, live, key);
    if (wrong !== undefined) addWrong(tally, key.split('/')[0] ?? '', wrong);
    tally.examined += 1;
    progress.advance(1);
  };
  try {
    const prefixes = tenants === 'all' ? [''] : tenants.map((tenant) => `${tenant}/`);
    for (const prefix of prefixes) await visitKeys(derivatives.list(prefix), signal, visit);
  } finally {
    progress.end();
  }
  return {
    examined: tally.examined,
    folders: [...tally.folders.values()],
    complete: !signal.aborted,
  };
}
