import path from 'node:path';
import type { PolicyChange } from '../../shared/policy/diff/rule-diff.ts';
import type { PolicyIssue } from '../../shared/policy/issues.ts';
import {
  type PlannedPublication,
  type Publication,
  planPublication,
  publishChecked,
} from '../../shared/versions/publishing.ts';
import { tenantNames } from '../../shared/versions/tenants.ts';
import { OperatorFailure, usageFailure } from '../failure.ts';
import type { DraftPolicy } from '../policy-files/draft.ts';
import { originOf } from '../policy-files/origin.ts';
import { checkRoots } from '../policy-files/policy-file.ts';
import { areFolders, policyCandidates } from '../policy-files/policy-folders.ts';
import { type CheckedFile, checkDraft, readPolicySet } from '../policy-files/policy-set.ts';
import { withSharedAnswers } from '../target/shared-answers.ts';
import type { Installation, OpenInstallation } from '../target/target.ts';
import { changeEach } from '../tenants/fleet.ts';
import {
  type FleetControl,
  quietly,
  resultsOf,
  type TenantOutcome,
  workOnEach,
} from '../tenants/outcomes.ts';
import { type RemovedTenant, removeTenant } from '../tenants/tenants.ts';
import { concernsLimit, limitNotes } from './limit-notes.ts';
import { mintableRoot } from './policy-change.ts';
import { findWarnings } from './warnings.ts';

export type PublishChoices = {
  readonly reason?: string | undefined;
  /** The version that must be live; only for a single policy. */
  readonly expected?: number | undefined;
  /** Delete all derivatives of the tenants, which a change of `source.from` or `source.prefix` needs. */
  readonly purge?: boolean | undefined;
  /** Delete the live tenants that have no file. Gets their names first, and throws to stop. */
  readonly prune?: ((tenants: readonly string[]) => Promise<void>) | undefined;
};

export type FileIssue = PolicyIssue & { readonly file: string };

export type PublishedSet = {
  /** One for each policy, in the order of the files. */
  readonly outcomes: readonly TenantOutcome<Publication>[];
  /** One for each live tenant without a file, if they were to be deleted. */
  readonly pruned: readonly TenantOutcome<RemovedTenant>[];
  readonly warnings: readonly FileIssue[];
  /** What a change means for some tenants only. Only about tenants of which the change concerns it. */
  readonly notes: readonly FileIssue[];
};

/** Issues with the file that they come from, each once. */
function listIssues(
  files: readonly CheckedFile[],
  find: (file: CheckedFile) => readonly PolicyIssue[],
): readonly FileIssue[] {
  const all = files.flatMap((one) =>
    find(one).map((issue) => ({ file: originOf(one, issue.path), ...issue })),
  );
  return [...new Map(all.map((one) => [JSON.stringify(one), one])).values()];
}

/** Whether an earlier policy was replaced, and a change of it passes the test. */
const isChangeOf = (
  outcome: TenantOutcome<Publication> | undefined,
  test: (change: PolicyChange) => boolean,
): boolean =>
  outcome?.state === 'done' && !outcome.result.created && outcome.result.changes.some(test);

/** The live tenants that none of the files is a policy of. */
export async function tenantsWithoutFile(
  { config }: Installation,
  files: readonly CheckedFile[],
): Promise<readonly string[]> {
  const filed = new Set(files.map(({ policy }) => policy.tenant));
  return (await tenantNames(config)).filter((name) => !filed.has(name));
}

async function checkPrunable(paths: readonly string[]): Promise<void> {
  if (!(await areFolders(paths)))
    throw usageFailure(
      '--prune deletes every tenant without a file, so name the folder with all policies, not files',
    );
}

/**
 * Throws `invalid_policy` for a file that is neither a policy nor a base of one. Its tenant may have been lost by mistake, or it
 * may be in a folder that is not read, and its tenant would be deleted.
 */
async function checkAllUsed(
  paths: readonly string[],
  files: readonly CheckedFile[],
): Promise<void> {
  const layers = files.flatMap((one) => one.layers.map(({ file }) => path.resolve(file)));
  const used = new Set([...layers, ...files.map(({ file }) => path.resolve(file))]);
  const unused = (await policyCandidates(paths)).find((file) => !used.has(path.resolve(file)));
  if (unused === undefined) return;
  throw new OperatorFailure(
    'invalid_policy',
    `${unused} is no policy of the folder, and none extends it; correct, move or remove it before --prune deletes its tenant`,
  );
}

