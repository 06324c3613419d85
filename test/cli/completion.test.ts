import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Command } from 'commander';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { leaves, program } from '../../cli/program.ts';
import { missingPrograms, notRun } from '../not-run.ts';
import { command, json } from './in-process.ts';

const shells = ['bash', 'zsh', 'fish'] as const;
type Shell = (typeof shells)[number];

let folder: string;
const scriptOf = (shell: Shell): string => path.join(folder, `signet.${shell}`);

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'signet-completion-'));
  for (const shell of shells)
    await writeFile(scriptOf(shell), (await command(['completion', shell], {})).stdout);
  for (const name of ['one policy.json', 'two.json'])
    await writeFile(path.join(folder, name), '{}');
});
afterAll(() => rm(folder, { recursive: true, force: true }));

type Spoken = { readonly code: number | null; readonly stdout: string; readonly stderr: string };

function speak(shell: string, args: readonly string[]): Promise<Spoken> {
  return new Promise((resolve) => {
    const child = execFile(shell, args, { cwd: folder }, (_error, stdout, stderr) =>
      resolve({ code: child.exitCode, stdout, stderr }),
    );
  });
}

/** What bash offers after these words, of which the last is incomplete. */
async function completionsOf(...words: readonly string[]): Promise<readonly string[]> {
  const line = 'source "$1"; shift; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _signet';
  const print = 'for one in "${' + 'COMPREPLY[@]}"; do echo "$one"; done';
  const args = ['-c', `${line}; ${print}`, 'bash', scriptOf('bash'), 'signet', ...words];
  const { code, stdout, stderr } = await speak('bash', args);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  return stdout.split('\n').slice(0, -1);
}

/** The words of a command. */
function wordsOf(one: Command): readonly string[] {
  return one.parent === null ? [] : [...wordsOf(one.parent), one.name()];
}

const longOptions = (one: Command): readonly string[] =>
  one.options.flatMap(({ long }) => long ?? []);

describe('completion', () => {
  describe.each(shells)('of %s', (shell) => {
    const isMissing = notRun(`the script for ${shell}`, missingPrograms([shell]));
    it.skipIf(isMissing)('is a script that its shell can read', async () => {
      expect(await speak(shell, ['-n', scriptOf(shell)])).toEqual({
        code: 0,
        stdout: '',
        stderr: '',
      });
    });
  });

  it.each(shells)('of %s comes as JSON too', async (shell) => {
    const { stdout } = await command(['completion', shell], {});
    const printed = await json(['completion', shell], {});
    expect(printed).toEqual({ shell, script: stdout });
  });

  it('supports the shells that have a script', async () => {
    const { code, stdout, stderr } = await command(['completion', 'tcsh'], {});
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain('Allowed choices are bash, zsh, fish.');
  });
});

describe('in bash', () => {
  it('offers every command in its group', async () => {
    expect(await completionsOf('')).toEqual(program.commands.map((one) => one.name()));
    for (const group of program.commands.filter(({ commands }) => commands.length > 0))
      expect(await completionsOf(group.name(), '')).toEqual(
        group.commands.map((one) => one.name()),
      );
  });

  it.each(leaves().map((leaf) => [wordsOf(leaf).join(' '), leaf] as const))(
    'offers every option of %s',
    async (_words, leaf) => {
      const options = [...longOptions(leaf), '--help'];
      expect(await completionsOf(...wordsOf(leaf), 'demo', '--')).toEqual(options);
    },
  );

  it.each<[string, readonly string[], readonly string[]]>([
    ['the beginning of a command', ['pre'], ['prewarm']],
    ['the beginning of an option', ['mint', 'demo', 'a.jpg', '--ex'], ['--expires']],
    ['an option of the program itself', ['--v'], ['--version']],
    ['a choice', ['completion', ''], ['bash', 'zsh', 'fish']],
    ['a tenant', ['mint', ''], []],
    ['the value of an option', ['mint', '--expires', ''], []],
    ['after the values of an option', ['mint', '--expires', '1h', '--ch'], []],
    [
      'a command behind an option and its value',
      ['policy', 'publish', '--reason', 'keys', '--ex'],
      ['--expect'],
    ],
    ['a file', ['policy', 'publish', 'tw'], ['two.json']],
    ['a file with a blank', ['policy', 'validate', 'one'], ['one policy.json']],
    ['a file as value', ['tenant', 'create', 'acme', '--policy', 'tw'], ['two.json']],
    ['an unknown command', ['frobnicate', 'mi'], ['mint']],
  ])('%s: %j', async (_what, words, offers) => {
    expect(await completionsOf(...words)).toEqual(offers);
  });
});

/** The part of a script for one command. */
const parts = {
  zsh: (script: string, words: readonly string[]): string =>
    script.split(`\n_signet_${words.join('_')}() {\n`)[1]?.split('\n}\n')[0] ?? '',
  fish: (script: string, words: readonly string[]): string =>
    script
      .split('\n')
      .filter((line) => line.includes(`'__signet_at \\' ${words.join(' ')}\\''`))
      .join('\n'),
} as const;

describe.each(leaves().map((leaf) => [wordsOf(leaf).join(' '), leaf] as const))(
  'after %s',
  (_words, leaf) => {
    it('declares every option and operand to zsh', async () => {
      const { stdout } = await command(['completion', 'zsh'], {});
      const own = parts.zsh(stdout, wordsOf(leaf));
      for (const long of longOptions(leaf)) expect(own).toContain(`${long}[`);
      for (const operand of leaf.registeredArguments) expect(own).toContain(`:${operand.name()}:`);
    });

    it('declares every option to fish', async () => {
      const { stdout } = await command(['completion', 'fish'], {});
      const own = parts.fish(stdout, wordsOf(leaf));
      for (const long of longOptions(leaf)) expect(own).toContain(` -l ${long.slice(2)} `);
    });
  },
);
