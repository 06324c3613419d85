import { randomBytes } from 'node:crypto';
import { OperatorFailure, usageFailure } from '../../operator/failure.ts';
import { changePolicy, liveRecord, mintableRoot } from '../../operator/policy-change.ts';
import type { Installation } from '../../operator/target/target.ts';
import { readKid } from '../../shared/keys/keyring.ts';
import { addRoot, removeRoot } from '../../shared/keys/roots.ts';
import { limits } from '../../shared/limits.ts';
import type { Keys } from '../../shared/policy/policy.ts';
import { seconds } from '../../shared/ports.ts';
import { isKid } from '../../shared/url/signature.ts';
import { kidsUpTo } from '../../shared/versions/audit.ts';
import { publishedPolicy, tenantNames } from '../../shared/versions/tenants.ts';
import { confirm } from '../base/confirm.ts';
import { type CommonOptions, command, type Result, runCommand } from '../command.ts';

type Options = CommonOptions & { readonly reason?: string; readonly yes?: true };

/** A policy names sixteen kids at most. */
const mostKids = 16;

const keysIn = (policy: Readonly<Record<string, unknown>>): Keys => policy['keys'] as Keys;

/** The generation that follows all that a tenant has ever had of this root. */
function nextKid(root: string, had: readonly string[]): string {
  const generations = had.map(readKid).filter((kid) => kid.root === root);
  return `${root}.${Math.max(0, ...generations.map(({ generation }) => generation)) + 1}`;
}

async function rotateTenant(
  target: Installation,
  tenant: string,
  reason?: string,
): Promise<Result> {
  const root = await mintableRoot(target);
  const { keys } = await changePolicy(target, tenant, reason ?? 'keys rotate', (live) => {
    const { accept } = keysIn(live.policy);
    if (accept.length >= mostKids)
      throw new OperatorFailure(
        'conflict',
        `${tenant} accepts ${accept.length} kids; retire one first: npx signet keys retire ${tenant} ${accept[0]}`,
      );
    const active = nextKid(root, kidsUpTo(live));
    return { ...live.policy, keys: { active, accept: [...accept, active] } };
  });
  const old = keys.accept.filter((kid) => kid !== keys.active);
  const text = `${tenant} signs with ${keys.active} from now on; what was signed with ${old.join(', ')} stays valid. When all backends have the new key: npx signet keys retire ${tenant} ${old[0]}`;
  return { text, json: { tenant, ...keys } };
}

async function rotateRoots(target: Installation): Promise<Result> {
  const now = seconds(target.clock);
  const kid = await addRoot(target, randomBytes(limits.rootKeyBytes).toString('base64url'), now);
  const text = `Added root key ${kid}. Tenants get keys of it in 20 minutes, when every function knows it: npx signet keys rotate TENANT`;
  return { text, json: { root: kid, mintableAt: new Date((now + 1_200) * 1_000).toISOString() } };
}

async function rotate(tenant: string | undefined, options: Options): Promise<void> {
  await runCommand(options, async (open) =>
    tenant === undefined
      ? rotateRoots(await open())
      : rotateTenant(await open(), tenant, options.reason),
  );
}

function checkRetirable(tenant: string, { active, accept }: Keys, kid: string): void {
  if (kid === active)
    throw new OperatorFailure(
      'conflict',
      `${tenant} signs with ${kid}; rotate first: npx signet keys rotate ${tenant}`,
    );
  if (!accept.includes(kid))
    throw new OperatorFailure(
      'not_found',
      `${tenant} does not accept ${kid}: ${accept.join(', ')}`,
    );
}

async function retireTenantKid(
  target: Installation,
  tenant: string,
  kid: string,
  { reason, yes }: Options,
): Promise<Result> {
  if (!isKid(kid)) throw usageFailure(`"${kid}" is not a kid, such as r1.1`);
  checkRetirable(tenant, keysIn((await liveRecord(target, tenant)).policy), kid);
  await confirm(
    `Every URL of ${tenant} that was signed with ${kid} will be refused within a minute, for good.`,
    yes === true,
  );
  const { keys } = await changePolicy(target, tenant, reason ?? `retire ${kid}`, ({ policy }) => {
    const { active, accept } = keysIn(policy);
    checkRetirable(tenant, { active, accept }, kid);
    return { ...policy, keys: { active, accept: accept.filter((one) => one !== kid) } };
  });
  const text = `Retired ${kid} of ${tenant}; it never returns. Accepted now: ${keys.accept.join(', ')}`;
  return { text, json: { tenant, retired: kid, ...keys } };
}

/** The tenants that would lose URLs with a root. */
async function tenantsOn(target: Installation, root: string): Promise<readonly string[]> {
  const using: string[] = [];
  for (const name of await tenantNames(target.config)) {
    const published = await publishedPolicy(target, name);
    const accept = published?.document.keys?.accept ?? [];
    if (accept.some((kid) => readKid(kid).root === root)) using.push(name);
  }
  return using;
}

async function checkRoot(target: Installation, root: string): Promise<void> {
  const { kids } = await target.keyring();
  if (!kids.includes(root))
    throw new OperatorFailure('not_found', `there is no root key ${root}: ${kids.join(', ')}`);
  if (root === (await mintableRoot(target)))
    throw new OperatorFailure(
      'conflict',
      kids.at(-1) === root
        ? `${root} is the root that new keys come from; add another one first: npx signet keys rotate`
        : `${root} is the root that new keys come from until every function knows ${kids.at(-1)}, 20 minutes after it was added; wait for that`,
    );
  const using = await tenantsOn(target, root);
  if (using.length > 0)
    throw new OperatorFailure(
      'conflict',
      `${root} is still accepted by ${using.slice(0, 5).join(', ')}${using.length > 5 ? ` and ${using.length - 5} more` : ''}; rotate and retire their kids first`,
    );
}

async function retireRoot(target: Installation, root: string, { yes }: Options): Promise<Result> {
  await checkRoot(target, root);
  await confirm(`Root key ${root} will be deleted from the secret, for good.`, yes === true);
  await removeRoot(target, root);
  return { text: `Retired root key ${root}`, json: { retired: root } };
}

async function retire(name: string, kid: string | undefined, options: Options): Promise<void> {
  await runCommand(options, async (open) =>
    kid === undefined
      ? retireRoot(await open(), name, options)
      : retireTenantKid(await open(), name, kid, options),
  );
}

export const rotateCommand = command(
  'rotate [tenant]',
  'Sign with a new key from now on; what was signed before stays valid. Without a tenant, add a root key',
)
  .option('--reason <text>', 'why; it stays in the audit trail')
  .action(rotate);

export const retireCommand = command(
  'retire <name> [kid]',
  'Refuse all that was signed with a kid: keys retire TENANT KID. With one name, delete that root key: keys retire r1',
)
  .option('--reason <text>', 'why; it stays in the audit trail')
  .option('--yes', 'do not ask')
  .action(retire);
