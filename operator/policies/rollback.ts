import type { PolicyChange } from '../../shared/policy/diff/policy-diff.ts';
import { type CheckedPolicy, checkPolicy } from '../../shared/policy/validation.ts';

import { restoreLastVersion } from '../../shared/versions/live.ts';

import {
  type PublishOptions,
  planPublication,
  publishChecked,
} from '../../shared/versions/publishing.ts';
import { OperatorFailure } from '../failure.ts';
import type { Installation, OpenInstallation } from '../target/target.ts';
import { changeSelected } from '../tenants/change-selected.ts';
import type { FleetControl, TenantOutcome, TenantSubject } from '../tenants/outcomes.ts';
import { onlyTenant, type TenantSelection } from '../tenants/selection.ts';
import { policyVersions } from './history.ts';

import { mintableRoot, type PolicyDocumentText } from './policy-change.ts';
import { readVersion } from './versions.ts';

export type RollbackRequest = {
  readonly tenants: TenantSelection;
  /** The version to restore; without it, the newest one before the live version that had a policy. Only for one tenant. */
  readonly version: number | undefined;
  /** Restore what was live before this time, in Unix milliseconds. Tenants without a later version stay as they are. */
  readonly before?: number | undefined;
  readonly reason: string;
  /** The version that must be live; only for one tenant. */
  readonly expected?: number | undefined;
  /** Delete all derivatives of the tenant, which a change of `source.from` or `source.prefix` needs. */
  readonly purge?: boolean | undefined;
};

export type Rollback = {
  readonly tenant: string;
  /** The version that is live now. */
  readonly version: number;
  readonly restored: number;
  /** Whether the live version already had this content, so that nothing was published. */
  readonly unchanged: boolean;
  /** Set if a version is live or in the trail again that was not. */
  readonly repaired?: true;
  /** The kid that signs, set if the tenant was deleted before. Its kids from before stay retired. */
  readonly newKid?: string;
  readonly changes: readonly PolicyChange[];
};

/**
 * The version to restore. Of several tenants, one that has no such version keeps its live one: a change of a base
 * file does not change every policy that extends it.
 */
async function findVersion(
  installation: Installation,
  tenant: string,
  { tenants, version, before }: RollbackRequest,
): Promise<number> {
  const [live, ...earlier] = await policyVersions(installation, tenant, 'verified');
  if (version !== undefined) return version;
  const candidates = earlier.filter(({ deleted }) => deleted !== true);
  if (live === undefined || (before !== undefined && Date.parse(live.at) < before))
    return live?.version ?? 0;
  const last = candidates.find(({ at }) => before === undefined || Date.parse(at) < before);
  if (last !== undefined) return last.version;
  if (onlyTenant(tenants) === undefined) return live.version;
  const when = before === undefined ? 'the live one' : new Date(before).toISOString();
  throw new OperatorFailure('not_found', `${tenant} has no version before ${when}`);
}

/** The content of a version without its keys, because a retired kid must not become valid again. */
async function readContent(
  installation: Installation,
  tenant: string,
  version: number,
): Promise<PolicyDocumentText> {
  const { policy } = await readVersion(installation, tenant, version);
  const { keys: _keys, ...content } = policy;
  return content;
}

/** A rollback lifts no takedown. After a deletion the live version has none, so those before it count. */
async function withBlocked(
  installation: Installation,
  tenant: string,
  content: PolicyDocumentText,
): Promise<PolicyDocumentText> {
  const [live, ...earlier] = await policyVersions(installation, tenant, 'verified');
  const before =
    live?.deleted === true ? earlier.find(({ deleted }) => deleted !== true) : undefined;
  if (before === undefined) return content;
  const { blocked } = await readContent(installation, tenant, before.version);
  const { blocked: _older, ...others } = content;
  return blocked === undefined ? others : { ...others, blocked };
}

/** What is known of a rollback before it is written. */
const factsOf = ({ tenant, restored, repaired, newKid }: PlannedRollback) => ({
  ...{ tenant, restored },
  ...(repaired === undefined ? {} : { repaired }),
  ...(newKid === undefined ? {} : { newKid }),
});

/** A rollback that every check allows. */
export type PlannedRollback = Omit<Rollback, 'version'> & {
  /** The version that is live now. */
  readonly live: number;
  readonly content: CheckedPolicy;
};

async function planRollback(
  installation: Installation,
  tenant: string,
  request: RollbackRequest,
  options: PublishOptions,
): Promise<PlannedRollback> {
  const isCompleted = await restoreLastVersion(installation, tenant);
  const version = await findVersion(installation, tenant, request);
  const written = await readContent(installation, tenant, version);
  const content = checkPolicy(await withBlocked(installation, tenant, written));
  const planned = await planPublication(installation, content, options);
  const { live, unchanged, changes, created, keys } = planned;
  const isRevived = created && planned.version > planned.live && live === 0;
  return {
    ...{ tenant, restored: version, live, unchanged, changes, content },
    ...(isCompleted || planned.restored ? { repaired: true } : {}),
    ...(isRevived ? { newKid: keys.active } : {}),
  };
}

/**
 * Publishes the content of earlier versions as new versions. Keys and blocked scopes stay as they are. Everything is
 * checked first, and several tenants are confirmed. If a write fails, the outcomes say what is left. Throws `not_found`,
 * `damaged_trail` or `usage`.
 */
export async function rollbackPolicies(
  open: OpenInstallation,
  request: RollbackRequest,
  ask: (plans: readonly PlannedRollback[]) => Promise<void>,
  control?: FleetControl,
): Promise<readonly TenantOutcome<Rollback>[]> {
  const { tenants, reason, purge, expected } = request;
  const prepare = async (installation: Installation, count: number) => {
    const root = await mintableRoot(installation);
    const options = { root, reason, purge, restoring: true } as const;
    const plan = ({ tenant }: TenantSubject) =>
      planRollback(installation, tenant, request, options);
    const confirm = async (plans: readonly PlannedRollback[]) =>
      onlyTenant(tenants) === undefined ? ask(plans) : undefined;
    const write = async (_subject: TenantSubject, planned: PlannedRollback) => {
      const { content, live } = planned;
      const done = await publishChecked(installation, content, {
        ...options,
        expected: count === 1 ? expected : live,
      });
      const { version, unchanged, changes } = done;
      return { ...factsOf(planned), version, unchanged, changes };
    };
    return { plan, confirm, write };
  };
  return changeSelected(open, tenants, prepare, control);
}

/** What restoring a version of one tenant would change. Writes nothing. Throws as `rollbackPolicies` does. */
export async function previewRollback(
  open: OpenInstallation,
  tenant: string,
  { version, purge }: { readonly version: number; readonly purge: boolean },
): Promise<Omit<PlannedRollback, 'content'>> {
  const installation = await open();
  const root = await mintableRoot(installation);
  const reason = '';
  const request = { tenants: { operands: [tenant], all: false }, version, reason };
  const options = { root, purge, restoring: true } as const;
  const { content: _content, ...plan } = await planRollback(installation, tenant, request, options);
  return plan;
}
