import { covers, scopeFault, scopePrefix } from '../../shared/url/scope.ts';
import { decodeOnce } from '../explain/decode-once.ts';

/** Turns a scope into what was probably meant; undefined if the mistake is not in it. */
type Correction = (scope: string, tenant: string) => string | undefined;

/** The usual mistakes in a scope that is otherwise right. */
const corrections: readonly Correction[] = [
  (scope) => decodeOnce(scope),
  (scope, tenant) => (scope.startsWith(`${tenant}/`) ? scope.slice(tenant.length + 1) : undefined),
  (scope) => scope.normalize('NFC'),
  (scope) => scope.normalize('NFD'),
  // A folder without its star, or with a star in the wrong place.
  (scope) => (scopePrefix(scope) === undefined ? `${scope.replace(/\*$/, '')}/*` : undefined),
  // One source with the star of a folder.
  (scope) => (scope.endsWith('/*') ? scope.slice(0, -2) : undefined),
];

const correctOnce = (scope: string, tenant: string): readonly string[] =>
  corrections.flatMap((correct) => correct(scope, tenant) ?? []);

/** Lists corrected spellings of a scope: those with one mistake first, then those with two. */
export function correctSpellings(tenant: string, scope: string): readonly string[] {
  const one = correctOnce(scope, tenant);
  const two = one.flatMap((corrected) => correctOnce(corrected, tenant));
  return [...new Set([...one, ...two])].filter(
    (text) => text !== scope && scopeFault(text) === undefined,
  );
}

const fold = (text: string): string => text.normalize('NFC').toLowerCase();

/** The folder or the source that a path has in common with the form of a scope. */
function sameForm(scope: string, path: string): string {
  const prefix = scopePrefix(scope);
  if (prefix === undefined) return path;
  return `${path
    .split('/')
    .slice(0, prefix.split('/').length - 1)
    .join('/')}/*`;
}

/** Finds a scope that differs from one of the given ones only in upper and lower case, and covers the path. */
export function findOtherCase(scopes: readonly string[], path: string): string | undefined {
  const found = scopes.map((scope) => ({ scope, other: sameForm(scope, path) }));
  return found.find(
    ({ scope, other }) => scope !== other && fold(scope) === fold(other) && covers(other, path),
  )?.other;
}
