/** What a scope that covers nothing may have been meant as; each may be the name of a source all the same. */
const doubts: readonly (readonly [
  wrong: (scope: string, tenant: string) => boolean,
  what: (scope: string) => string,
])[] = [
  [
    (scope) => scope.replace(/(?:^|\/)\*$/, '').includes('*'),
    () => 'covers one source of that very name; all below a folder is FOLDER/*',
  ],
  [
    (scope, tenant) => scope.startsWith(`${tenant}/`),
    () => 'begins with the tenant, which a scope leaves out',
  ],
  [
    (scope) => /%[0-9A-Fa-f]{2}/.test(scope),
    (scope) => `looks percent-encoded; a scope is the name as it is: ${decodeScope(scope)}`,
  ],
];

function decodeScope(scope: string): string {
  try {
    return decodeURIComponent(scope);
  } catch {
    return 'without escapes';
  }
}

/** A sentence for each scope that may cover nothing. */
export const scopeWarnings = (tenant: string, scopes: readonly string[]): readonly string[] =>
  scopes.flatMap((scope) =>
    doubts
      .filter(([wrong]) => wrong(scope, tenant))
      .map(([, what]) => `scope "${scope}" ${what(scope)}`),
  );
