import type { PolicyChange } from '../../shared/policy/diff/policy-diff.ts';
import { publishedDiff } from '../../shared/policy/diff/published-diff.ts';
import type { CheckedPolicy } from '../../shared/policy/validation.ts';
import { checkRetiredKids } from '../../shared/versions/publish-checks.ts';
import { readablePolicy } from '../../shared/versions/tenants.ts';
import { readPolicySet } from '../policy-files/policy-set.ts';
import type { Installation, OpenInstallation } from '../target/target.ts';

/** What publishing a file would change. */
export type PolicyDifference = {
  readonly tenant: string;
  readonly changes: readonly PolicyChange[];
  /** Whether the tenant does not exist yet. */
  readonly new: boolean;
};

async function compareWithLive(
  installation: Installation,
  { document, policy: wanted }: CheckedPolicy,
): Promise<PolicyDifference> {
  const { tenant } = wanted;
  const published = await readablePolicy(installation, tenant);
  if (wanted.keys !== undefined) checkRetiredKids(wanted.keys, published?.retired ?? []);
  // Publishing keeps blocked scopes if the file does not set `blocked`.
  const { blocked } = document['blocked'] === undefined ? (published?.policy ?? wanted) : wanted;
  const changes = publishedDiff(published, { ...wanted, blocked });
  return { tenant, changes, new: published === undefined };
}

/** Compares policy files with the live policies. Throws what publishing them would throw. */
export async function diffPolicies(
  open: OpenInstallation,
  paths: readonly string[],
): Promise<readonly PolicyDifference[]> {
  const wanted = await readPolicySet(paths);
  const installation = await open();
  return Promise.all(wanted.map((one) => compareWithLive(installation, one)));
}
