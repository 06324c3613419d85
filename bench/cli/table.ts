import { fileURLToPath } from 'node:url';
import { startLocalStack } from '../local/started-stack.ts';
import type { Row, Table } from '../table.ts';
import { measureCommands } from './command-times.ts';

const fileOf = (name: string): string => fileURLToPath(new URL(`../../${name}`, import.meta.url));
const policyFile = fileOf('test/cli/policy.json');
const picture = fileOf('local/demo/samples/mark.png');

/** One command for each part of the program that commands load. */
const commands: readonly (readonly string[])[] = [
  ['--version'],
  ['--help'],
  ['policy', 'validate', policyFile],
  ['policy', 'publish', policyFile],
  ['policy', 'history', 'demo'],
  ['mint', 'demo', 'alpine-lake.jpg', 'resize,w_640'],
  ['grant', 'demo', '*'],
  ['explain', '/demo/alpine-lake.jpg'],
  ['tenant', 'list'],
  ['keys', 'show', 'demo'],
  ['put', 'demo', 'mark.png', picture],
  ['purge', 'demo', 'alpine-lake.jpg'],
  ['stats'],
  ['doctor'],
  ['completion', 'bash'],
];

/** A path of this machine says nothing about the command. */
const nameOf = (words: readonly string[]): string =>
  ['signet', ...words.map((word) => ([policyFile, picture].includes(word) ? 'FILE' : word))].join(
    ' ',
  );

async function measureRows(): Promise<readonly Row[]> {
  const stack = await startLocalStack();
  try {
    const times = await measureCommands(
      commands,
      { SIGNET_HOME: stack.home, SIGNET_TARGET: '', SIGNET_KEY: '' },
      7,
    );
    const [version = Number.NaN] = times.commands;
    return [
      {
        what: 'signet --version beside node -e 0',
        figure: version / times.empty,
        unit: 'times its CPU',
        goal: 4,
      },
      ...times.commands.map((seconds, at) => ({
        what: nameOf(commands[at] ?? []),
        figure: seconds,
        unit: 's of CPU',
        goal: 0.6,
      })),
    ];
  } finally {
    await stack.stop();
  }
}

/** What the command line costs, against a local stack. */
export const cliTable: Table = {
  name: 'cli',
  title: 'signet: CPU of commands, after the first start',
  measure: measureRows,
};
