import type { PolicyChange } from '../../shared/policy/diff/policy-diff.ts';
import { publishedDiff, readPublished } from '../../shared/policy/diff/published-diff.ts';
import { auditKey, readRecord } from '../../shared/versions/bucket.ts';
import type { PolicyRecord } from '../../shared/versions/record.ts';
import { OperatorFailure } from '../failure.ts';
import type { DraftPolicy } from '../policy-files/draft.ts';
import { checkDraft } from '../policy-files/policy-set.ts';
import type { Installation, OpenInstallation } from '../target/target.ts';
import { checkTenantName } from '../tenants/tenant-name.ts';
import { type LiveRecord, liveRecord, type PolicyDocumentText } from './policy-change.ts';

/** A published version with its content. */
export type VersionContent = PolicyRecord & { readonly policy: PolicyDocumentText };

/** A version of the trail as it was written. Throws `not_found` if it is missing or deleted the tenant, or `damaged_trail`. */
export async function readVersion(
  installation: Installation,
  tenant: string,
  version: number,
): Promise<VersionContent> {
  checkTenantName(tenant);
  const stored = await readRecord(installation, auditKey(tenant, version));
  if (stored === undefined)
    throw new OperatorFailure(
      'not_found',
      `${tenant} has no version ${version}; see: npx signet policy history ${tenant}`,
    );
  const { policy } = stored.record;
  if (policy === null)
    throw new OperatorFailure('not_found', `version ${version} deleted ${tenant}`);
  return { ...stored.record, policy };
}

/** What a draft begins with. */
export type DraftBase = Pick<LiveRecord, 'version' | 'at' | 'by' | 'reason'> & {
  /** The version without `keys` and `blocked`. Publishing keeps those of the live version. */
  readonly document: PolicyDocumentText;
  readonly kept: { readonly keys: unknown; readonly blocked: readonly unknown[] };
};

function draftBase({ version, at, by, reason, policy }: VersionContent): DraftBase {
  const { keys, blocked = [], ...document } = policy;
  return { version, at, by, reason, document, kept: { keys, blocked: [blocked].flat() } };
}

/** The live version, or the named one, as the beginning of a draft. Throws `not_found`, `damaged_policy` or `damaged_trail`. */
export async function readDraftBase(
  open: OpenInstallation,
  tenant: string,
  version?: number,
): Promise<DraftBase> {
  const installation = await open();
  return draftBase(
    version === undefined
      ? await liveRecord(installation, tenant)
      : await readVersion(installation, tenant, version),
  );
}

/** The differences from one published document to another, of which both may be of an earlier release. */
function changesBetween(
  before: PolicyDocumentText,
  after: PolicyDocumentText,
): readonly PolicyChange[] {
  const { policy, issues } = readPublished(after);
  if (policy === undefined) {
    const [{ path, message } = { path: '', message: 'is invalid' }] = issues;
    throw new OperatorFailure(
      'invalid_policy',
      `this release cannot read the later version: ${path || 'the policy'} ${message}`,
    );
  }
  return publishedDiff(readPublished(before), policy);
}

/** The differences between two versions, in words. Throws `not_found`, `invalid_policy` or `damaged_trail`. */
export async function compareVersions(
  open: OpenInstallation,
  tenant: string,
  [before, after]: readonly [before: number, after: number],
): Promise<readonly PolicyChange[]> {
  const installation = await open();
  const [old, now] = await Promise.all([
    readVersion(installation, tenant, before),
    readVersion(installation, tenant, after),
  ]);
  return changesBetween(old.policy, now.policy);
}

/** What two people changed of one version: the one who published first, and the one with the draft. */
export type DraftConflict = {
  readonly live: DraftBase;
  readonly theirs: readonly PolicyChange[];
  readonly yours: readonly PolicyChange[];
  /** What publishing the draft over their version would change. */
  readonly onTop: readonly PolicyChange[];
};

/** The document that publishing a draft over a version would store. */
const published = (base: PolicyDocumentText, draft: PolicyDocumentText): PolicyDocumentText => {
  const { keys, blocked } = base;
  return {
    ...(keys === undefined ? {} : { keys }),
    ...(blocked === undefined ? {} : { blocked }),
    ...draft,
  };
};

/**
 * Compares a draft, and the version that is live now, with the version that the draft was made from. Throws `not_found` if the
 * tenant was deleted meanwhile.
 */
export async function compareDraft(
  open: OpenInstallation,
  draft: DraftPolicy,
  base: number,
): Promise<DraftConflict> {
  const { document } = checkDraft(draft);
  const installation = await open();
  const [before, live] = await Promise.all([
    readVersion(installation, draft.tenant, base),
    liveRecord(installation, draft.tenant),
  ]);
  return {
    live: draftBase(live),
    theirs: changesBetween(before.policy, live.policy),
    yours: changesBetween(before.policy, published(before.policy, document)),
    onTop: changesBetween(live.policy, published(live.policy, document)),
  };
}
