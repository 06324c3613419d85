import type { Policy } from '../../shared/policy/policy.ts';
import { checkGrants, checkLifetime } from '../../shared/request/admission.ts';
import { roundedExpiry } from '../../shared/request/expiry.ts';
import { mintGrant } from '../../shared/request/mint-grant.ts';
import { OperatorFailure, usageFailure } from '../failure.ts';
import { offlineSigner, onlineSigner } from '../keys/signer.ts';
import { type ScopeDoubt, scopeDoubts } from '../scopes/scope-doubts.ts';
import type { OpenInstallation } from '../target/target.ts';
import { checkTenantName } from '../tenants/tenant-name.ts';

export type MintGrantRequest = {
  readonly tenant: string;
  readonly scope: readonly string[];
  /** In seconds. */
  readonly lifetime: number;
  /** The grant becomes valid after this many seconds; undefined for at once. */
  readonly delay?: number | undefined;
  /** Only these presets may be requested; undefined for all that the policy allows. */
  readonly presets?: readonly string[] | undefined;
  /** Whether to check that the edge will accept the grant. */
  readonly check: boolean;
  /** The target that was named. If it is undefined, SIGNET_KEY is used when it is set. */
  readonly target?: string | undefined;
};

/** A grant with its claims. Times are in Unix seconds. */
export type MintedGrant = {
  readonly grant: string;
  readonly tenant: string;
  readonly kid: string;
  readonly scope: readonly string[];
  readonly exp: number;
  readonly nbf?: number;
  readonly presets?: readonly string[];
};

/** Makes the checks of the edge that concern every URL of the grant. */
function checkAgainst(policy: Policy, exp: number, presets: readonly string[], now: number): void {
  checkLifetime(policy, String(exp), now);
  checkGrants(policy, undefined, now);
  const unknown = presets.find((name) => !policy.presets.has(name));
  if (unknown === undefined) return;
  const known = [...policy.presets.keys()].join(', ') || 'none';
  throw new OperatorFailure(
    'denied_preset',
    `the policy has no preset "${unknown}"; its presets: ${known}`,
  );
}

/** Throws `usage` for a grant that ends before it becomes valid. Times are in seconds. */
function checkDelay(nbf: number, exp: number, now: number): void {
  if (nbf >= exp)
    throw usageFailure(
      `the grant ends after ${exp - now} s, since lifetimes are rounded, and would be valid only after ${nbf - now} s; write a longer --expires or a shorter --not-before`,
    );
}

/** Mints a grant, and lists scopes that probably cover nothing. `now` is in seconds. */
export async function mintTenantGrant(
  open: OpenInstallation,
  request: MintGrantRequest,
  now: number,
): Promise<{ readonly minted: MintedGrant; readonly doubts: readonly ScopeDoubt[] }> {
  const { tenant, scope, lifetime, delay, presets, check, target } = request;
  checkTenantName(tenant);
  const exp = roundedExpiry(now, lifetime);
  if (delay !== undefined) checkDelay(now + delay, exp, now);
  const offline = offlineSigner(tenant, target === undefined ? {} : { target });
  const signer = offline ?? (await onlineSigner(await open(), tenant));
  if (check && signer.policy !== undefined) checkAgainst(signer.policy, exp, presets ?? [], now);
  const claims = {
    scope,
    exp,
    ...(delay === undefined ? {} : { nbf: now + delay }),
    ...(presets === undefined ? {} : { presets }),
  };
  const grant = await mintGrant(tenant, claims, signer);
  return {
    minted: { grant, tenant, kid: signer.kid, ...claims },
    doubts: scopeDoubts(tenant, scope),
  };
}
