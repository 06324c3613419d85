import { tenantTag } from '../../shared/objects/derivatives.ts';
import { engineVersion } from '../../shared/operations/engine.ts';
import { tenantNames } from '../../shared/versions/tenants.ts';
import { usageFailure } from '../failure.ts';
import { missingTenant } from '../policies/policy-change.ts';
import type { Progress } from '../progress.ts';
import type { Installation, OpenInstallation } from '../target/target.ts';
import { checkTenantName } from '../tenants/tenant-name.ts';
import { type EngineTally, type EngineWalk, walkEngines } from './engine-walk.ts';
import { timerWait, type Waiting } from './pace.ts';

export type EnginePurgeRequest = {
  /** Undefined for all tenants. */
  readonly tenant: string | undefined;
  /** Derivatives of engines with a lower version are deleted. */
  readonly before: number;
  /** The most deletions per second. */
  readonly rate: number;
  /** Only counts. */
  readonly dryRun: boolean;
};

/** How a door shows the walks, asks, and lets a person stop them. */
export type EnginePurgeControl = {
  /** Gets what would be deleted, before the first deletion. Left out if nobody is to be asked. */
  readonly confirm?: (found: Readonly<EngineTally>) => Promise<void>;
  readonly startProgress: (tally: Readonly<EngineTally>) => Progress;
  readonly runInterruptibly: (work: (signal: AbortSignal) => Promise<void>) => Promise<void>;
  readonly wait?: Waiting['wait'];
};

export type EnginePurge = Readonly<EngineTally> & {
  readonly before: number;
  readonly tenants: number;
  readonly dryRun: boolean;
  /** Whether every derivative was looked at. */
  readonly complete: boolean;
};

/** Throws `usage` for a version that no older engine can have, and for one that would delete what is made now. */
function checkEngine(before: number): void {
  if (before > engineVersion)
    throw usageFailure(
      `--engine-before is ${before}, and this release makes images with engine ${engineVersion}; write at most ${engineVersion}`,
    );
}

async function tenantsOf(
  installation: Installation,
  tenant: string | undefined,
): Promise<readonly string[]> {
  const names = await tenantNames(installation.config);
  if (tenant === undefined) return names;
  if (!names.includes(tenant)) throw await missingTenant(installation, tenant);
  return [tenant];
}

type Walked = { readonly tally: EngineTally; readonly complete: boolean };

/** Walks over the tenants, and invalidates the caches of those of which something was deleted. */
async function walkTenants(
  walk: EngineWalk,
  { invalidate }: Installation,
  tenants: readonly string[],
  tally: EngineTally,
): Promise<void> {
  const stale: string[] = [];
  try {
    for (const tenant of tenants) {
      if (walk.signal.aborted) break;
      const deleted = tally.deleted;
      await walkEngines(walk, tenant, tally).finally(() => {
        if (tally.deleted > deleted) stale.push(tenant);
      });
    }
  } finally {
    if (stale.length > 0) await invalidate(stale.map(tenantTag));
  }
}

async function walkAll(
  installation: Installation,
  tenants: readonly string[],
  { before, rate }: Pick<EnginePurgeRequest, 'before' | 'rate'>,
  { startProgress, runInterruptibly, wait = timerWait }: EnginePurgeControl,
): Promise<Walked> {
  const tally: EngineTally = { examined: 0, older: 0, deleted: 0 };
  const progress = startProgress(tally);
  let complete = false;
  try {
    await runInterruptibly(async (signal) => {
      const { clock, derivatives } = installation;
      const walk = { clock, wait, derivatives, before, deletionsPerSecond: rate, progress, signal };
      await walkTenants(walk, installation, tenants, tally);
      complete = !signal.aborted;
    });
  } finally {
    progress.end();
  }
  return { tally, complete };
}

/**
 * Deletes the derivatives that older engines made, then invalidates the caches of their tenants. It is
 * idempotent, and continues where an earlier run was stopped. If somebody has to be asked, everything is
 * counted first. Throws `usage` or `not_found`.
 */
export async function purgeEngine(
  open: OpenInstallation,
  request: EnginePurgeRequest,
  control: EnginePurgeControl,
): Promise<EnginePurge> {
  const { before, dryRun, tenant } = request;
  checkEngine(before);
  if (tenant !== undefined) checkTenantName(tenant);
  const installation = await open();
  const tenants = await tenantsOf(installation, tenant);
  const walkAt = (rate: number) => walkAll(installation, tenants, { before, rate }, control);
  const end = async ({ tally, complete }: Walked): Promise<EnginePurge> => {
    // An earlier run may have ended before it could invalidate what it had deleted.
    const finishes = !dryRun && tenant !== undefined && complete && tally.deleted === 0;
    if (finishes) await installation.invalidate([tenantTag(tenant)]);
    return { before, tenants: tenants.length, dryRun, ...tally, complete };
  };
  if (!dryRun && control.confirm === undefined) return end(await walkAt(request.rate));
  const counted = await walkAt(0);
  if (dryRun || !counted.complete || counted.tally.older === 0) return end(counted);
  await control.confirm?.(counted.tally);
  return end(await walkAt(request.rate));
}
