import { usageFailure } from '../../operator/failure.ts';
import { type PlannedRollback, rollbackPolicies } from '../../operator/policies/rollback.ts';
import { printCommand } from '../../operator/shell-command.ts';
import { resultsOf } from '../../operator/tenants/outcomes.ts';
import { onlyTenant } from '../../operator/tenants/selection.ts';
import { confirm } from '../base/confirm.ts';
import {
  type AllOption,
  addAllOption,
  addSkipOption,
  readSelection,
  type SkipOption,
  tenantOperands,
} from '../base/tenant-options.ts';
import { type CommonOptions, command, runCommand } from '../command.ts';
import { changeResult } from '../print/outcomes.ts';
import { purgeHelp, purgeNote } from '../print/publication.ts';
import { printPlannedRollbacks, printRollback, printRollbacks } from '../print/rollback.ts';
import { changeTenants } from '../progress/fleet.ts';

type Options = CommonOptions &
  AllOption &
  SkipOption & {
    readonly reason: string;
    readonly before?: string;
    readonly purge?: true;
    readonly yes?: true;
  };

/** Reads a time such as `2030-01-31T12:00:00Z` as Unix milliseconds. A time without a zone could mean any. */
function readTime(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const time = /T.*(?:Z|[+-]\d\d:\d\d)$/.test(text) ? Date.parse(text) : Number.NaN;
  if (Number.isNaN(time))
    throw usageFailure(
      `--before is "${text}"; write a time with its zone, such as 2030-01-31T12:00:00Z`,
    );
  return time;
}

/** The operands: tenants, or one tenant and a version. */
function readOperands(operands: readonly string[]) {
  const [tenant = '', version = ''] = operands;
  if (operands.length !== 2 || !/^[0-9]+$/.test(version)) return { names: operands };
  if (!/^[1-9][0-9]{0,8}$/.test(version))
    throw usageFailure(`"${version}" is not a version number; write one such as 3`);
  return { names: [tenant], version: Number(version) };
}

const ask =
  ({ yes, reason }: Options) =>
  (plans: readonly PlannedRollback[]): Promise<void> =>
    confirm(`${printPlannedRollbacks(plans)}\nThe reason is: ${reason}.`, yes === true);

async function rollback(operands: readonly string[], options: Options): Promise<void> {
  await runCommand(options, async (open) => {
    const { reason, purge } = options;
    const { names, version } = readOperands(operands);
    const before = readTime(options.before);
    if (version !== undefined && before !== undefined)
      throw usageFailure('--before chooses the version; leave out one of them');
    const tenants = readSelection(names, options);
    const request = { tenants, version, before, reason, purge };
    const outcomes = await changeTenants(options, (control) =>
      rollbackPolicies(open, request, ask(options), control),
    );
    const done = resultsOf(outcomes);
    const purged = purge === true ? purgeNote(done.map(({ tenant }) => tenant)) : [];
    const [one] = done;
    if (one !== undefined && onlyTenant(tenants) !== undefined)
      return { text: [printRollback(one), ...purged].join('\n'), json: one };
    return changeResult(outcomes, {
      verb: 'rolled back',
      text: (all) => [...printRollbacks(all), ...purged],
      goOn: (left) => printCommand('policy rollback', left, options),
    });
  });
}

export const rollbackCommand = addSkipOption(
  addAllOption(
    command(
      'rollback [tenants...]',
      `Publish the content of an earlier version as a new version: rollback TENANT [VERSION]; keys and blocked scopes are unchanged. Without a version, restore the one before the live version. Several tenants take no version; all are checked first, and you are asked. ${tenantOperands}`,
    ),
  ),
)
  .requiredOption('--reason <text>', 'the reason, recorded in the audit trail')
  .option(
    '--before <time>',
    'restore what was live before this time, such as 2030-01-31T12:00:00Z; tenants without a later version stay as they are',
  )
  .option('--purge', purgeHelp)
  .option('--yes', 'do not ask for confirmation')
  .action(rollback);
