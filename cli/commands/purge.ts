import { nodeCrypto } from '../../shared/adapters/crypto.ts';
import { Refusal } from '../../shared/refusal.ts';
import {
  purgeBelow,
  purgeSource,
  requestSecondPurge,
  type SourceName,
} from '../../shared/stores/purge.ts';
import { pathFault } from '../../shared/target.ts';
import { type CommonOptions, command, run } from '../command.ts';
import { policyOf } from '../signer.ts';
import type { Target } from '../target.ts';

/** `a/b/*` and `*` stand for everything below; any other star is part of a name. */
function prefixOf(scope: string): string | undefined {
  return scope === '*' || scope.endsWith('/*') ? scope.slice(0, -1) : undefined;
}

function checkScope(scope: string): void {
  const prefix = prefixOf(scope);
  const path = prefix === undefined ? scope : `${prefix}x`;
  const fault = pathFault(path);
  if (fault !== undefined) throw new Refusal('malformed', fault);
}

async function purgeScope(target: Target, tenant: string, scope: string) {
  const stores = { crypto: nodeCrypto, ...target };
  const prefix = prefixOf(scope);
  if (prefix !== undefined) return purgeBelow(stores, tenant, prefix);
  const source: SourceName = { tenant, path: scope };
  return { derivatives: await purgeSource(stores, source), sources: [source] };
}

const counted = (count: number, noun: string): string =>
  `${count} ${noun}${count === 1 ? '' : 's'}`;

function printPurge(scope: string, derivatives: number, sources: number): string {
  const literal = scope.includes('*') && prefixOf(scope) === undefined;
  const hint = literal ? " The * is part of the name: only 'prefix/*' and '*' stand for more." : '';
  if (derivatives === 0) return `Nothing was stored for ${scope}; its caches are purged.${hint}`;
  const what = `${counted(derivatives, 'derivative')} of ${counted(sources, 'source')}`;
  return `Purged ${what}; done again in 60 s for renders under way.`;
}

async function purge(tenant: string, scope: string, options: CommonOptions): Promise<void> {
  await run(options, async (open) => {
    checkScope(scope);
    const target = open();
    await policyOf(target, tenant);
    const { derivatives, sources } = await purgeScope(target, tenant, scope);
    await requestSecondPurge(target.config, sources);
    return {
      text: printPurge(scope, derivatives, sources.length),
      json: { tenant, scope, derivatives, sources: sources.length },
    };
  });
}

export const purgeCommand = command(
  'purge <tenant> <scope>',
  "Forget all that was made from a source, or from 'prefix/*', in the bucket and in the caches",
).action(purge);
