import { diagnose } from '../../operator/doctor/doctor.ts';
import { readSourceNames } from '../../operator/doctor/source-names.ts';
import { parseStackName } from '../../operator/target/stack-name.ts';
import { type CommonOptions, command, runCommand } from '../command.ts';
import { describeFinding, printFindings } from '../print/doctor.ts';

type Options = CommonOptions & { readonly object?: readonly string[] };

async function doctor(options: Options): Promise<void> {
  await runCommand(options, async (open) => {
    const sources = readSourceNames(options.object ?? []);
    const stack = parseStackName(options.target);
    const found = await diagnose(open, sources);
    const findings = found.map((one) => describeFinding(one, stack));
    const ok = findings.every((one) => one.ok);
    return { text: printFindings(findings), json: { ok, findings }, exit: ok ? 0 : 1 };
  });
}

export const doctorCommand = command(
  'doctor',
  'Check secrets, functions, policies and audit trails, on AWS also the stack and its domains, and say how to fix problems; exits with 1 if there are any',
)
  .option(
    '--object <tenant/path...>',
    'a source to view for a tenant whose bucket is not its own; needed if it cannot be listed',
  )
  .action(doctor);
