import type { PublishedSet } from '../../operator/policies/publish.ts';
import { printIssue } from '../../operator/policy-files/policy-set.ts';
import { printCount } from '../../operator/quantity.ts';
import { printCommand } from '../../operator/shell-command.ts';
import { printNames } from '../../operator/tenants/name-list.ts';
import { resultsOf } from '../../operator/tenants/outcomes.ts';
import { tenantPurgeSeconds } from '../../shared/objects/purge.ts';
import type { Publication } from '../../shared/versions/publishing.ts';
import { printChange } from './change.ts';
import { groupChanges, mostListed } from './grouped-changes.ts';
import { failuresJson, namesLeft, namesNotDone, outcomesJson, printNotDone } from './outcomes.ts';

/** The help of `--purge`. */
export const purgeHelp =
  'delete all derivatives of the tenants; needed to change source.from or source.prefix';

/** What a purge of whole tenants does, and when. */
export function purgeNote(tenants: readonly string[]): readonly string[] {
  const [first, second] = tenantPurgeSeconds;
  return [
    `All derivatives of ${tenants.join(', ')} are deleted in ${first} s and again in ${second} s.`,
  ];
}

/** Lists the changes too, because a publish may undo the change of another publisher. */
function printPublication(publication: Publication): string {
  const { tenant, version, created, unchanged, restored, changes } = publication;
  if (unchanged && restored)
    return `Restored ${tenant}: version ${version} is live and in its trail again`;
  if (unchanged) return `${tenant} is unchanged; version ${version} stays live`;
  if (created && restored)
    return `Published ${tenant}, restored as version ${version}: its trail is continued`;
  if (created) return `Published ${tenant}, a new tenant`;
  return [`Published ${tenant}, version ${version}`, ...changes.map(printChange)].join('\n');
}

function printTogether(all: readonly Publication[], about: string): readonly string[] {
  if (all.length === 0) return [];
  const names = printNames(all.map(({ tenant }) => tenant));
  return [`${printCount(all.length, 'tenant')} ${about}: ${names}`];
}

/** Equal changes of several tenants in groups. */
function printGrouped(all: readonly Publication[]): readonly string[] {
  const changed = all.filter(({ created, unchanged }) => !created && !unchanged);
  const { groups, own } = groupChanges(changed);
  const ownOf = ({ tenant }: Publication) => own.get(tenant) ?? [];
  return [
    ...printTogether(changed, 'changed'),
    ...groups,
    ...changed.flatMap((one) => {
      const lines = ownOf(one);
      return lines.length === 0 ? [] : [`${one.tenant}:`, ...lines];
    }),
    ...printTogether(
      all.filter(({ created, restored }) => created && !restored),
      'new',
    ),
    ...printTogether(
      all.filter(({ created, restored, unchanged }) => restored && (created || unchanged)),
      'restored; their trails are continued',
    ),
    ...printTogether(
      all.filter(({ unchanged, restored }) => unchanged && !restored),
      'unchanged',
    ),
  ];
}

const isNewVersion = ({ unchanged }: Publication): boolean => !unchanged;

/** What going back takes over from the publish. */
type BackOptions = Readonly<Record<'purge' | 'target', string | true | undefined>>;

/** What was published by a set that is not complete, with the commands to go back. */
function wayBack(all: readonly Publication[], { purge, target }: BackOptions): string | null {
  const changed = all.filter((one) => isNewVersion(one) && !one.created);
  if (changed.length === 0) return null;
  const tenants = changed.map(({ tenant }) => tenant);
  return printCommand('policy rollback', tenants, { reason: 'TEXT', purge, target });
}

const wayOn = 'run the same command again; what is published stays as it is';

function printIncomplete({ outcomes }: PublishedSet, options: BackOptions): readonly string[] {
  if (namesNotDone(outcomes).length === 0) return [];
  const done = resultsOf(outcomes);
  const back = wayBack(done, options);
  return [
    ...printNotDone(outcomes, 'published'),
    `The publish is not complete: ${done.length} of ${printCount(outcomes.length, 'policy', 'policies')} published or unchanged. To go on, ${wayOn}.`,
    ...(back === null ? [] : [`To go back: ${back}`]),
  ];
}

function printPruned({ pruned }: PublishedSet): readonly string[] {
  const removed = resultsOf(pruned).map(({ tenant }) => tenant);
  return [
    ...(removed.length === 0
      ? []
      : [
          `Deleted ${printCount(removed.length, 'tenant')} without a file: ${printNames(removed)}. Sources and audit trails are kept.`,
        ]),
    ...printNotDone(pruned, 'deleted'),
  ];
}

/** What was published and what not. `each`: each tenant by itself. */
export function printPublished(
  set: PublishedSet,
  { each, ...options }: BackOptions & { readonly each: true | undefined },
): string {
  const { outcomes, warnings, notes } = set;
  const done = resultsOf(outcomes);
  const isLong = each === true || outcomes.length <= mostListed;
  return [
    ...warnings.map(({ file, ...warning }) => printIssue(file, warning, 'warning: ')),
    ...notes.map(({ file, ...note }) => printIssue(file, note, 'note: ')),
    ...(isLong ? done.map(printPublication) : printGrouped(done)),
    ...(options.purge === true && done.length > 0
      ? purgeNote(done.map(({ tenant }) => tenant))
      : []),
    ...printPruned(set),
    ...printIncomplete(set, options),
  ].join('\n');
}

/** The same as JSON. */
export function publishedJson(
  { outcomes, pruned, warnings, notes }: PublishedSet,
  options: BackOptions,
): object {
  const done = resultsOf(outcomes);
  const isComplete = namesNotDone([...outcomes, ...pruned]).length === 0;
  const rest = {
    failed: failuresJson([...outcomes, ...pruned]),
    notBegun: namesLeft([...outcomes, ...pruned]),
    next: { goOn: wayOn, goBack: wayBack(done, options) },
  };
  return {
    complete: isComplete,
    published: done.map(({ tenant }) => tenant),
    versions: done.map(({ tenant, version, unchanged, restored, changes }) => ({
      ...{ tenant, version, unchanged, changes },
      ...(restored ? { restored } : {}),
    })),
    warnings,
    notes,
    ...(pruned.length === 0 ? {} : { pruned: outcomesJson(pruned) }),
    ...(isComplete ? {} : rest),
  };
}
