import type { PolicyChange } from '../../shared/policy/diff/policy-diff.ts';
import { publishedDiff, readPublished } from '../../shared/policy/diff/published-diff.ts';
import type { PolicyIssue } from '../../shared/policy/issues.ts';
import type { CheckedPolicy } from '../../shared/policy/validation.ts';
import { checkRetiredKids } from '../../shared/versions/publish-checks.ts';
import { makerOf } from '../../shared/versions/record.ts';
import type { DraftPolicy } from '../policy-files/draft.ts';
import { areFolders } from '../policy-files/policy-folders.ts';
import { checkDraft, readPolicySet } from '../policy-files/policy-set.ts';
import type { Installation, OpenInstallation } from '../target/target.ts';
import { readEach, throwIfSingle } from '../tenants/fleet.ts';
import { type FleetControl, quietly, type TenantOutcome } from '../tenants/outcomes.ts';

import { limitNotes } from './limit-notes.ts';
import { readLastVersion, readLiveVersion } from './policy-change.ts';

import { tenantsWithoutFile } from './publish.ts';
import { findWarnings } from './warnings.ts';

/** A live version that was not made from a policy file, such as a rollback. */
export type UnfiledVersion = {
  readonly version: number;
  readonly at: string;
  readonly by: string;
  readonly reason: string | null;
};

/** What publishing a file would change. */
export type PolicyDifference = {
  readonly tenant: string;
  readonly changes: readonly PolicyChange[];
  /** Whether there was never such a tenant. */
  readonly new: boolean;
  /** The version that publishing restores or continues, if the tenant was deleted or its live policy removed. */
  readonly restores?: number;
  /** The live version, if it differs from the file and no file made it. */
  readonly unfiled?: UnfiledVersion;
};

export type DifferenceSet = {
  readonly outcomes: readonly TenantOutcome<PolicyDifference>[];
  /** Live tenants without a file; empty if files were named and not the folder with all of them. */
  readonly withoutFile: readonly string[];
};

async function compareWithLive(
  installation: Installation,
  { document, policy: wanted }: CheckedPolicy,
): Promise<PolicyDifference> {
  const { tenant } = wanted;
  const live = await readLiveVersion(installation, tenant);
  const past = live === undefined ? await readLastVersion(installation, tenant) : undefined;
  const before = live ?? past;
  if (wanted.keys !== undefined) checkRetiredKids(wanted.keys, before?.record.retired ?? []);
  const published = before?.record.policy ? readPublished(before.record.policy) : undefined;
  // Publishing keeps blocked scopes if the file does not set `blocked`.
  const { blocked } = document['blocked'] === undefined ? (published?.policy ?? wanted) : wanted;
  const changes = publishedDiff(published, { ...wanted, blocked });
  const difference = {
    ...{ tenant, changes, new: before === undefined },
    ...(past === undefined ? {} : { restores: past.record.version }),
  };
  if (live === undefined || changes.length === 0 || makerOf(live.text) !== 'command')
    return difference;
  const { version, at, by, reason } = live.record;
  return { ...difference, unfiled: { version, at, by, reason } };
}

/**
 * Compares policy files with the live policies. A damaged tenant is an outcome of its own. Throws what reading the files
 * throws.
 */
export async function diffPolicies(
  open: OpenInstallation,
  paths: readonly string[],
  control: FleetControl = quietly,
): Promise<DifferenceSet> {
  const wanted = await readPolicySet(paths);
  const installation = await open();
  const subjects = wanted.map((one) => ({ ...one, tenant: one.policy.tenant }));
  const compare = (one: CheckedPolicy) => compareWithLive(installation, one);
  const outcomes = await readEach(installation, subjects, compare, control);
  throwIfSingle(outcomes);
  const withoutFile = (await areFolders(paths))
    ? await tenantsWithoutFile(installation, wanted)
    : [];
  return { outcomes, withoutFile };
}

/** What publishing a draft would change, and the version that is live now. */
export type DraftDifference = PolicyDifference & {
  /** 0 if there is none. */
  readonly live: number;
  readonly warnings: readonly PolicyIssue[];
  readonly notes: readonly PolicyIssue[];
};

/** Compares a draft with the live policy. Throws `invalid_policy`, `damaged_policy` or `damaged_trail`. */
export async function diffDraft(
  open: OpenInstallation,
  draft: DraftPolicy,
): Promise<DraftDifference> {
  const wanted = checkDraft(draft);
  const installation = await open();
  const difference = await compareWithLive(installation, wanted);
  const live = await readLiveVersion(installation, draft.tenant);
  return {
    ...difference,
    live: live?.record.version ?? 0,
    warnings: findWarnings(wanted.policy, installation.clock()),
    notes: difference.changes.length > 0 ? limitNotes(wanted.policy) : [],
  };
}
