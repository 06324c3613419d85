import { purgeBelow } from '../../shared/objects/purge.ts';
import type { PolicyIssue } from '../../shared/policy/issues.ts';
import type { ValidPolicy } from '../../shared/policy/schema.ts';
import { starterPolicy } from '../../shared/policy/starter.ts';
import { checkPolicy } from '../../shared/policy/validation.ts';
import { deleteTenant, publishChecked } from '../../shared/versions/publishing.ts';
import { requestTenantPurge } from '../../shared/versions/source-move.ts';
import { publishedPolicy, tenantNames } from '../../shared/versions/tenants.ts';
import { OperatorFailure } from '../failure.ts';
import { isPolicyLost, mintableRoot, missingTenant } from '../policies/policy-change.ts';
import { findWarnings } from '../policies/warnings.ts';
import { resolvePolicyFile } from '../policy-files/policy-extends.ts';
import { checkRoots } from '../policy-files/policy-file.ts';
import type { OpenInstallation } from '../target/target.ts';
import { checkTenantName } from './tenant-name.ts';

async function readDocument(name: string, file: string | undefined): Promise<object> {
  if (file === undefined) return { tenant: name, ...starterPolicy };
  const document = { tenant: name, ...(await resolvePolicyFile(file)).document };
  if (document.tenant !== name)
    throw new OperatorFailure(
      'invalid_policy',
      `${file} is a policy of ${document.tenant}, not of ${name}`,
    );
  return document;
}

export type CreatedTenant = {
  readonly tenant: string;
  readonly kid: string;
  /** What its policy allows and probably should not. */
  readonly warnings: readonly PolicyIssue[];
};

/** Creates a tenant with the policy in a file, or with the starter policy. Throws `conflict` if it exists. */
export async function createTenant(
  open: OpenInstallation,
  name: string,
  policyFile?: string,
): Promise<CreatedTenant> {
  checkTenantName(name);
  const checked = checkPolicy(await readDocument(name, policyFile));
  const installation = await open();
  checkRoots(policyFile ?? name, checked.policy, await installation.keyring());
  const root = await mintableRoot(installation);
  const { keys } = await publishChecked(installation, checked, {
    ...{ root, create: true },
    ...(policyFile === undefined ? {} : { maker: 'file' }),
  });
  const warnings = findWarnings(checked.policy, installation.clock());
  return { tenant: name, kid: keys.active, warnings };
}

/** A tenant's live policy, as the edge reads it. Throws `not_found` or `damaged_policy`. */
export async function readTenantPolicy(open: OpenInstallation, name: string): Promise<ValidPolicy> {
  const installation = await open();
  checkTenantName(name);
  const found = await publishedPolicy(installation, name);
  if (found === undefined) throw await missingTenant(installation, name);
  return found.document;
}

export type RemovedTenant = { readonly tenant: string; readonly derivatives: number };

/**
 * Deletes a tenant and its derivatives, and asks the purge function to delete them once more, 60 and 120 seconds later.
 * Sources and the audit trail are kept. `confirm` is called
 * once the tenant is known to exist; it throws to stop. Throws `not_found`.
 */
export async function removeTenant(
  open: OpenInstallation,
  { name, reason }: { readonly name: string; readonly reason: string | undefined },
  confirm: () => Promise<void>,
): Promise<RemovedTenant> {
  checkTenantName(name);
  const installation = await open();
  const isLive = (await tenantNames(installation.config)).includes(name);
  if (!isLive && !(await isPolicyLost(installation, name)))
    throw await missingTenant(installation, name);
  await confirm();
  // Before: if this command stops, and after what renders with a policy in memory still write, the queue deletes them.
  await requestTenantPurge(installation.config, name);
  await deleteTenant(installation, name, reason);
  const { derivatives } = await purgeBelow(installation, name, '');
  return { tenant: name, derivatives };
}
