import { readKid } from '../../shared/keys/keyring.ts';
import { removeRoot } from '../../shared/keys/roots.ts';
import type { Keys } from '../../shared/policy/policy.ts';
import { isKid } from '../../shared/url/signature.ts';
import { publishedPolicy, tenantNames } from '../../shared/versions/tenants.ts';
import { OperatorFailure, usageFailure } from '../failure.ts';
import { changePolicy, liveRecord, mintableRoot } from '../policies/policy-change.ts';
import type { Installation, OpenInstallation } from '../target/target.ts';
import type { TenantKids } from './rotation.ts';

export type RetireRequest = {
  readonly tenant: string;
  readonly kid: string;
  readonly reason: string | undefined;
};

export type RetiredKid = TenantKids & { readonly retired: string };

const keysIn = (policy: Readonly<Record<string, unknown>>): Keys => policy['keys'] as Keys;

function checkRetirable({ tenant, kid }: RetireRequest, { active, accept }: Keys): void {
  if (kid === active)
    throw new OperatorFailure(
      'conflict',
      `${tenant} signs with ${kid}; rotate first: npx signet keys rotate ${tenant}`,
    );
  if (!accept.includes(kid))
    throw new OperatorFailure(
      'not_found',
      `${tenant} does not accept ${kid}, only ${accept.join(', ')}`,
    );
}

/**
 * Removes a kid from a tenant's policy, which refuses every URL it signed. `confirm` is called once
 * the kid is known to be retirable; it throws to stop. Throws `conflict` for the active kid.
 */
export async function retireKid(
  open: OpenInstallation,
  request: RetireRequest,
  confirm: () => Promise<void>,
): Promise<RetiredKid> {
  const { tenant, kid, reason = `retire ${kid}` } = request;
  const installation = await open();
  if (!isKid(kid)) throw usageFailure(`"${kid}" is not a kid, such as r1.1`);
  checkRetirable(request, keysIn((await liveRecord(installation, tenant)).policy));
  await confirm();
  const { keys } = await changePolicy(installation, tenant, reason, ({ policy }) => {
    const { active, accept } = keysIn(policy);
    checkRetirable(request, { active, accept });
    return { ...policy, keys: { active, accept: accept.filter((one) => one !== kid) } };
  });
  return { tenant, retired: kid, ...keys };
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
  const others = using.length > 5 ? ` and ${using.length - 5} more` : '';
  throw new OperatorFailure(
    'conflict',
    `${root} is still accepted by ${using.slice(0, 5).join(', ')}${others}; rotate and retire their kids first`,
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
