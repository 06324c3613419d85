import { endOf } from '../../operator/doctor/acknowledgements.ts';
import { changeAcknowledgement, judgeInstallation } from '../../operator/doctor/diagnosis.ts';
import { readSourceNames } from '../../operator/doctor/source-names.ts';
import { describeFinding } from '../../operator/doctor/text/described-finding.ts';
import { usageFailure } from '../../operator/failure.ts';
import { parseStackName } from '../../operator/target/stack-name.ts';
import type { OpenInstallation } from '../../operator/target/target.ts';
import { type AllOption, addAllOption, readSelection } from '../base/tenant-options.ts';
import { type CommonOptions, command, type Result, runCommand } from '../command.ts';
import { printDiagnosis } from '../print/doctor.ts';
import { tenantProgress } from '../progress/fleet.ts';

type Options = CommonOptions &
  AllOption & {
    readonly object?: readonly string[];
    readonly verbose?: true;
    readonly acknowledge?: string;
    readonly withdraw?: string;
  };

type Request = Parameters<typeof judgeInstallation>[1];

async function judge(open: OpenInstallation, request: Request, options: Options): Promise<Result> {
  const control = { startProgress: tenantProgress(options.json ?? false) };
  const diagnosis = await judgeInstallation(open, request, control);
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
  { acknowledge: accepted, withdraw, reason, target }: Options,
): Promise<Result> {
  const id = accepted ?? withdraw ?? '';
  if (accepted !== undefined && withdraw !== undefined)
    throw usageFailure('--acknowledge and --withdraw exclude each other');
  if (reason === undefined)
    throw usageFailure('--reason is missing; other operators need to know why');
  const change = { id, reason, withdrawn: withdraw !== undefined };
  const { record, ...judged } = await changeAcknowledgement(open, request, change);
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

async function doctor(operands: readonly string[], options: Options): Promise<void> {
  await runCommand(options, async (open) => {
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
  .option('--verbose', 'print also what is in order, and what was acknowledged')
  .option(
    '--acknowledge <id>',
    'accept a problem, for all operators, for 30 days or until it changes or gets worse; needs --reason',
  )
  .option('--withdraw <id>', 'report an acknowledged problem again; needs --reason')
  .option('--reason <text>', 'the reason, signed and kept with the acknowledgement')
  .action(doctor);
