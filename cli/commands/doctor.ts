import { endOf } from '../../operator/doctor/acknowledgements.ts';
import { changeAcknowledgement, judgeInstallation } from '../../operator/doctor/diagnosis.ts';
import { repairState } from '../../operator/doctor/repair/repair-state.ts';
import { readSourceNames } from '../../operator/doctor/source-names.ts';
import { describeFinding } from '../../operator/doctor/text/described-finding.ts';
import { usageFailure } from '../../operator/failure.ts';
import { timerWait } from '../../operator/purge/pace.ts';
import { printCount } from '../../operator/quantity.ts';
import { parseStackName } from '../../operator/target/stack-name.ts';
import type { OpenInstallation } from '../../operator/target/target.ts';
import { checkSelection } from '../../operator/tenants/selection.ts';
import { confirm } from '../base/confirm.ts';
import { runInterruptibly } from '../base/interruption.ts';
import { type AllOption, addAllOption, readSelection } from '../base/tenant-options.ts';
import { type CommonOptions, command, type Result, runCommand } from '../command.ts';
import { printDiagnosis } from '../print/doctor.ts';
import { isIncomplete, printRepair, printRepairPlan, repairJson } from '../print/repair.ts';
import { tenantProgress } from '../progress/fleet.ts';
import { progressLines, writeProgress } from '../progress/lines.ts';
import { startProgram } from '../start-program.ts';

type Options = CommonOptions &
  AllOption & {
    readonly object?: readonly string[];
    readonly verbose?: true;
    readonly acknowledge?: string;
    readonly withdraw?: string;
    readonly deep?: true;
    readonly repair?: true;
    readonly from?: string;
    readonly yes?: true;
  };

type Request = Parameters<typeof judgeInstallation>[1];

/** Shows how many derivatives were looked at, and lets Ctrl-C stop that. */
async function withDeepControl<T>(
  { deep, json }: Options,
  work: (control: Pick<Request, 'deep'>) => Promise<T>,
): Promise<T> {
  if (deep === undefined) return work({});
  let looked = 0;
  const startProgress = () => {
    const lines = progressLines(
      (line) => writeProgress(line, json ?? false),
      Date.now,
      () => `looked at ${printCount(looked, 'derivative')}`,
    );
    const advance = (amount: number): void => {
      looked += amount;
      lines.advance(amount);
    };
    return { ...lines, advance };
  };
  return runInterruptibly(
    (signal) => work({ deep: { startProgress, signal, wait: timerWait } }),
    () => writeProgress('stopping after the requests in progress', json ?? false),
  );
}

async function judge(open: OpenInstallation, request: Request, options: Options): Promise<Result> {
  const control = { startProgress: tenantProgress(options.json ?? false) };
  const diagnosis = await withDeepControl(options, (deep) =>
    judgeInstallation(open, { ...request, ...deep }, control),
  );
  const { errors, warnings, acknowledged } = diagnosis;
  const stack = parseStackName(options.target);
  const findings = diagnosis.findings.map((one) => describeFinding(one, stack));
  const ok = errors === 0;
  return {
    text: printDiagnosis(diagnosis, { isVerbose: options.verbose ?? false, stack }),
    json: { ok, errors, warnings, acknowledged, findings },
    exit: ok ? 0 : 1,
  };
}

async function acknowledge(
  open: OpenInstallation,
  request: Request,
  options: Options,
): Promise<Result> {
  const { acknowledge: accepted, withdraw, reason, target } = options;
  const id = accepted ?? withdraw ?? '';
  if (accepted !== undefined && withdraw !== undefined)
    throw usageFailure('--acknowledge and --withdraw exclude each other');
  if (reason === undefined)
    throw usageFailure('--reason is missing; other operators need to know why');
  const change = { id, reason, withdrawn: withdraw !== undefined };
  const { record, ...judged } = await withDeepControl(options, (deep) =>
    changeAcknowledgement(open, { ...request, ...deep }, change),
  );
  const { check, found } = describeFinding(judged, parseStackName(target));
  const verb = change.withdrawn ? 'Reported again' : 'Acknowledged';
  const text = `${verb}: ${check}: ${found} [${id}]`;
  return change.withdrawn
    ? { text, json: { check, found, ...record } }
    : {
        text: `${text}, until ${endOf(record)}`,
        json: { check, found, ...record, until: endOf(record) },
      };
}

/** Throws `usage` for options that exclude `--repair`, and for its own without it. */
function checkRepairOptions({ repair, from, yes, target, ...others }: Options): void {
  if (repair === undefined) {
    if (from !== undefined || yes !== undefined)
      throw usageFailure(`--${from === undefined ? 'yes' : 'from'} is for --repair`);
    return;
  }
  if (parseStackName(target) !== undefined)
    throw usageFailure(
      '--repair works on the state folder of this machine; docs/operating.md#repair-a-trail has the commands for AWS',
    );
  const other = (['deep', 'object', 'acknowledge', 'withdraw'] as const).find(
    (name) => others[name] !== undefined,
  );
  if (other !== undefined) throw usageFailure(`--repair and --${other} exclude each other`);
}

async function repair(operands: readonly string[], { from, yes, all }: Options): Promise<Result> {
  if (all !== undefined) checkSelection(readSelection(operands, { all }));
  const { openStoppedState } = await import('../../operator/target/stopped-state.ts');
  const open = () => openStoppedState({ program: startProgram, backup: from });
  const done = await repairState(open, operands, (plan) =>
    confirm(printRepairPlan(plan), yes === true),
  );
  return { text: printRepair(done), json: repairJson(done), exit: isIncomplete(done) ? 1 : 0 };
}

async function doctor(operands: readonly string[], options: Options): Promise<void> {
  await runCommand(options, async (open) => {
    checkRepairOptions(options);
    if (options.repair !== undefined) return repair(operands, options);
    const objects = readSourceNames(options.object ?? []);
    const request = { objects, tenants: readSelection(operands, options) };
    const isChange = options.acknowledge !== undefined || options.withdraw !== undefined;
    return isChange ? acknowledge(open, request, options) : judge(open, request, options);
  });
}

export const doctorCommand = addAllOption(
  command(
    'doctor [tenants...]',
    'Check secrets, functions, policies and audit trails, on AWS also the stack and its domains: of all tenants, or of those that are named, or that have files in the folders that are named. Prints the problems (✗ errors, ! warnings) and how to fix them; exits with 1 if there is an error that nobody has acknowledged. Of a folder it also reports live tenants without a file, and files without a tenant',
  ),
)
  .option(
    '--object <tenant/path...>',
    'a source to view for a tenant whose bucket is not its own; needed if it cannot be listed',
  )
  .option(
    '--deep',
    'look at every stored derivative, too, up to 1,000 a second: whether its key, type, size and metadata match; prints the purge of those that do not',
  )
  .option('--verbose', 'print also what is in order, and what was acknowledged')
  .option(
    '--acknowledge <id>',
    'accept a problem, for all operators, for 30 days or until it changes or gets worse; needs --reason',
  )
  .option('--withdraw <id>', 'report an acknowledged problem again; needs --reason')
  .option('--reason <text>', 'the reason, signed and kept with the acknowledgement')
  .option(
    '--repair',
    'repair the state folder while no stack runs on it: the last version that verifies becomes live, and what is no version is set aside. It shows what it does, and asks',
  )
  .option('--from <folder>', 'with --repair: a copy of the state folder to restore from')
  .option('--yes', 'do not ask before a repair')
  .action(doctor);
