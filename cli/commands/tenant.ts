import { Command } from 'commander';
import { printIssue } from '../../operator/policy-files/policy-set.ts';
import { removalWarning } from '../../operator/tenants/removal.ts';
import { listTenants } from '../../operator/tenants/tenant-list.ts';
import { createTenant, readTenantPolicy, removeTenant } from '../../operator/tenants/tenants.ts';
import { printJson } from '../../shared/terminal.ts';
import { confirm } from '../base/confirm.ts';
import { writeWarnings } from '../base/warnings.ts';
import { type CommonOptions, command, runCommand } from '../command.ts';
import { bigToJson } from '../print/json-number.ts';
import { outcomesExit, outcomesJson } from '../print/outcomes.ts';
import { printTenants } from '../print/tenants.ts';
import { tenantProgress } from '../progress/fleet.ts';

async function create(name: string, options: CommonOptions & { readonly policy?: string }) {
  await runCommand(options, async (open) => {
    const { warnings, ...created } = await createTenant(open, name, options.policy);
    const lines = warnings.map((one) => printIssue(options.policy ?? name, one));
    writeWarnings(lines, options.json === true);
    const text = `Created ${name} (kid ${created.kid}). Next: npx signet put ${name} cat.jpg ./cat.jpg, then npx signet mint ${name} cat.jpg resize,w_640`;
    return { text, json: created };
  });
}

async function list(options: CommonOptions): Promise<void> {
  await runCommand(options, async (open) => {
    const control = { startProgress: tenantProgress(options.json ?? false) };
    const outcomes = await listTenants(open, control);
    return {
      text: printTenants(outcomes, Date.now()),
      json: outcomesJson(outcomes, bigToJson),
      exit: outcomesExit(outcomes),
    };
  });
}

async function show(name: string, options: CommonOptions): Promise<void> {
  await runCommand(options, async (open) => {
    const document = await readTenantPolicy(open, name);
    return { text: printJson(document, 2), json: document };
  });
}

async function remove(
  name: string,
  options: CommonOptions & { readonly yes?: true },
): Promise<void> {
  await runCommand(options, async (open) => {
    const removed = await removeTenant(open, { name, reason: options.reason }, () =>
      confirm(removalWarning(name), options.yes === true),
    );
    const text = `Deleted ${name} and ${removed.derivatives} derivatives. Its sources and audit trail are kept.`;
    return { text, json: removed };
  });
}

export const tenantCommand = new Command('tenant')
  .description('Create, list, show and delete tenants')
  .addCommand(
    command('create <name>', 'Create a tenant; without --policy it gets the starter policy')
      .option('--policy <file>', 'JSON file with its policy')
      .action(create),
  )
  .addCommand(
    command(
      'list',
      'List the tenants: live version, the kid that signs and its age, mode, blocked scopes, last change, and how many derivatives of each source the policy allows (+: or more)',
    ).action(list),
  )
  .addCommand(
    command(
      'delete <name>',
      'Delete a tenant and all its derivatives; its sources and audit trail are kept',
    )
      .option('--reason <text>', 'the reason, recorded in the audit trail')
      .option('--yes', 'do not ask for confirmation')
      .action(remove),
  )
  .addCommand(command('show <name>', 'Print the policy as the edge reads it').action(show));
