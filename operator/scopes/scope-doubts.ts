import { scopePrefix } from '../../shared/url/scope.ts';

/**
 * Why a scope probably covers nothing. `prefix`: a * that is not at the end of a folder. `tenant`: begins with the
 * tenant. `encoded`: has escapes. `absent`: no such source, and no derivative of it. `empty`: nothing below the folder.
 */
export type ScopeDoubt = {
  readonly scope: string;
  readonly kind: WrittenDoubt | 'absent' | 'empty';
};

/** What the text alone shows. */
type WrittenDoubt = 'prefix' | 'tenant' | 'encoded';

const doubts: Readonly<Record<WrittenDoubt, (scope: string, tenant: string) => boolean>> = {
  prefix: (scope) => scope.replace(/(?:^|\/)\*$/, '').includes('*'),
  tenant: (scope, tenant) => scope.startsWith(`${tenant}/`),
  encoded: (scope) => /%[0-9A-Fa-f]{2}/.test(scope),
};

const written = ['prefix', 'tenant', 'encoded'] as const;

/** Finds scopes that probably cover nothing. They are valid, since a source may have such a name. */
export const scopeDoubts = (tenant: string, scopes: readonly string[]): readonly ScopeDoubt[] =>
  scopes.flatMap((scope) =>
    written.filter((kind) => doubts[kind](scope, tenant)).map((kind) => ({ scope, kind })),
  );

/** The doubts about a scope under which nothing is stored. */
export const emptyScopeDoubts = (tenant: string, scope: string): readonly ScopeDoubt[] => [
  { scope, kind: scopePrefix(scope) === undefined ? 'absent' : 'empty' },
  ...scopeDoubts(tenant, [scope]),
];
