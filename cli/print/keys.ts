import type { KeyState } from '../../operator/keys/key-states.ts';
import { printNewerRoot } from '../../operator/keys/key-texts.ts';
import type { RetiredKids } from '../../operator/keys/retirement.ts';
import type { RotatedKids } from '../../operator/keys/rotation.ts';
import type { TenantKey } from '../../operator/keys/tenant-keys.ts';
import { printCount } from '../../operator/quantity.ts';
import { printNames } from '../../operator/tenants/name-list.ts';

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

/** The new kids of several tenants, one per line, because each backend needs its own. */
export function printRotations(all: readonly RotatedKids[]): readonly string[] {
  const newerRoot = all.find((one) => one.newerRoot !== null)?.newerRoot ?? null;
  return [
    ...all.map(({ tenant, active }) => `${tenant} now signs with ${active}`),
    'URLs that were signed before stay valid. When all backends have the new keys: npx signet keys retire … --kid KID',
    ...(newerRoot === null ? [] : [printNewerRoot(newerRoot)]),
  ];
}

export function printRetirements(all: readonly RetiredKids[]): readonly string[] {
  const changed = all.filter(({ retired }) => retired.length > 0);
  const kids = [...new Set(changed.flatMap(({ retired }) => retired))];
  const rest = all.length - changed.length;
  return [
    ...(changed.length === 0
      ? []
      : [
          `Retired ${kids.join(', ')} of ${printCount(changed.length, 'tenant')}: ${printNames(changed.map(({ tenant }) => tenant))}. They are never used again.`,
        ]),
    ...(rest === 0 ? [] : [`${printCount(rest, 'tenant')} unchanged: the kid was not accepted`]),
  ];
}
