import { printCount } from '../quantity.ts';
import { printNames } from '../tenants/name-list.ts';
import { onlyTenant } from '../tenants/selection.ts';
import type { PlannedRetirement, RetiredKids, RetireRequest } from './retirement.ts';
import type { AddedRoot, RotatedKids } from './rotation.ts';

/* What an operator is asked before keys change, and what is said afterwards. */

/** Asks before several tenants get new signing keys. `newerRoot`: a root key that they cannot be derived from yet. */
export const askToRotate = (names: readonly string[], newerRoot: string | null = null): string =>
  `${newerRoot === null ? '' : `${printNewerRoot(newerRoot)}\n`}${printCount(names.length, 'tenant')} will get a new signing key: ${printNames(names)}. Their backends need it; what was signed before stays valid.`;

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

/** Why the keys are not of the newest root key. A function keeps root keys for up to 15 minutes. */
export const printNewerRoot = (newerRoot: string): string =>
  `Not of root key ${newerRoot}: it was added less than 20 minutes ago, and functions that have not loaded it would refuse its URLs. To leave the earlier root key, rotate again 20 minutes after ${newerRoot} was added.`;

/** What was rotated, and what to do next. */
export function printRotation({ tenant, active, accept, newerRoot }: RotatedKids): string {
  const old = accept.filter((kid) => kid !== active);
  const done = `${tenant} now signs with ${active}. URLs signed with ${old.join(', ')} stay valid. When all backends have the new key: npx signet keys retire ${tenant} ${old[0]}`;
  return newerRoot === null ? done : `${done}\n${printNewerRoot(newerRoot)}`;
}

/** What a new root key is for. */
export const printAddedRoot = ({ root }: AddedRoot): string =>
  `Added root key ${root}. In 20 minutes every function has loaded it, and tenants can get keys derived from it: npx signet keys rotate TENANT`;

/** What was retired. */
export const printRetirement = ({ tenant, retired, accept }: RetiredKids): string =>
  `Retired ${retired.join(', ')} of ${tenant}; it is never used again. Accepted now: ${accept.join(', ')}`;
