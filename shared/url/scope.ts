import { pathFault } from './path.ts';

/*
 * What a list of paths may name: one source, `a/b/*` for everything below `a/b/`, or `*` for all of a
 * tenant's. Any other star is part of a name.
 */

/** What every path in the scope begins with; nothing where it is one path. */
export function scopePrefix(scope: string): string | undefined {
  return scope === '*' || scope.endsWith('/*') ? scope.slice(0, -1) : undefined;
}

/** What is wrong with a scope, or nothing. */
export function scopeFault(scope: string): string | undefined {
  const prefix = scopePrefix(scope);
  return pathFault(prefix === undefined ? scope : `${prefix}x`);
}

/** Whether a source's path lies in the scope. */
export function covers(scope: string, path: string): boolean {
  const prefix = scopePrefix(scope);
  return prefix === undefined ? path === scope : path.startsWith(prefix);
}
