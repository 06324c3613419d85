import { readKid } from '../../shared/keys/keyring.ts';
import { removeRoot } from '../../shared/keys/roots.ts';
import type { Keys } from '../../shared/policy/policy.ts';
import { isKid } from '../../shared/url/signature.ts';
import { publishedPolicy, tenantNames } from '../../shared/versions/tenants.ts';
import { OperatorFailure, usageFailure } from '../failure.ts';
import { changePolicy, liveRecord, mintableRoot } from '../policies/policy-change.ts';
import type { Installation, OpenInstallation } from '../target/target.ts';
import { changeSelected } from '../tenants/change-selected.ts';
import { printNames } from '../tenants/name-list.ts';
import type { FleetControl, TenantOutcome, TenantSubject } from '../tenants/outcomes.ts';
import { onlyTenant, type TenantSelection } from '../tenants/selection.ts';
import type { TenantKids } from './rotation.ts';

export type RetireRequest = {
  readonly tenants: TenantSelection;
  /** A kid such as `r1.1`, or a root key such as `r1`, which stands for all of its kids. */
  readonly kid: string;
  readonly reason: string | undefined;
};

/** The kids of a tenant after some were retired; none, if it accepted none of them. */
export type RetiredKids = TenantKids & { readonly retired: readonly string[] };

const keysIn = (policy: Readonly<Record<string, unknown>>): Keys => policy['keys'] as Keys;

/** Whether a kid is the one that was named, or of the root key that was named. */
const isNamed = (kid: string, named: string): boolean =>
  kid === named || readKid(kid).root === named;

/**
 * The kids to remove. A tenant that was named alone has to accept the kid; of several, those that do not accept it stay as
 * they are.
 */
function kidsToRetire(
  tenant: string,
  { tenants, kid }: RetireRequest,
  { active, accept }: Keys,
): readonly string[] {
  const retired = accept.filter((one) => isNamed(one, kid));
  if (retired.includes(active))
    throw new OperatorFailure(
      'conflict',
      `${tenant} signs with ${active}; rotate first: npx signet keys rotate ${tenant}`,
    );
  if (retired.length === 0 && onlyTenant(tenants) !== undefined)
    throw new OperatorFailure(
      'not_found',
      `${tenant} does not accept ${kid}, only ${accept.join(', ')}`,
    );
  return retired;
}

/** The kids that a tenant would lose. */
export type PlannedRetirement = { readonly tenant: string; readonly retired: readonly string[] };

async function retireIn(
  installation: Installation,
  tenant: string,
  request: RetireRequest,
): Promise<RetiredKids> {
  const { kid, reason = `retire ${kid}` } = request;
  let retired: readonly string[] = [];
  const { keys } = await changePolicy(installation, tenant, reason, ({ policy }) => {
    const { active, accept } = keysIn(policy);
    retired = kidsToRetire(tenant, request, { active, accept });
    const kept = accept.filter((one) => !retired.includes(one));
    return { ...policy, keys: { active, accept: kept } };
  });
  return { tenant, retired, ...keys };
}

function checkKid({ kid }: RetireRequest): void {
  if (!isKid(kid) && !isKid(`${kid}.1`))
    throw usageFailure(`"${kid}" is neither a kid, such as r1.1, nor a root key, such as r1`);
}

/**
 * Removes kids from tenants' policies, which refuses every URL they signed. All tenants are checked first. `ask` gets
 * what would be removed; it throws to stop. If a write fails, the outcomes say what is left. Throws `conflict` for an
 * active kid.
 */
export async function retireKids(
  open: OpenInstallation,
  request: RetireRequest,
  ask: (plans: readonly PlannedRetirement[]) => Promise<void>,
  control?: FleetControl,
): Promise<readonly TenantOutcome<RetiredKids>[]> {
  const { tenants } = request;
  const prepare = async (installation: Installation) => {
    checkKid(request);
    const plan = async ({ tenant }: TenantSubject): Promise<PlannedRetirement> => {
      const { policy } = await liveRecord(installation, tenant);
      return { tenant, retired: kidsToRetire(tenant, request, keysIn(policy)) };
    };
    const write = ({ tenant }: TenantSubject) => retireIn(installation, tenant, request);
    return { plan, confirm: ask, write };
  };
  return changeSelected(open, tenants, prepare, control);
}

/** The tenants that accept a kid of this root key. */
async function tenantsOn(installation: Installation, root: string): Promise<readonly string[]> {
  const using: string[] = [];
  for (const name of await tenantNames(installation.config)) {
    const published = await publishedPolicy(installation, name);
    const accept = published?.document.keys?.accept ?? [];
    if (accept.some((kid) => readKid(kid).root === root)) using.push(name);
  }
  return using;
}

async function checkRootRetirable(installation: Installation, root: string): Promise<void> {
  const { kids } = await installation.keyring();
  if (!kids.includes(root))
    throw new OperatorFailure('not_found', `there is no root key ${root}, only ${kids.join(', ')}`);
  if (root === (await mintableRoot(installation)))
    throw new OperatorFailure(
      'conflict',
      kids.at(-1) === root
        ? `new keys are derived from ${root}; add another root key first: npx signet keys rotate`
        : `new keys are derived from ${root} until every function has loaded ${kids.at(-1)}; wait until 20 minutes after it was added`,
    );
  const using = await tenantsOn(installation, root);
  if (using.length === 0) return;
  throw new OperatorFailure(
    'conflict',
    `${root} is still accepted by ${printNames(using)}; rotate and retire their kids first`,
  );
}

/** Deletes a root key. Throws `conflict` while a tenant accepts its kids or new keys come from it. */
export async function retireRoot(
  open: OpenInstallation,
  root: string,
  confirm: () => Promise<void>,
): Promise<{ readonly retired: string }> {
  const installation = await open();
  await checkRootRetirable(installation, root);
  await confirm();
  await removeRoot(installation, root);
  return { retired: root };
}
