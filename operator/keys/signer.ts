import type { Policy } from '../../shared/policy/policy.ts';
import { compilePolicy } from '../../shared/policy/policy.ts';
import type { Signer } from '../../shared/request/mint.ts';
import { isTenant } from '../../shared/url/path.ts';
import { isKid } from '../../shared/url/signature.ts';
import { publishedPolicy } from '../../shared/versions/tenants.ts';
import { OperatorFailure, usageFailure } from '../failure.ts';
import { missingTenant } from '../policies/policy-change.ts';
import type { Installation } from '../target/target.ts';
import { checkTenantName } from '../tenants/tenant-name.ts';

/** A tenant's signing key, the address of its URLs, and its policy if that is known. */
export type TenantSigner = Signer & { readonly address: string; readonly policy?: Policy };

const keyForm = /^sgn_[A-Za-z0-9_-]{43}$/;
const addressForm = /^https?:\/\/[^\s/?#]+\/?$/i;

/** Throws `usage` for a variable that is not set, or has not the form that SIGNET_KEY needs beside it. */
function checkVariable(name: string, value: string, isValid: boolean, form: string): void {
  if (value === '')
    throw usageFailure(
      `${name} is not set, and SIGNET_KEY needs it; npx signet keys show TENANT --env prints it`,
    );
  if (!isValid) throw usageFailure(`SIGNET_KEY also needs ${name}, ${form}`);
}

/**
 * The signer from SIGNET_KEY and the variables beside it, which needs no network. Undefined if
 * SIGNET_KEY is not set or a target is named. Throws `usage` for invalid variables.
 */
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
  checkVariable('SIGNET_KID', kid, isKid(kid), 'such as r1.1, without spaces or line breaks');
  checkVariable(
    'SIGNET_URL',
    address,
    addressForm.test(address),
    'such as https://img.example.com',
  );
  // The value is never printed: if the variables were mixed up, it may be the signing key.
  if (owner && !isTenant(owner)) throw usageFailure('SIGNET_TENANT is not a tenant name');
  if (owner && owner !== tenant)
    throw usageFailure(
      `SIGNET_KEY is the key of ${owner}, not of ${tenant}; unset it or mint for ${owner}`,
    );
  return { kid, signingKey, address };
}

/** The tenant's live policy. Throws `usage` for an invalid name, `not_found` or `damaged_policy`. */
export async function policyOf(installation: Installation, tenant: string): Promise<Policy> {
  checkTenantName(tenant);
  const published = await publishedPolicy(installation, tenant);
  if (published === undefined) throw await missingTenant(installation, tenant);
  return compilePolicy(published.document);
}

/** The tenant's active signing key at an installation. Throws as `policyOf` does. */
export async function onlineSigner(
  installation: Installation,
  tenant: string,
): Promise<TenantSigner> {
  const policy = await policyOf(installation, tenant);
  const kid = policy.keys.active;
  const signingKey = (await installation.keyring()).signingKey(tenant, kid);
  if (signingKey === undefined)
    throw new OperatorFailure('not_found', `the root key of kid ${kid} of ${tenant} is gone`);
  return { kid, signingKey, address: installation.address, policy };
}
