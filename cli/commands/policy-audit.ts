import { auditTenants } from '../../operator/policies/history.ts';
import { resultsOf } from '../../operator/tenants/outcomes.ts';
import { onlyTenant } from '../../operator/tenants/selection.ts';
import {
  type AllOption,
  addAllOption,
  readSelection,
  tenantOperands,
} from '../base/tenant-options.ts';
import { type CommonOptions, command, runCommand } from '../command.ts';
import { outcomesExit, outcomesJson } from '../print/outcomes.ts';
import { printAudit, printAudits } from '../print/policy.ts';
import { tenantProgress } from '../progress/fleet.ts';

async function audit(operands: readonly string[], options: CommonOptions & AllOption) {
  await runCommand(options, async (open) => {
    const tenants = readSelection(operands, options);
    const control = { startProgress: tenantProgress(options.json ?? false) };
    const outcomes = await auditTenants(open, tenants, control);
    const reports = resultsOf(outcomes);
    const exit = reports.every(({ verified }) => verified) ? outcomesExit(outcomes) : 1;
    const [one] = reports;
    return one !== undefined && onlyTenant(tenants) !== undefined
      ? { text: printAudit(one), json: one, exit }
      : { text: printAudits(outcomes), json: outcomesJson(outcomes), exit };
  });
}

export const auditCommand = addAllOption(
  command(
    'audit [tenants...]',
    `Verify audit trails: detects edited, removed and reordered versions; exits with 1 if one does not verify. ${tenantOperands}, which includes deleted tenants`,
  ),
).action(audit);
