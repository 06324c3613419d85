import type { Policy } from '../../shared/policy/policy.ts';
import { compilePolicy } from '../../shared/policy/policy.ts';
import type { Signer } from '../../shared/request/mint.ts';
import { isTenant } from '../../shared/url/path.ts';
import { isKid } from '../../shared/url/signature.ts';
import { publishedPolicy } from '../../shared/versions/tenants.ts';
import { OperatorFailure, usageFailure } from '../failure.ts';
import { noTenant } from '../policy-change.ts';
import type { Installation } from '../target/target.ts';
import { checkTenantName } from '../tenant-name.ts';

/** Who signs for a tenant, where its URLs lead, and what it may ask for, if that is known. */
export type TenantSigner = Signer & { readonly address: string; readonly policy?: Policy };

const keyForm = /^sgn_[A-Za-z0-9_-]{43}$/;
const addressForm = /^https?:\/\/[^\s/?#]+\/?$/i;

/** The key that SIGNET_KEY holds: signing with it needs no network. Nothing when it is not set. */
export function offlineSigner(
  tenant: string,
  { target }: { readonly target?: string },
): TenantSigner | undefined {
  const signingKey = process.env['SIGNET_KEY'];
  if (!signingKey || target !== undefined) return undefined;
  const kid = process.env['SIGNET_KID'] ?? '';
  const address = process.env['SIGNET_URL'] ?? '';
  const owner = process.env['SIGNET_TENANT'];
  if (!keyForm.test(signingKey))
    throw usageFailure('SIGNET_KEY is not a signing key: 47 characters that begin with sgn_');
  if (!isKid(kid))
    throw usageFailure(
      'SIGNET_KEY needs SIGNET_KID beside it, such as r1.1, without a blank or a line end',
    );
  if (!addressForm.test(address))
    throw usageFailure('SIGNET_KEY needs SIGNET_URL beside it, such as https://img.example.com');
  // Never repeated: whoever mixes the variables up has a key in one of them.
  if (owner && !isTenant(owner)) throw usageFailure('SIGNET_TENANT is not a tenant name');
  if (owner && owner !== tenant)
    throw usageFailure(
      `SIGNET_KEY is the key of ${owner}, not of ${tenant}; unset it or mint for ${owner}`,
    );
  return { kid, signingKey, address };
}

/** The tenant's policy. Throws when there is no such tenant, or none can have that name. */
export async function policyOf(target: Installation, tenant: string): Promise<Policy> {
  checkTenantName(tenant);
  const published = await publishedPolicy(target, tenant);
  if (published === undefined) throw await noTenant(target, tenant);
  return compilePolicy(published.document);
}

/** The tenant's active signing key at a target. */
export async function onlineSigner(target: Installation, tenant: string): Promise<TenantSigner> {
  const policy = await policyOf(target, tenant);
  const kid = policy.keys.active;
  const signingKey = (await target.keyring()).signingKey(tenant, kid);
  if (signingKey === undefined)
    throw new OperatorFailure('not_found', `kid ${kid} of ${tenant} has no root key any more`);
  return { kid, signingKey, address: target.address, policy };
}
