import { Command } from 'commander';
import { OperatorFailure } from '../../operator/failure.ts';
import { isGone, mintableRoot, noTenant } from '../../operator/policy-change.ts';
import { resolvePolicyFile } from '../../operator/policy-files/policy-extends.ts';
import { checkRoots } from '../../operator/policy-files/policy-file.ts';
import type { Installation } from '../../operator/target/target.ts';
import { checkTenantName } from '../../operator/tenant-name.ts';
import { purgeBelow } from '../../shared/objects/purge.ts';
import { starterPolicy } from '../../shared/policy/starter.ts';
import { validPolicy } from '../../shared/policy/validation.ts';
import { deleteTenant, publishPolicy } from '../../shared/versions/publishing.ts';
import { publishedPolicy, tenantNames } from '../../shared/versions/tenants.ts';
import { confirm } from '../base/confirm.ts';
import { type CommonOptions, command, runCommand } from '../command.ts';

async function documentFor(name: string, file: string | undefined): Promise<object> {
  if (file === undefined) return { tenant: name, ...starterPolicy };
  const document = { tenant: name, ...(await resolvePolicyFile(file)) };
  if (document.tenant !== name)
    throw new OperatorFailure(
      'invalid_policy',
      `${file} is a policy of ${document.tenant}, not of ${name}`,
    );
  return document;
}

async function create(name: string, options: CommonOptions & { readonly policy?: string }) {
  await runCommand(options, async (open) => {
    checkTenantName(name);
    const document = await documentFor(name, options.policy);
    validPolicy(document);
    const target = await open();
    const keyring = await target.keyring();
    checkRoots(options.policy ?? name, document, keyring);
    const root = await mintableRoot(target);
    const { keys } = await publishPolicy(target, document, { root, create: true });
    const text = `Created ${name} (kid ${keys.active}). Next: npx signet put ${name} cat.jpg ./cat.jpg, then npx signet mint ${name} cat.jpg resize,w_640`;
    return { text, json: { tenant: name, kid: keys.active } };
  });
}

async function list(options: CommonOptions): Promise<void> {
  await runCommand(options, async (open) => {
    const names = await tenantNames((await open()).config);
    return { text: names.join('\n'), json: names.map((tenant) => ({ tenant })) };
  });
}

async function published(target: Installation, name: string) {
  checkTenantName(name);
  const found = await publishedPolicy(target, name);
  if (found === undefined) throw await noTenant(target, name);
  return found.document;
}

async function show(name: string, options: CommonOptions): Promise<void> {
  await runCommand(options, async (open) => {
    const document = await published(await open(), name);
    return { text: JSON.stringify(document, undefined, 2), json: document };
  });
}

async function remove(
  name: string,
  options: CommonOptions & { readonly reason?: string; readonly yes?: true },
): Promise<void> {
  await runCommand(options, async (open) => {
    checkTenantName(name);
    const target = await open();
    const live = (await tenantNames(target.config)).includes(name);
    if (!live && !(await isGone(target, name))) throw await noTenant(target, name);
    await confirm(
      `Every URL of ${name} will be refused within a minute, for good: a new tenant of that name gets other keys.`,
      options.yes === true,
    );
    await deleteTenant(target, name, options.reason);
    const { derivatives } = await purgeBelow(target, name, '');
    const text = `Deleted ${name} and ${derivatives} derivatives; its sources and its audit trail stay`;
    return { text, json: { tenant: name, derivatives } };
  });
}

export const tenantCommand = new Command('tenant')
  .description('Create, look at and delete tenants')
  .addCommand(
    command('create <name>', 'Create a tenant; without --policy it gets the starter policy')
      .option('--policy <file>', 'its policy, as JSON')
      .action(create),
  )
  .addCommand(command('list', 'List the tenants').action(list))
  .addCommand(
    command(
      'delete <name>',
      'Delete a tenant and all that was made for it; its sources and its trail stay',
    )
      .option('--reason <text>', 'why; it stays in the audit trail')
      .option('--yes', 'do not ask')
      .action(remove),
  )
  .addCommand(command('show <name>', 'Print the policy as the edge reads it').action(show));
