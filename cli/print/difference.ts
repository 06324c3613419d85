import type {
  DifferenceSet,
  PolicyDifference,
  UnfiledVersion,
} from '../../operator/policies/diff.ts';
import { printCount } from '../../operator/quantity.ts';
import { printNames } from '../../operator/tenants/name-list.ts';
import { failuresOf, resultsOf } from '../../operator/tenants/outcomes.ts';
import { escapeForTerminal } from '../../shared/terminal.ts';
import { printChange } from './change.ts';
import { groupChanges, mostListed } from './grouped-changes.ts';

function printOne({ tenant, changes, new: isNew }: PolicyDifference): string {
  if (changes.length === 0 && !isNew) return `${tenant}: no difference`;
  const lines = changes.map(printChange);
  return [isNew ? `${tenant}: a new tenant` : `${tenant}:`, ...lines].join('\n');
}

/** A line about tenants that need no block of their own; several share one line. */
function printTogether(all: readonly PolicyDifference[], one: string, several: string) {
  const [first] = all;
  if (first === undefined) return [];
  if (all.length === 1) return [`${first.tenant}: ${one}`];
  return [
    `${printCount(all.length, 'tenant')}: ${several} (${printNames(all.map(({ tenant }) => tenant))})`,
  ];
}

/** Equal changes in groups, then what one tenant has alone. */
function printGrouped(all: readonly PolicyDifference[]): readonly string[] {
  const { groups, own } = groupChanges(all);
  const ownOf = ({ tenant }: PolicyDifference) => own.get(tenant) ?? [];
  const blocks = all.filter((one) => ownOf(one).length > 0);
  const rest = all.filter((one) => ownOf(one).length === 0);
  return [
    ...groups,
    ...blocks.flatMap((one) => [
      one.new ? `${one.tenant}: a new tenant` : `${one.tenant}:`,
      ...ownOf(one),
    ]),
    ...printTogether(
      rest.filter((one) => one.new),
      'a new tenant',
      'new',
    ),
    ...printTogether(
      rest.filter((one) => !one.new && one.changes.length === 0),
      'no difference',
      'no difference',
    ),
  ];
}

type Unfiled = { readonly tenant: string; readonly unfiled: UnfiledVersion };

const describeUnfiled = ({ by, reason }: UnfiledVersion): string =>
  reason === null ? escapeForTerminal(by) : escapeForTerminal(`${by}: ${reason}`);

/** Live versions that no file made. Those of one operator and one reason share a line. */
function printUnfiled(all: readonly PolicyDifference[]): readonly string[] {
  const groups = new Map<string, Unfiled[]>();
  for (const { tenant, unfiled } of all) {
    if (unfiled === undefined) continue;
    const about = describeUnfiled(unfiled);
    groups.set(about, [...(groups.get(about) ?? []), { tenant, unfiled }]);
  }
  return [...groups].map(([about, group]) => {
    const versions = group.map(({ tenant, unfiled }) => `${tenant} ${unfiled.version}`);
    return `live versions that were not made from a file (${about}): ${printNames(versions)}`;
  });
}

function printWithoutFile(tenants: readonly string[]): readonly string[] {
  if (tenants.length === 0) return [];
  const have = tenants.length === 1 ? 'has' : 'have';
  return [
    `${printCount(tenants.length, 'live tenant')} ${have} no file: ${printNames(tenants)}. To delete what has no file: npx signet policy publish FOLDER --prune`,
  ];
}

/** What publishing would change, and where the installation and the files have drifted apart. */
export function printDifferences(
  { outcomes, withoutFile }: DifferenceSet,
  isEach: boolean,
): string {
  const all = resultsOf(outcomes);
  return [
    ...(isEach || all.length <= mostListed ? all.map(printOne) : printGrouped(all)),
    ...printUnfiled(all),
    ...failuresOf(outcomes).map(
      ({ tenant, failure }) => `${tenant}: not compared: ${failure.message}`,
    ),
    ...printWithoutFile(withoutFile),
  ].join('\n');
}
