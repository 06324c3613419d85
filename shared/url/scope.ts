import { pathFault, watermarkFolder } from './path.ts';

/*
 * A scope is one source, `a/b/*` for everything below `a/b/`, or `*` for every source of the tenant.
 * A star anywhere else is part of a name.
 */

/** The common prefix of all paths in the scope; undefined if the scope is one path. */
export function scopePrefix(scope: string): string | undefined {
  return scope === '*' || scope.endsWith('/*') ? scope.slice(0, -1) : undefined;
}

/** Finds what is wrong with a scope. */
export function scopeFault(scope: string): string | undefined {
  const prefix = scopePrefix(scope);
  return pathFault(prefix === undefined ? scope : `${prefix}x`);
}

const folderFault = (scope: string): string =>
  `the path ends in a slash; for everything below it write ${scope}*`;

const isFolder = (scope: string): boolean =>
  scope.endsWith('/') && scopeFault(`${scope}*`) === undefined;

/** The same in more words, for people: a folder is often written without its star. */
export const explainedScopeFault = (scope: string): string | undefined =>
  isFolder(scope) ? folderFault(scope) : scopeFault(scope);

/** Whether the scope names watermarks, which can be blocked and have no URL. */
export const isWatermarkScope = (scope: string): boolean => scope.startsWith(`${watermarkFolder}/`);

/** Finds what is wrong with a scope that is blocked, in the same words: it may name watermarks, too. */
export function blockedScopeFault(scope: string): string | undefined {
  const named = isWatermarkScope(scope) ? scope.slice(watermarkFolder.length + 1) : scope;
  const isAll = named === '' && scope !== '';
  return isAll || isFolder(named) ? folderFault(scope) : scopeFault(named);
}

/** Whether the scope contains a path. */
export function covers(scope: string, path: string): boolean {
  const prefix = scopePrefix(scope);
  return prefix === undefined ? path === scope : path.startsWith(prefix);
}

/** A list of scopes, compiled for fast decisions. */
export type ScopeList = {
  readonly paths: ReadonlySet<string>;
  readonly prefixes: readonly string[];
};

export function compileScopes(scopes: readonly string[]): ScopeList {
  return {
    paths: new Set(scopes.filter((scope) => scopePrefix(scope) === undefined)),
    prefixes: scopes.flatMap((scope) => scopePrefix(scope) ?? []),
  };
}

/** Finds the scope of a list that contains a path. */
export function findCovering({ paths, prefixes }: ScopeList, path: string): string | undefined {
  if (paths.has(path)) return path;
  const prefix = prefixes.find((one) => path.startsWith(one));
  return prefix === undefined ? undefined : `${prefix}*`;
}
