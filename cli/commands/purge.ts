import { purgeScope, type ScopePurge } from '../../operator/purge/purge-scope.ts';
import { secondPurgeSeconds } from '../../shared/objects/purge.ts';
import { printCount } from '../base/quantity.ts';
import { type CommonOptions, command, runCommand } from '../command.ts';
import { literalStarNote } from '../print/scope.ts';

function printPurge({ scope, derivatives, sources }: ScopePurge): string {
  if (derivatives === 0)
    return `No derivatives were stored for ${scope}. Its caches are purged.${literalStarNote(scope)}`;
  const what = `${printCount(derivatives, 'derivative')} of ${printCount(sources, 'source')}`;
  return `Purged ${what}. A second purge in ${secondPurgeSeconds} s removes renders that were in progress.`;
}

async function purge(tenant: string, scope: string, options: CommonOptions): Promise<void> {
  await runCommand(options, async (open) => {
    const purged = await purgeScope(open, tenant, scope);
    return { text: printPurge(purged), json: purged };
  });
}

export const purgeCommand = command(
  'purge <tenant> <scope>',
  "Delete every derivative of a source, or of all sources below 'prefix/*', from the bucket and the caches",
).action(purge);
