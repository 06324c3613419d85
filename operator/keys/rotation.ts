import { randomBytes } from 'node:crypto';
import { mintableAfterSeconds, readKid } from '../../shared/keys/keyring.ts';
import { addRoot } from '../../shared/keys/roots.ts';
import { limits } from '../../shared/limits.ts';
import type { Keys } from '../../shared/policy/policy.ts';
import { seconds } from '../../shared/ports.ts';
import { kidsUpTo } from '../../shared/versions/audit.ts';
import { OperatorFailure } from '../failure.ts';
import {
  changePolicy,
  type LiveRecord,
  liveRecord,
  mintableRoot,
} from '../policies/policy-change.ts';
import type { Installation, OpenInstallation } from '../target/target.ts';
import { changeSelected } from '../tenants/change-selected.ts';
import type { FleetControl, TenantOutcome, TenantSubject } from '../tenants/outcomes.ts';
import { onlyTenant, type TenantSelection } from '../tenants/selection.ts';

export type TenantKids = { readonly tenant: string } & Keys;

/** The kids after a rotation, and a newer root key that the new one could not be derived from yet; null without one. */
export type RotatedKids = TenantKids & { readonly newerRoot: string | null };

/** The kid after all that a tenant has ever had of this root key: a kid is never used twice. */
function nextKid(root: string, had: readonly string[]): string {
  const generations = had.map(readKid).filter((kid) => kid.root === root);
  return `${root}.${Math.max(0, ...generations.map(({ generation }) => generation)) + 1}`;
}

function nextKeys(root: string, tenant: string, live: LiveRecord): Keys {
  const { accept } = live.policy['keys'] as Keys;
  if (accept.length >= limits.acceptedKids)
    throw new OperatorFailure(
      'conflict',
      `${tenant} accepts ${accept.length} kids; retire one first: npx signet keys retire ${tenant} ${accept[0]}`,
    );
  const active = nextKid(root, kidsUpTo(live));
  return { active, accept: [...accept, active] };
}

export type RotationRequest = {
  readonly tenants: TenantSelection;
  readonly reason?: string | undefined;
};

/** Asks before several tenants get keys. Gets their names, and a newer root key that is not used yet. Throws to stop. */
export type AskForTenants = (tenants: readonly string[], newerRoot: string | null) => Promise<void>;

/**
 * Makes new signing keys active. The earlier kids stay accepted. All tenants are checked first, and several are
 * confirmed. If a write fails, the outcomes say what is left. Throws `conflict` at the limit of kids.
 */
export async function rotateTenantKeys(
  open: OpenInstallation,
  { tenants, reason = 'keys rotate' }: RotationRequest,
  ask: AskForTenants,
  control?: FleetControl,
): Promise<readonly TenantOutcome<RotatedKids>[]> {
  const prepare = async (installation: Installation) => {
    const root = await mintableRoot(installation);
    const { newest } = await installation.keyring();
    const newerRoot = newest === root ? null : newest;
    const plan = async ({ tenant }: TenantSubject) => {
      nextKeys(root, tenant, await liveRecord(installation, tenant));
      return tenant;
    };
    const write = async ({ tenant }: TenantSubject): Promise<RotatedKids> => {
      const { keys } = await changePolicy(installation, tenant, reason, (live) => ({
        ...live.policy,
        keys: nextKeys(root, tenant, live),
      }));
      return { tenant, ...keys, newerRoot };
    };
    const confirm = async (planned: readonly string[]) =>
      onlyTenant(tenants) === undefined ? ask(planned, newerRoot) : undefined;
    return { plan, confirm, write };
  };
  return changeSelected(open, tenants, prepare, control);
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
