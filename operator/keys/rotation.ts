import { randomBytes } from 'node:crypto';
import { mintableAfterSeconds, readKid } from '../../shared/keys/keyring.ts';
import { addRoot } from '../../shared/keys/roots.ts';
import { limits } from '../../shared/limits.ts';
import type { Keys } from '../../shared/policy/policy.ts';
import { seconds } from '../../shared/ports.ts';
import { kidsUpTo } from '../../shared/versions/audit.ts';
import { OperatorFailure } from '../failure.ts';
import { changePolicy, mintableRoot } from '../policies/policy-change.ts';
import type { OpenInstallation } from '../target/target.ts';

export type TenantKids = { readonly tenant: string } & Keys;

/** The kid after all that a tenant has ever had of this root key: a kid is never used twice. */
function nextKid(root: string, had: readonly string[]): string {
  const generations = had.map(readKid).filter((kid) => kid.root === root);
  return `${root}.${Math.max(0, ...generations.map(({ generation }) => generation)) + 1}`;
}

/** Makes a new signing key active. The earlier kids stay accepted. Throws `conflict` at the limit. */
export async function rotateTenantKey(
  open: OpenInstallation,
  tenant: string,
  reason = 'keys rotate',
): Promise<TenantKids> {
  const installation = await open();
  const root = await mintableRoot(installation);
  const { keys } = await changePolicy(installation, tenant, reason, (live) => {
    const { accept } = live.policy['keys'] as Keys;
    if (accept.length >= limits.acceptedKids)
      throw new OperatorFailure(
        'conflict',
        `${tenant} accepts ${accept.length} kids; retire one first: npx signet keys retire ${tenant} ${accept[0]}`,
      );
    const active = nextKid(root, kidsUpTo(live));
    return { ...live.policy, keys: { active, accept: [...accept, active] } };
  });
  return { tenant, ...keys };
}

export type AddedRoot = {
  readonly root: string;
  /** When tenants can get keys derived from it, as ISO 8601. */
  readonly mintableAt: string;
};

/** Adds a random root key. */
export async function rotateRoot(open: OpenInstallation): Promise<AddedRoot> {
  const installation = await open();
  const now = seconds(installation.clock);
  const bytes = randomBytes(limits.rootKeyBytes).toString('base64url');
  const root = await addRoot(installation, bytes, now);
  return { root, mintableAt: new Date((now + mintableAfterSeconds) * 1_000).toISOString() };
}