/** Deletes tenants. Nothing is deleted if a policy could not be published. */
async function prune(
  installation: Installation,
  unfiled: readonly string[],
  { reason }: PublishChoices,
  control: FleetControl,
): Promise<readonly TenantOutcome<RemovedTenant>[]> {
  const open = async () => installation;
  const remove = ({ tenant }: { readonly tenant: string }) =>
    removeTenant(open, { name: tenant, reason }, async () => undefined);
  const subjects = unfiled.map((tenant) => ({ tenant }));
  return workOnEach(installation, subjects, remove, { ...control, stopsAtFailure: true });
}

/** What the check of a tenant has restored is done when it is published. */
const withPlanned = (done: Publication, planned: PlannedPublication): Publication =>
  planned.restored ? { ...done, restored: true, created: done.created || planned.created } : done;

/** Publishes checked policies. If there are several, each must still be as it was when it was checked. */
async function publishFiles(
  installation: Installation,
  files: readonly CheckedFile[],
  { reason, expected, purge, confirm }: PublishChoices & { readonly confirm: () => Promise<void> },
  control: FleetControl,
): Promise<readonly TenantOutcome<Publication>[]> {
  const root = await mintableRoot(installation);
  const options = { root, reason, expected, purge, maker: 'file' } as const;
  const subjects = files.map((file) => ({ ...file, tenant: file.policy.tenant }));
  const plan = (one: CheckedFile) => planPublication(installation, one, options);
  const write = async (one: CheckedFile, planned: PlannedPublication) => {
    const expects = files.length > 1 ? { expected: planned.live } : {};
    return withPlanned(
      await publishChecked(installation, one, { ...options, ...expects }),
      planned,
    );
  };
  return changeEach(installation, { subjects, plan, confirm, write }, control);
}

/**
 * Publishes the policies in files and folders. All are checked before the first is published; if one cannot be
 * published, none is. If a write fails, the outcomes say what was published and what not. Throws
 * `unreadable_file`, `invalid_policy` or `conflict`.
 */
export async function publishPolicies(
  open: OpenInstallation,
  paths: readonly string[],
  choices: PublishChoices,
  control: FleetControl = quietly,
): Promise<PublishedSet> {
  if (choices.prune !== undefined) await checkPrunable(paths);
  const all = await readPolicySet(paths);
  if (choices.prune !== undefined) await checkAllUsed(paths, all);
  if (choices.expected !== undefined && all.length > 1)
    throw usageFailure('--expect works with one policy only');
  return publishSet(open, all, choices, control);
}

/**
 * Publishes a draft as `publishPolicies` publishes a file. `expected` is the version that the draft was made from. Throws
 * `invalid_policy` or `conflict`.
 */
export const publishDraft = async (
  open: OpenInstallation,
  draft: DraftPolicy,
  choices: Omit<PublishChoices, 'prune' | 'expected'> & { readonly expected: number },
): Promise<PublishedSet> => publishSet(open, [checkDraft(draft)], choices, quietly);

async function publishSet(
  open: OpenInstallation,
  all: readonly CheckedFile[],
  choices: PublishChoices,
  control: FleetControl,
): Promise<PublishedSet> {
  const installation = withSharedAnswers(await open());
  const keyring = await installation.keyring();
  for (const { file, policy } of all) checkRoots(file, policy, keyring);
  const unfiled = choices.prune === undefined ? [] : await tenantsWithoutFile(installation, all);
  const confirm = async () => (unfiled.length > 0 ? choices.prune?.(unfiled) : undefined);
  const outcomes = await publishFiles(installation, all, { ...choices, confirm }, control);
  const isComplete = resultsOf(outcomes).length === all.length;
  const pruned = await prune(installation, isComplete ? unfiled : [], choices, control);
  const now = installation.clock();
  const changed = all.filter((_, at) => isChangeOf(outcomes[at], concernsLimit));
  return {
    ...{ outcomes, pruned },
    warnings: listIssues(all, ({ policy }) => findWarnings(policy, now)),
    notes: listIssues(changed, ({ policy }) => limitNotes(policy)),
  };
}
