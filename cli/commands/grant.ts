import { usageFailure } from '../../operator/failure.ts';
import { mintTenantGrant } from '../../operator/mint/mint-tenant-grant.ts';
import { printScopeDoubt } from '../../operator/scopes/scope-text.ts';
import { checkTenantName } from '../../operator/tenants/tenant-name.ts';
import { seconds } from '../../shared/ports.ts';
import { readDuration } from '../base/duration.ts';
import { collectValues } from '../base/options.ts';
import { writeWarnings } from '../base/warnings.ts';
import { type CommonOptions, command, runCommand } from '../command.ts';

type Options = CommonOptions & {
  readonly expires: string;
  readonly notBefore?: string;
  readonly preset?: readonly string[];
  readonly check: boolean;
};

function readLifetime(text: string): number {
  const lifetime = readDuration(text);
  if (lifetime === undefined) throw usageFailure('a grant must expire; write 90s, 15m, 1h or 7d');
  return lifetime;
}

function readDelay(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const delay = readDuration(text);
  if (delay === undefined) throw usageFailure('--not-before needs a duration, such as 1h');
  return delay;
}

async function grant(tenant: string, scope: readonly string[], options: Options): Promise<void> {
  await runCommand(options, async (open) => {
    checkTenantName(tenant);
    const lifetime = readLifetime(options.expires);
    const delay = readDelay(options.notBefore);
    const { check, preset: presets, target } = options;
    const request = { tenant, scope, lifetime, delay, presets, check, target };
    const { minted, doubts } = await mintTenantGrant(open, request, seconds(Date.now));
    writeWarnings(doubts.map(printScopeDoubt), options.json ?? false);
    return { text: minted.grant, json: minted };
  });
}

export const grantCommand = command(
  'grant <tenant> <scope...>',
  "Print one signature for many URLs: a source, 'albums/2026/*', or '*' for all sources. Send it as ?grant=… or in the cookie signet-grant",
)
  .option('--expires <duration>', 'lifetime: 90s, 15m, 1h or 7d', '1h')
  .option('--not-before <duration>', 'the grant becomes valid after this time: 15m, 1h')
  .option('--preset <name>', 'allow only this preset; may be repeated', collectValues)
  .option('--no-check', 'do not check that the policy accepts the grant')
  .action(grant);
