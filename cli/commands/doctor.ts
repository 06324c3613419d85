import { diagnose } from '../../operator/doctor/doctor.ts';
import { type CommonOptions, command, runCommand } from '../command.ts';
import { describeFinding, printFindings } from '../print/doctor.ts';

async function doctor(options: CommonOptions): Promise<void> {
  await runCommand(options, async (open) => {
    const findings = (await diagnose(open)).map(describeFinding);
    const ok = findings.every((one) => one.ok);
    return { text: printFindings(findings), json: { ok, findings }, exit: ok ? 0 : 1 };
  });
}

export const doctorCommand = command(
  'doctor',
  'Check secrets, functions, policies and audit trails, and say how to fix problems; exits with 1 if there are any',
).action(doctor);
