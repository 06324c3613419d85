import { policyOf } from '../../operator/keys/signer.ts';
import type { Installation } from '../../operator/target/target.ts';
import {
  purgeBelow,
  purgeSource,
  requestSecondPurge,
  type SourceName,
} from '../../shared/objects/purge.ts';
import { malformed } from '../../shared/refusal.ts';
import { scopeFault, scopePrefix } from '../../shared/url/scope.ts';
import { type CommonOptions, command, runCommand } from '../command.ts';

export function checkScope(scope: string): void {
  const fault = scopeFault(scope);
  if (fault !== undefined) throw malformed(fault);
}

async function purgeScope(target: Installation, tenant: string, scope: string) {
  const prefix = scopePrefix(scope);
  if (prefix !== undefined) return purgeBelow(target, tenant, prefix);
  const source: SourceName = { tenant, path: scope };
  return { derivatives: await purgeSource(target, source), sources: [source] };
}

const counted = (count: number, noun: string): string =>
  `${count} ${noun}${count === 1 ? '' : 's'}`;

/** Whoever writes `a*` may have meant all that begins so. */
export const literalNote = (scope: string): string =>
  scope.includes('*') && scopePrefix(scope) === undefined
    ? " The * is part of the name: only 'prefix/*' and '*' stand for more."
    : '';

function printPurge(scope: string, derivatives: number, sources: number): string {
  const hint = literalNote(scope);
  if (derivatives === 0) return `Nothing was stored for ${scope}; its caches are purged.${hint}`;
  const what = `${counted(derivatives, 'derivative')} of ${counted(sources, 'source')}`;
  return `Purged ${what}; done again in 60 s for renders under way.`;
}

async function purge(tenant: string, scope: string, options: CommonOptions): Promise<void> {
  await runCommand(options, async (open) => {
    checkScope(scope);
    const target = await open();
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
