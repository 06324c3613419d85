import { compilePolicy } from '../../shared/policy/policy.ts';
import { validPolicy } from '../../shared/policy/validation.ts';
import { auditKey, readRecord } from '../../shared/versions/bucket.ts';
import { policyOf } from '../keys/signer.ts';
import { policyVersions } from '../policies/history.ts';
import type { Installation, OpenInstallation } from '../target/target.ts';
import { readEach, throwIfSingle } from '../tenants/fleet.ts';
import { quietly, type TenantOutcome } from '../tenants/outcomes.ts';
import { selectTenants, type TenantSelection } from '../tenants/selection.ts';
import type { Side, Sides } from './decision.ts';

/** The version before the live one that had a policy; undefined if there is none. */
async function readSideBefore(
  installation: Installation,
  tenant: string,
): Promise<Side | undefined> {
  const [, ...earlier] = await policyVersions(installation, tenant, 'verified');
  const last = earlier.find(({ deleted }) => deleted !== true);
  if (last === undefined) return undefined;
  const stored = await readRecord(installation, auditKey(tenant, last.version));
  const policy = stored?.record.policy ?? undefined;
  return policy === undefined
    ? undefined
    : { policy: compilePolicy(validPolicy(policy)), knowsKids: true };
}

/**
 * The live policies of tenants, and the versions before them: what their last versions have changed. A first version has
 * changed nothing. A damaged tenant is an outcome of its own.
 */
export async function readLiveSides(
  open: OpenInstallation,
  selection: TenantSelection,
): Promise<readonly TenantOutcome<Sides>[]> {
  const installation = await open();
  const names = await selectTenants(installation, selection);
  const read = async ({ tenant }: { readonly tenant: string }): Promise<Sides> => {
    const after = { policy: await policyOf(installation, tenant), knowsKids: true };
    return { before: (await readSideBefore(installation, tenant)) ?? after, after };
  };
  const subjects = names.map((tenant) => ({ tenant }));
  const outcomes = await readEach(installation, subjects, read, quietly);
  throwIfSingle(outcomes);
  return outcomes;
}
