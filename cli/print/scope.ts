import type { ScopeDoubt } from '../../operator/mint/scope-doubts.ts';
import { scopePrefix } from '../../shared/url/scope.ts';

/** A note for a scope such as `a*`, which may have been meant as a prefix. Empty for other scopes. */
export const literalStarNote = (scope: string): string =>
  scope.includes('*') && scopePrefix(scope) === undefined
    ? " The * is part of the name: only 'prefix/*' and '*' match more than one source."
    : '';

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
};

/** A warning for a scope that probably covers nothing. */
export const printScopeDoubt = ({ scope, kind }: ScopeDoubt): string =>
  `scope "${scope}" ${doubtTexts[kind](scope)}`;
