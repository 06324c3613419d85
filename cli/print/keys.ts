import type { KeyState } from '../../operator/keys/key-states.ts';
import type { RetiredKid } from '../../operator/keys/retirement.ts';
import type { AddedRoot, TenantKids } from '../../operator/keys/rotation.ts';
import type { TenantKey } from '../../operator/keys/tenant-keys.ts';

/** The state of a kid, in one line. */
export function printKid({ kid, active, lastUsed, lastExpiry, safeToRetire }: KeyState): string {
  const use = lastUsed === null ? 'not in the log' : `last used ${lastUsed}`;
  if (active) return `${kid}  active; ${use}`;
  const end =
    lastExpiry === null ? 'its URLs may never expire' : `its URLs expire by ${lastExpiry}`;
  return `${kid}  accepted; ${use}; ${safeToRetire ? 'safe to retire' : end}`;
}

/** The environment variables for mint, the clients and the examples. */
export const printKeyVariables = ({ tenant, kid, signingKey, address }: TenantKey): string =>
  [
    `SIGNET_URL=${address}`,
    `SIGNET_TENANT=${tenant}`,
    `SIGNET_KID=${kid}`,
    `SIGNET_KEY=${signingKey}`,
  ].join('\n');

/** A tenant's kids, and its signing key only if it was asked for: terminals and their recordings are read by others. */
export const printTenantKeys = (
  key: TenantKey & { readonly kids: readonly KeyState[] },
  isSecretShown: boolean,
): string =>
  [
    `tenant      ${key.tenant}`,
    `kid         ${key.kid}`,
    `signing key ${isSecretShown ? key.signingKey : 'hidden; --secret prints it, --env the variables with it'}`,
    ...key.kids.map((one) => `accepts     ${printKid(one)}`),
  ].join('\n');

export function printRotation({ tenant, active, accept }: TenantKids): string {
  const old = accept.filter((kid) => kid !== active);
  return `${tenant} now signs with ${active}. URLs signed with ${old.join(', ')} stay valid. When all backends have the new key: npx signet keys retire ${tenant} ${old[0]}`;
}

export const printAddedRoot = ({ root }: AddedRoot): string =>
  `Added root key ${root}. In 20 minutes every function has loaded it, and tenants can get keys derived from it: npx signet keys rotate TENANT`;

export const printRetirement = ({ tenant, retired, accept }: RetiredKid): string =>
  `Retired ${retired} of ${tenant}; it is never used again. Accepted now: ${accept.join(', ')}`;
