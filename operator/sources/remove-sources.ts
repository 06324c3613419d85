import { ownSourceKey } from '../../shared/objects/sources.ts';
import { watermarkIdIn } from '../../shared/operations/watermark-object.ts';
import type { Policy } from '../../shared/policy/policy.ts';
import { malformed } from '../../shared/refusal.ts';
import { pathFault, sourceKey } from '../../shared/url/path.ts';
import {
  covers,
  explainedScopeFault,
  isWatermarkScope,
  scopePrefix,
} from '../../shared/url/scope.ts';
import { asFailure, OperatorFailure } from '../failure.ts';
import { policyOf } from '../keys/signer.ts';
import type { Progress, StartProgress } from '../progress.ts';
import { purgeCovered } from '../purge/purge-scope.ts';
import {
  type CheckedScope,
  checkScope,
  type ScopeReport,
  scopeReport,
} from '../scopes/check-scope.ts';
import { isNothing } from '../scopes/coverage.ts';
import { readScope } from '../scopes/named-scope.ts';
import { shareResult } from '../target/operator-deps.ts';
import type { Installation, OpenInstallation } from '../target/target.ts';
import { checkOwnPlace } from './own-place.ts';

/** What would be deleted. */
export type PlannedRemoval = ScopeReport & {
  readonly tenant: string;
  readonly scope: string;
  /** Whether the policy shows one of the sources in place of others that are missing. */
  readonly isFallback: boolean;
};

/**
 * What was deleted. `removed` counts sources. Derivatives are not counted, because the event of a deleted source may
 * purge them before the command does.
 */
export type RemovedSources = PlannedRemoval & { readonly removed: number };

export type RemovalControl = {
  readonly onChecked: (scope: string, checked: CheckedScope) => void;
  /**
   * Throws to stop. `isRestorable`: the bucket keeps earlier versions, so S3 can restore what is deleted; undefined if
   * that is not known.
   */
  readonly confirm: (
    plans: readonly PlannedRemoval[],
    isRestorable: boolean | undefined,
  ) => Promise<void>;
  readonly startProgress: StartProgress;
};

/** How many keys are deleted with one request. S3 takes 1,000; fewer show progress earlier. */
const batch = 200;

const allWatermarks = '_watermarks/*';

function checkRemovable(scope: string): void {
  if (watermarkIdIn(scope) !== undefined || scope === allWatermarks) return;
  if (isWatermarkScope(scope))
    throw malformed(
      `${scope} is not one watermark; write _watermarks/ID.png or '${allWatermarks}'`,
    );
  const fault = explainedScopeFault(scope);
  if (fault !== undefined) throw malformed(fault);
}

async function isBucketVersioned({
  buckets,
  openStackFacts,
}: Installation): Promise<boolean | undefined> {
  // The buckets of one machine keep no earlier versions.
  if (buckets === undefined || openStackFacts === undefined) return false;
  const facts = await openStackFacts();
  return facts.isVersioned(buckets.sources).catch(() => undefined);
}

async function planRemoval(
  installation: Installation,
  policy: Policy,
  scope: string,
  onChecked: RemovalControl['onChecked'],
): Promise<PlannedRemoval> {
  const { fallback, source, tenant } = policy;
  if (!isWatermarkScope(scope)) checkOwnPlace(tenant, source, `delete ${scope}`);
  const checked = await checkScope(installation, policy, scope);
  if (isNothing(checked.coverage))
    throw new OperatorFailure(
      'not_found',
      scopePrefix(scope) === undefined
        ? `there is no source ${scope} of ${tenant}, and no derivative of it; nothing was changed`
        : `there is no source of ${tenant} below ${scope}, and no derivative; nothing was changed`,
    );
  onChecked(scope, checked);
  const isFallback = fallback !== null && covers(scope, fallback);
  return { tenant, scope, isFallback, ...scopeReport(checked) };
}

/** The keys in the scope. Consoles of S3 store folders as empty objects, which are no sources and stay. */
async function* keysIn(
  { sources }: Installation,
  { source, tenant }: Policy,
  scope: string,
): AsyncGenerator<string> {
  const isMark = isWatermarkScope(scope);
  const keyOf = (path: string): string =>
    isMark ? sourceKey({ tenant, path }) : ownSourceKey({ tenant, path }, source);
  const prefix = scopePrefix(scope);
  const start = keyOf('').length;
  for await (const key of sources.list(keyOf(prefix ?? scope))) {
    const path = key.slice(start);
    if (prefix === undefined && path !== scope) return;
    if (isMark || pathFault(path) === undefined) yield key;
  }
}

