import { printCount } from '../quantity.ts';
import type { CheckedScope, ScopeReport } from './check-scope.ts';
import type { BoundedCount } from './coverage.ts';
import type { ScopeDoubt } from './scope-doubts.ts';

function decodeScope(scope: string): string {
  try {
    return decodeURIComponent(scope);
  } catch {
    return 'without escapes';
  }
}

const doubtTexts: Readonly<Record<ScopeDoubt['kind'], (scope: string) => string>> = {
  prefix: () =>
    'covers one source with exactly this name; for all sources in a folder write FOLDER/*',
  tenant: () => 'begins with the tenant; leave the tenant out of a scope',
  encoded: (scope) => `looks percent-encoded; write the plain name: ${decodeScope(scope)}`,
  absent: () =>
    'covers nothing now: there is no such source, and no derivative of it; check the name, unless it is uploaded later',
  empty: () =>
    'covers nothing now: there is no source and no derivative below the folder; check its name, unless it is filled later',
};

/** A warning for a scope that probably covers nothing. */
export const printScopeDoubt = ({ scope, kind }: ScopeDoubt): string =>
  `scope "${scope}" ${doubtTexts[kind](scope)}`;

/** What an operator has to know about a scope before it is blocked or purged. */
export function printScopeWarnings(
  scope: string,
  { doubts, meant, unlisted }: CheckedScope,
): readonly string[] {
  return [
    ...doubts.map(printScopeDoubt),
    ...(unlisted === undefined
      ? []
      : [`the sources of scope "${scope}" cannot be checked: ${unlisted}`]),
    ...(meant === undefined
      ? []
      : [`no derivative is stored for "${scope}", but some are for "${meant}"; check the name`]),
  ];
}

const printBounded = ({ count, more }: BoundedCount, noun: string): string =>
  `${more ? 'at least ' : ''}${printCount(count, noun)}`;

/** What a scope covers: counts, and some names. */
export function printCoverage(
  { covers }: Pick<ScopeReport, 'covers'>,
  verb: 'covers' | 'covered' = 'covers',
): string {
  const { derivatives, names, sources } = covers;
  const known =
    sources === null ? 'sources that were not counted' : printBounded(sources, 'source');
  const total = sources?.count ?? derivatives.count;
  const others = sources?.more === true || total > names.length ? ', …' : '';
  const list = names.length === 0 ? '' : `: ${names.join(', ')}${others}`;
  return `It ${verb} ${known} and ${printBounded(derivatives, 'stored derivative')}${list}.`;
}
