import type { PolicyIssue } from '../../shared/policy/issues.ts';
import { type Publication, publishChecked } from '../../shared/versions/publishing.ts';
import { usageFailure } from '../failure.ts';
import { checkRoots } from '../policy-files/policy-file.ts';
import { readPolicySet } from '../policy-files/policy-set.ts';
import type { OpenInstallation } from '../target/target.ts';
import { limitNotes } from './limit-notes.ts';
import { mintableRoot } from './policy-change.ts';
import { findWarnings } from './warnings.ts';

export type PublishChoices = {
  readonly reason?: string | undefined;
  /** The version that must be live; only for a single policy. */
  readonly expected?: number | undefined;
  /** Delete all derivatives of the tenants, which a change of `source.from` or `source.prefix` needs. */
  readonly purge?: boolean | undefined;
};

type FileIssue = PolicyIssue & { readonly file: string };

export type PublishedSet = {
  readonly publications: readonly Publication[];
  readonly warnings: readonly FileIssue[];
  /** What a change means for some tenants only. Only about tenants that had a policy before. */
  readonly notes: readonly FileIssue[];
};

const isChange = (publication: Publication | undefined): boolean =>
  publication !== undefined && !publication.created && !publication.unchanged;

/**
 * Publishes the policies in files and folders. All are checked before the first is published.
 * Throws `unreadable_file`, `invalid_policy` or `conflict`.
 */
export async function publishPolicies(
  open: OpenInstallation,
  paths: readonly string[],
  { reason, expected, purge }: PublishChoices,
): Promise<PublishedSet> {
  const all = await readPolicySet(paths);
  const installation = await open();
  if (expected !== undefined && all.length > 1)
    throw usageFailure('--expect works with one policy only');
  const keyring = await installation.keyring();
  for (const { file, policy } of all) checkRoots(file, policy, keyring);
  const root = await mintableRoot(installation);
  const publications: Publication[] = [];
  for (const one of all)
    publications.push(await publishChecked(installation, one, { root, reason, expected, purge }));
  const warnings = all.flatMap(({ file, policy }) =>
    findWarnings(policy, installation.clock()).map((warning) => ({ file, ...warning })),
  );
  const changed = all.filter((_, at) => isChange(publications[at]));
  const notes = changed.flatMap(({ file, policy }) =>
    limitNotes(policy).map((note) => ({ file, ...note })),
  );
  return { publications, warnings, notes };
}
