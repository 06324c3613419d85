import type { PlannedRollback, Rollback } from '../../operator/policies/rollback.ts';
import { printCount } from '../../operator/quantity.ts';
import { printNames } from '../../operator/tenants/name-list.ts';
import { printChange } from './change.ts';
import { groupChanges } from './grouped-changes.ts';

type RolledBack = Pick<Rollback, 'tenant' | 'changes' | 'unchanged'>;

function printGrouped(all: readonly RolledBack[]): readonly string[] {
  const { groups, own } = groupChanges(all);
  const blocks = all.flatMap(({ tenant }) => {
    const lines = own.get(tenant) ?? [];
    return lines.length === 0 ? [] : [`${tenant}:`, ...lines];
  });
  return [...groups, ...blocks];
}

function printUnchanged(all: readonly RolledBack[]): readonly string[] {
  const names = all.filter(({ unchanged }) => unchanged).map(({ tenant }) => tenant);
  if (names.length === 0) return [];
  return [`${printCount(names.length, 'tenant')} unchanged: ${printNames(names)}`];
}

/** What a rollback of several tenants would do, for the person who is asked. */
export function printPlannedRollbacks(plans: readonly PlannedRollback[]): string {
  const changed = plans.filter(({ unchanged }) => !unchanged);
  return [
    `An earlier version of ${printCount(changed.length, 'tenant')} will be restored, whoever has published the live one.`,
    ...printGrouped(plans),
    ...printUnchanged(plans),
  ].join('\n');
}

/** What a rollback of several tenants has done. */
export function printRollbacks(all: readonly Rollback[]): readonly string[] {
  const changed = all.filter(({ unchanged }) => !unchanged).map(({ tenant }) => tenant);
  return [
    ...(changed.length === 0
      ? []
      : [
          `Rolled back ${printCount(changed.length, 'tenant')} (${printNames(changed)}) to an earlier version. Keys and blocked scopes are unchanged.`,
        ]),
    ...printGrouped(all),
    ...printUnchanged(all),
  ];
}

/** What the rollback of one tenant has done. */
export function printRollback({ tenant, version, restored, unchanged, changes }: Rollback): string {
  if (unchanged)
    return `Version ${restored} of ${tenant} has the same content as the live version ${version}; nothing to roll back. See npx signet policy history ${tenant}`;
  const text = `Published the content of version ${restored} of ${tenant} as version ${version}. Its keys and blocked scopes are unchanged.`;
  return [text, ...changes.map(printChange)].join('\n');
}
