import type { PolicyChange } from '../../shared/policy/diff/policy-diff.ts';
import { auditKey, readRecord } from '../../shared/versions/bucket.ts';
import { publishPolicy } from '../../shared/versions/publishing.ts';
import { OperatorFailure } from '../failure.ts';
import type { Installation, OpenInstallation } from '../target/target.ts';
import { policyVersions } from './history.ts';
import { mintableRoot } from './policy-change.ts';

export type RollbackRequest = {
  readonly tenant: string;
  /** The version to restore; without it, the newest one before the live version that had a policy. */
  readonly version: number | undefined;
  readonly reason: string;
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
  readonly changes: readonly PolicyChange[];
};

async function findVersion(installation: Installation, { tenant, version }: RollbackRequest) {
  const [, ...before] = await policyVersions(installation, tenant);
  if (version !== undefined) return version;
  const last = before.find(({ deleted }) => deleted !== true);
  if (last === undefined)
    throw new OperatorFailure('not_found', `${tenant} has no version before the live one`);
  return last.version;
}

/** The content of a version without its keys, because a retired kid must not become valid again. */
async function readContent(installation: Installation, tenant: string, version: number) {
  const stored = await readRecord(installation, auditKey(tenant, version));
  if (stored === undefined)
    throw new OperatorFailure(
      'not_found',
      `${tenant} has no version ${version}; see: npx signet policy history ${tenant}`,
    );
  if (stored.record.policy === null)
    throw new OperatorFailure('not_found', `version ${version} deleted ${tenant}`);
  const { keys: _keys, ...content } = stored.record.policy;
  return content;
}

/**
 * Publishes the content of an earlier version as a new version. Keys and blocked scopes stay as they
 * are. Throws `not_found` or `damaged_trail`.
 */
export async function rollbackPolicy(
  open: OpenInstallation,
  request: RollbackRequest,
): Promise<Rollback> {
  const { tenant, reason, purge } = request;
  const installation = await open();
  const restored = await findVersion(installation, request);
  const content = await readContent(installation, tenant, restored);
  const root = await mintableRoot(installation);
  const options = { root, reason, purge, restoring: true } as const;
  const done = await publishPolicy(installation, content, options);
  const { version, unchanged, changes } = done;
  return { tenant, version, restored, unchanged, changes };
}
