import { repairOf } from '../../operator/policy-change.ts';
import type { Installation } from '../../operator/target/target.ts';
import { publicHalf } from '../../shared/keys/publisher.ts';
import { renderInStep } from '../../shared/keys/roots.ts';
import { compilePolicy, type Policy } from '../../shared/policy/policy.ts';
import { PortFailure } from '../../shared/ports.ts';
import { sourceKey } from '../../shared/url/path.ts';
import { auditTrail, trailNames } from '../../shared/versions/audit.ts';
import { publishedPolicy, tenantNames } from '../../shared/versions/tenants.ts';
import { printCount } from '../base/quantity.ts';
import { type CommonOptions, command, runCommand } from '../command.ts';

/** One thing that was looked at: what was found, and what to do where it is not well. */
type Finding = {
  readonly check: string;
  readonly ok: boolean;
  readonly found: string;
  readonly todo?: string;
};

const well = (check: string, found: string): Finding => ({ check, ok: true, found });
const ill = (check: string, found: string, todo: string): Finding => ({
  check,
  ok: false,
  found,
  todo,
});

/** Looks at something; what it throws is the finding, but for a target that does not answer. */
async function looked(
  check: string,
  todo: string | (() => Promise<string>),
  look: () => Promise<Finding>,
): Promise<Finding> {
  try {
    return await look();
  } catch (thrown) {
    if (thrown instanceof PortFailure && !thrown.answered) throw thrown;
    const found = thrown instanceof Error ? thrown.message : String(thrown);
    return ill(check, found, typeof todo === 'string' ? todo : await todo());
  }
}

const restore =
  'restore the secret from its previous version, or from a backup of the state folder';

async function checkSecrets(target: Installation): Promise<readonly Finding[]> {
  const roots = await looked('root keys', restore, async () => {
    const { kids } = await target.keyring();
    return well('root keys', kids.join(', '));
  });
  const publisher = await looked('publisher', restore, async () => {
    const { x } = publicHalf(await target.publisher());
    const known = (await target.publishers()).some((key) => key.x === x);
    return known
      ? well('publisher', 'its public key is known to the functions')
      : ill(
          'publisher',
          'signet/roots does not hold its public key: what is published is not believed',
          'put the public half of signet/publisher into signet/roots, or start the stack again',
        );
  });
  const render = await looked('render secret', restore, async () =>
    (await renderInStep(target))
      ? well('render secret', 'in step with the root keys')
      : ill(
          'render secret',
          'it is not the one that follows from the root keys',
          'run: npx signet keys rotate, or start the stack again',
        ),
  );
  return [roots, publisher, render];
}

async function checkDistribution({ address }: Installation): Promise<Finding> {
  const check = 'distribution';
  const url = `${address}/signet-doctor/unsigned.jpg`;
  try {
    const answer = await fetch(url, { redirect: 'manual', signal: AbortSignal.timeout(10_000) });
    await answer.arrayBuffer();
    const code = answer.headers.get('x-signet-error');
    if (answer.status === 403 && code === 'forbidden')
      return well(check, `${address} refuses what is not signed`);
    return ill(
      check,
      `${address} answers an unsigned URL with ${answer.status} ${code ?? ''}`.trim(),
      'see that viewer-request stands before every behaviour, and read its log',
    );
  } catch {
    return ill(check, `${address} does not answer`, 'start it with npm start, or look at its DNS');
  }
}

async function fallbackFault(target: Installation, { tenant, fallback }: Policy) {
  if (fallback === null) return undefined;
  const found = await target.sources.get(sourceKey({ tenant, path: fallback }), { maxBytes: 0 });
  return found === 'missing' ? `its fallback ${fallback} is not there` : undefined;
}

async function checkPolicy(target: Installation, tenant: string): Promise<Finding> {
  const check = `policy ${tenant}`;
  const published = await publishedPolicy(target, tenant);
  if (published === undefined) return ill(check, 'it is gone', 'run it again');
  const policy = compilePolicy(published.document);
  const { kids } = await target.keyring();
  const orphan = policy.keys.accept.find((kid) => !kids.includes(kid.split('.')[0] ?? ''));
  if (orphan !== undefined)
    return ill(
      check,
      `it accepts ${orphan}, whose root key is gone`,
      `npx signet keys rotate ${tenant}`,
    );
  const missing = await fallbackFault(target, policy);
  if (missing !== undefined) return ill(check, missing, `npx signet put ${tenant} PATH FILE`);
  const reporting = policy.reportUntil > target.clock() ? ', reporting instead of enforcing' : '';
  return well(check, `version ${published.version}${reporting}`);
}

async function checkTrail(target: Installation, tenant: string): Promise<Finding> {
  const check = `trail ${tenant}`;
  const { versions, faults } = await auditTrail(target, tenant);
  if (faults.length === 0) return well(check, `${printCount(versions, 'version')}, whole`);
  const todo = `find who can write to the bucket; ${await repairOf(target, tenant)}`;
  return ill(check, faults.join('; '), todo);
}

/** A tenant is gone for the functions where its policy is; the trail says whether it was deleted. */
async function checkGone(
  target: Installation,
  live: readonly string[],
): Promise<readonly Finding[]> {
  const gone = (await trailNames(target.config)).filter((name) => !live.includes(name));
  return Promise.all(
    gone.map((name) =>
      looked(
        `trail ${name}`,
        () => repairOf(target, name),
        () => checkTrail(target, name),
      ),
    ),
  );
}

async function checkTenant(target: Installation, tenant: string): Promise<readonly Finding[]> {
  const repair = () => repairOf(target, tenant);
  return [
    await looked(`policy ${tenant}`, repair, () => checkPolicy(target, tenant)),
    await looked(`trail ${tenant}`, repair, () => checkTrail(target, tenant)),
  ];
}

function print({ check, ok, found, todo }: Finding): string {
  return `${ok ? '✓' : '✗'} ${check}: ${found}${todo === undefined ? '' : `\n    do: ${todo}`}`;
}

async function doctor(options: CommonOptions): Promise<void> {
  await runCommand(options, async (open) => {
    const target = await open();
    const names = await tenantNames(target.config);
    const findings = [...(await checkSecrets(target)), await checkDistribution(target)];
    for (const name of names) findings.push(...(await checkTenant(target, name)));
    findings.push(...(await checkGone(target, names)));
    const ok = findings.every((one) => one.ok);
    const ills = findings.filter((one) => !one.ok).length;
    const end = ok ? 'All is well' : `${ills} of ${findings.length} checks found something`;
    return {
      text: [...findings.map(print), end].join('\n'),
      json: { ok, findings },
      exit: ok ? 0 : 1,
    };
  });
}

export const doctorCommand = command(
  'doctor',
  'Look at secrets, functions, policies and audit trails, and say what to do; exits 1 when something is wrong',
).action(doctor);
