import { secondPurgeSeconds } from '../../shared/objects/purge.ts';
import { watermarkIdIn } from '../../shared/operations/watermark-object.ts';
import { scopePrefix } from '../../shared/url/scope.ts';
import { printCount } from '../quantity.ts';
import { printCoverage } from '../scopes/scope-text.ts';
import type { ScopePurge } from './purge-scope.ts';

/** The caches are purged by source, and without derivatives the sources of a folder are not known. */
const printNothingStored = (scope: string): string =>
  scopePrefix(scope) === undefined && watermarkIdIn(scope) === undefined
    ? `No derivatives were stored for ${scope}. Its caches are purged.`
    : `No derivatives were stored for ${scope}, so nothing was purged.`;

/** What was purged. */
export function printPurge(purged: ScopePurge): string {
  const { scope, derivatives, sources } = purged;
  const covered = printCoverage(purged, 'covered');
  if (derivatives === 0) return `${printNothingStored(scope)}\n${covered}`;
  const what = `${printCount(derivatives, 'derivative')} of ${printCount(sources, 'source')}`;
  const done = `Purged ${what}. A second purge in ${secondPurgeSeconds} s removes renders that were in progress.`;
  return `${done}\n${covered}`;
}
