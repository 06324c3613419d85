/** `prefix`: a * that is not at the end of a folder. `tenant`: begins with the tenant. `encoded`: has escapes. */
export type ScopeDoubt = { readonly scope: string; readonly kind: 'prefix' | 'tenant' | 'encoded' };

const doubts: Readonly<Record<ScopeDoubt['kind'], (scope: string, tenant: string) => boolean>> = {
  prefix: (scope) => scope.replace(/(?:^|\/)\*$/, '').includes('*'),
  tenant: (scope, tenant) => scope.startsWith(`${tenant}/`),
  encoded: (scope) => /%[0-9A-Fa-f]{2}/.test(scope),
};

const kinds = ['prefix', 'tenant', 'encoded'] as const;

/** Finds scopes that probably cover nothing. They are valid, since a source may have such a name. */
export const scopeDoubts = (tenant: string, scopes: readonly string[]): readonly ScopeDoubt[] =>
  scopes.flatMap((scope) =>
    kinds.filter((kind) => doubts[kind](scope, tenant)).map((kind) => ({ scope, kind })),
  );
