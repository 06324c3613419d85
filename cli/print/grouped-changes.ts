import { printCount } from '../../operator/quantity.ts';
import { printNames } from '../../operator/tenants/name-list.ts';
import type { PolicyChange } from '../../shared/policy/diff/policy-diff.ts';
import { printChange } from './change.ts';

/** The changes of so many tenants are listed one after the other, not in groups. */
export const mostListed = 3;

/** What changes for one tenant. */
type TenantChanges = { readonly tenant: string; readonly changes: readonly PolicyChange[] };

/** Changes that several tenants have in common, and the lines of changes that one tenant has alone. */
export type GroupedChanges = {
  readonly groups: readonly string[];
  readonly own: ReadonlyMap<string, readonly string[]>;
};

/** The tenants of each change, by its line. */
function tenantsByLine(all: readonly TenantChanges[]): ReadonlyMap<string, readonly string[]> {
  const found = new Map<string, string[]>();
  for (const { tenant, changes } of all)
    for (const line of new Set(changes.map(printChange))) {
      const tenants = found.get(line) ?? [];
      tenants.push(tenant);
      found.set(line, tenants);
    }
  return found;
}

/** Puts the changes of the same tenants below one line with their names, those of the most tenants first. */
function printGroups(byLine: ReadonlyMap<string, readonly string[]>): readonly string[] {
  const groups = new Map<string, { tenants: readonly string[]; lines: string[] }>();
  for (const [line, tenants] of byLine) {
    if (tenants.length < 2) continue;
    const key = tenants.join(' ');
    const group = groups.get(key) ?? { tenants, lines: [] };
    group.lines.push(line);
    groups.set(key, group);
  }
  return [...groups.values()]
    .toSorted((a, b) => b.tenants.length - a.tenants.length)
    .flatMap(({ tenants, lines }) => [
      `${printCount(tenants.length, 'tenant')} (${printNames(tenants)}):`,
      ...lines,
    ]);
}

/** Groups equal changes of several tenants. */
export function groupChanges(all: readonly TenantChanges[]): GroupedChanges {
  const byLine = tenantsByLine(all);
  const own = all.map(({ tenant, changes }) => {
    const lines = changes.map(printChange).filter((line) => byLine.get(line)?.length === 1);
    return [tenant, lines] as const;
  });
  return { groups: printGroups(byLine), own: new Map(own) };
}
