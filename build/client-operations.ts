import { operationNames, rowOf } from '../shared/operations/table.ts';

/** What the client has to know of the operations table when it runs: names and letters, as a module. */
export function clientOperations(): string {
  const rows = operationNames.map((name) => {
    const key = /^[a-z]+$/.test(name) ? name : `'${name}'`;
    return `  ${key}: '${Object.keys(rowOf(name).parameters).join(' ')}',`;
  });
  return `/* Written from the operations table; to write it anew: npm run docs */

const letters: Readonly<Record<string, string>> = {
${rows.join('\n')}
};

/** The letters of an operation's parameters; nothing where there is no such operation. */
export const parametersOf = (name: string): readonly string[] | undefined =>
  Object.hasOwn(letters, name) ? (letters[name] ?? '').split(' ').filter(Boolean) : undefined;

export const operationNames: readonly string[] = Object.keys(letters);
`;
}
