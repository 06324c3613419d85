import { OperatorFailure, usageFailure } from '../../operator/failure.ts';
import { offlineSigner, onlineSigner } from '../../operator/keys/signer.ts';
import { checkTenantName } from '../../operator/tenant-name.ts';
import type { Policy } from '../../shared/policy/policy.ts';
import { seconds } from '../../shared/ports.ts';
import { checkGrants, checkLifetime } from '../../shared/request/admission.ts';
import { roundedExpiry } from '../../shared/request/expiry.ts';
import { mintGrant } from '../../shared/request/grant.ts';
import { readDuration } from '../base/duration.ts';
import { collect } from '../base/options.ts';
import { scopeWarnings } from '../base/scope-warnings.ts';
import { writeWarnings } from '../base/warnings.ts';
import { type CommonOptions, command, runCommand } from '../command.ts';

type Options = CommonOptions & {
  readonly expires: string;
  readonly notBefore?: string;
  readonly preset?: readonly string[];
  readonly check: boolean;
};

/** Asks what the edge would ask of every URL under the grant. */
function checkAgainst(policy: Policy, exp: number, presets: readonly string[], now: number): void {
  checkLifetime(policy, String(exp), now);
  checkGrants(policy, undefined, now);
  const unknown = presets.find((name) => !policy.presets.has(name));
  if (unknown === undefined) return;
  const known = [...policy.presets.keys()].join(', ') || 'none';
  throw new OperatorFailure(
    'denied_preset',
    `the policy has no preset "${unknown}"; it has: ${known}`,
  );
}

function expiryFrom(text: string, now: number): number {
  const lifetime = readDuration(text);
  if (lifetime === undefined) throw usageFailure('a grant has to expire; write 90s, 15m, 1h or 7d');
  return roundedExpiry(now, lifetime);
}

function startFrom(text: string | undefined, now: number): number | undefined {
  if (text === undefined) return undefined;
  const delay = readDuration(text);
  if (delay === undefined) throw usageFailure('--not-before takes a duration, such as 1h');
  return now + delay;
}

async function grant(tenant: string, scope: readonly string[], options: Options): Promise<void> {
  await runCommand(options, async (open) => {
    checkTenantName(tenant);
    const now = seconds(Date.now);
    const exp = expiryFrom(options.expires, now);
    const nbf = startFrom(options.notBefore, now);
    const { preset: presets } = options;
    const signer = offlineSigner(tenant, options) ?? (await onlineSigner(await open(), tenant));
    if (options.check && signer.policy !== undefined)
      checkAgainst(signer.policy, exp, presets ?? [], now);
    const asked = {
      scope,
      exp,
      ...(nbf === undefined ? {} : { nbf }),
      ...(presets === undefined ? {} : { presets }),
    };
    const text = await mintGrant(tenant, asked, signer);
    writeWarnings(scopeWarnings(tenant, scope), options.json ?? false);
    return { text, json: { grant: text, tenant, kid: signer.kid, ...asked } };
  });
}

export const grantCommand = command(
  'grant <tenant> <scope...>',
  "Print one signature for many URLs: of a source, of all below 'albums/2026/*', or of '*'. It goes as ?grant=… or in the cookie signet-grant",
)
  .option('--expires <duration>', 'how long it lives: 90s, 15m, 1h or 7d', '1h')
  .option('--not-before <duration>', 'it begins to hold after this: 15m, 1h')
  .option('--preset <name>', 'only this preset may be asked for; may be repeated', collect)
  .option('--no-check', 'do not ask the policy whether the edge will take it')
  .action(grant);