async function removeSources(
  installation: Installation,
  policy: Policy,
  scope: string,
  progress: Progress,
): Promise<number> {
  let removed = 0;
  let keys: string[] = [];
  const flush = async (): Promise<void> => {
    if (keys.length > 0) await installation.sources.remove(keys);
    removed += keys.length;
    progress.advance(keys.length);
    keys = [];
  };
  for await (const key of keysIn(installation, policy, scope)) {
    keys.push(key);
    if (keys.length === batch) await flush();
  }
  await flush();
  return removed;
}

/** Says what was deleted before a failure. Deleting is idempotent, so the command can be run again. */
function failedAfter(
  { stack }: Installation,
  done: readonly RemovedSources[],
  scope: string,
  thrown: unknown,
): OperatorFailure {
  const { code, message } = asFailure(thrown, stack === undefined);
  const before =
    done.length === 0 ? '' : `; deleted before: ${done.map((one) => one.scope).join(', ')}`;
  return new OperatorFailure(
    code,
    `${message}; ${scope} may be deleted in part${before}; run the command again`,
  );
}

/** The number of sources to delete; undefined if some were not counted. */
function countAll(plans: readonly PlannedRemoval[]): number | undefined {
  const counts = plans.map(({ covers: { sources } }) => sources);
  if (counts.some((one) => one === null || one.more)) return undefined;
  return counts.reduce((sum, one) => sum + (one?.count ?? 0), 0);
}

async function carryOut(
  installation: Installation,
  policy: Policy,
  plans: readonly PlannedRemoval[],
  progress: Progress,
): Promise<readonly RemovedSources[]> {
  const done: RemovedSources[] = [];
  for (const plan of plans) {
    const { scope } = plan;
    try {
      // First the sources: a view would make their derivatives again.
      const removed = await removeSources(installation, policy, scope, progress);
      await purgeCovered(installation, policy, scope);
      done.push({ ...plan, removed });
    } catch (thrown) {
      throw failedAfter(installation, done, scope, thrown);
    }
  }
  return done;
}

/** The checked scopes, and whether S3 can restore what is deleted; undefined if that is not known. */
export type RemovalPlan = {
  readonly plans: readonly PlannedRemoval[];
  readonly isRestorable: boolean | undefined;
};

type RemovalRequest = { readonly tenant: string; readonly scopes: readonly string[] };
type OpenRemoval = RemovalPlan & { readonly installation: Installation; readonly policy: Policy };

async function openRemoval(
  open: OpenInstallation,
  { tenant, scopes }: RemovalRequest,
  onChecked: RemovalControl['onChecked'],
): Promise<OpenRemoval> {
  const openOnce = shareResult(open);
  const named: string[] = [];
  for (const written of scopes)
    named.push((await readScope(openOnce, tenant, written, checkRemovable)).scope);
  const installation = await openOnce();
  const policy = await policyOf(installation, tenant);
  const plans: PlannedRemoval[] = [];
  for (const scope of new Set(named))
    plans.push(await planRemoval(installation, policy, scope, onChecked));
  return { installation, policy, plans, isRestorable: await isBucketVersioned(installation) };
}

/** Finds what `removeScopes` would delete, and changes nothing. Throws as it does. */
export async function planRemovals(
  open: OpenInstallation,
  request: RemovalRequest,
  onChecked: RemovalControl['onChecked'],
): Promise<RemovalPlan> {
  const { plans, isRestorable } = await openRemoval(open, request, onChecked);
  return { plans, isRestorable };
}

/**
 * Deletes sources and watermarks, and purges their derivatives as `purgeScope` does. Each scope is a path,
 * `prefix/*`, a watermark, `_watermarks/*` or a URL. All are checked before the first is deleted. Throws `malformed`,
 * `usage`, `not_found` for a scope that covers nothing, `foreign_source`, and what `confirm` throws.
 */
export async function removeScopes(
  open: OpenInstallation,
  request: RemovalRequest,
  control: RemovalControl,
): Promise<readonly RemovedSources[]> {
  const { installation, policy, plans, isRestorable } = await openRemoval(
    open,
    request,
    control.onChecked,
  );
  await control.confirm(plans, isRestorable);
  const progress = control.startProgress(countAll(plans));
  return carryOut(installation, policy, plans, progress).finally(progress.end);
}
