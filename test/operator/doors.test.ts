import { describe, expect, it } from 'vitest';
import { imports, printImport, sources } from '../architecture/source-tree.ts';

const operatorFiles = [...sources].filter(([file]) => file.startsWith('operator/'));

describe('operator/', () => {
  it('writes nothing to the terminal and asks nothing', () => {
    const writing = operatorFiles.filter(([, source]) =>
      /process\.(?:stdout|stderr|exit)|console\./.test(source),
    );
    expect(writing.map(([file]) => file)).toEqual([]);
    const asking = imports.filter(
      ({ from, to }) => from.startsWith('operator/') && /readline|commander/.test(to),
    );
    expect(asking.map(printImport)).toEqual([]);
  });
});

/** The files of shared/ that commands use, and why. */
const usedByCommands: Readonly<Record<string, string>> = {
  'shared/operations/engine.ts': 'the help names the engine of this release',
  'shared/policy/json-schema.ts': 'the schema is printed as it is',
  'shared/ports.ts': 'the time is handed to the functions that mint',
  'shared/terminal.ts': 'JSON is printed without characters that a terminal interprets',
  'shared/url/signature.ts': 'a kid is told apart from the name of a root key',
};

describe('cli/commands/', () => {
  it('has its logic in operator/', () => {
    const used = imports
      .filter(({ from, to }) => from.startsWith('cli/commands/') && to.startsWith('shared/'))
      .map(({ to }) => to);
    expect([...new Set(used)].toSorted()).toEqual(Object.keys(usedByCommands));
  });
});
