import { printCount } from '../quantity.ts';
import { printNames } from '../tenants/name-list.ts';
import { onlyTenant } from '../tenants/selection.ts';
import type { PlannedRetirement, RetiredKids, RetireRequest } from './retirement.ts';
import type { AddedRoot, TenantKids } from './rotation.ts';

/* What an operator is asked before keys change, and what is said afterwards. */

/** Asks before several tenants get new signing keys. */
export const askToRotate = (names: readonly string[]): string =>
  `${printCount(names.length, 'tenant')} will get a new signing key: ${printNames(names)}. Their backends need it; what was signed before stays valid.`;

/** Asks before kids are removed from policies. */
export function askToRetire(
  { tenants, kid }: Pick<RetireRequest, 'tenants' | 'kid'>,
  plans: readonly PlannedRetirement[],
): string {
  const names = plans.filter(({ retired }) => retired.length > 0).map(({ tenant }) => tenant);
  const whose = onlyTenant(tenants) ?? printCount(names.length, 'tenant');
  const kids = kid.includes('.') ? kid : `a kid of ${kid}`;
  return `Every URL of ${whose} that was signed with ${kids} will be refused within a minute. This cannot be undone.`;
}

/** Asks before a root key is deleted. */
export const askToRetireRoot = (root: string): string =>
  `Root key ${root} will be deleted from the secret. This cannot be undone.`;

/** What was rotated, and what to do next. */
export function printRotation({ tenant, active, accept }: TenantKids): string {
  const old = accept.filter((kid) => kid !== active);
  return `${tenant} now signs with ${active}. URLs signed with ${old.join(', ')} stay valid. When all backends have the new key: npx signet keys retire ${tenant} ${old[0]}`;
}

/** What a new root key is for. */
export const printAddedRoot = ({ root }: AddedRoot): string =>
  `Added root key ${root}. In 20 minutes every function has loaded it, and tenants can get keys derived from it: npx signet keys rotate TENANT`;

/** What was retired. */
export const printRetirement = ({ tenant, retired, accept }: RetiredKids): string =>
  `Retired ${retired.join(', ')} of ${tenant}; it is never used again. Accepted now: ${accept.join(', ')}`;
