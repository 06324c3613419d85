import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { leaves } from '../../cli/program.ts';
import { isSafeForTerminal } from '../../shared/terminal.ts';
import { command } from './in-process.ts';
import { type Ran, signet } from './signet.ts';
import { answerTo, type CommandStack, startCommandStack } from './stack.ts';

/** Tests that need a separate process: exit codes, streams, pipes and usage. */

const root = fileURLToPath(new URL('../..', import.meta.url));
const nowhere = { SIGNET_HOME: '/nowhere', SIGNET_PORT: '1', SIGNET_BIND: '', SIGNET_KEY: '' };
let stack: CommandStack;

beforeAll(async () => {
  stack = await startCommandStack();
});
afterAll(() => stack.stop());

/** Runs a shell command in which `signet` is the command line. */
function shell(line: string, environment: Readonly<Record<string, string>>): Promise<Ran> {
  const script = `signet() { "${process.execPath}" bin/signet.js "$@"; }; ${line}`;
  const env = { ...process.env, ...environment };
  return new Promise((resolve) => {
    const child = execFile('bash', ['-c', script], { cwd: root, env }, (_error, stdout, stderr) =>
      resolve({ code: child.exitCode, stdout, stderr }),
    );
  });
}

describe('wrong usage', () => {
  it.each([
    ['an unknown command', ['frobnicate'], "unknown command 'frobnicate'"],
    ['a misspelled command', ['mnt'], "unknown command 'mnt'\n(Did you mean mint?)"],
    [
      'an unknown option',
      ['mint', 'demo', 'a.jpg', '--expire', '1h'],
      "unknown option '--expire'\n(Did you mean --expires?)",
    ],
    ['a missing argument', ['mint', 'demo'], "missing required argument 'path'"],
    ['an argument too many', ['tenant', 'list', 'x'], 'too many arguments'],
    [
      'an option without its value',
      ['mint', 'a', 'b', '--expires'],
      "option '--expires <duration>' argument missing",
    ],
  ])('gives a message and exit code 2: %s', async (_what, args, message) => {
    const { code, stdout, stderr } = await command(args, nowhere);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr.startsWith(`signet: ${message}`)).toBe(true);
    expect(stderr).toContain('(--help shows the usage)');
    const [first = '', ...others] = args;
    const asJson = await command([first, '--json', ...others], nowhere);
    expect({ code: asJson.code, stdout: asJson.stdout }).toEqual({ code: 2, stdout: '' });
    expect(JSON.parse(asJson.stderr)).toEqual({
      error: 'usage',
      message: expect.stringMatching(/^[a-z]/),
    });
  });

  it('is the same in a separate process', async () => {
    const { code, stdout, stderr } = await signet(['mnt'], nowhere);
    expect({ code, stdout, stderr }).toEqual({
      code: 2,
      stdout: '',
      stderr: "signet: unknown command 'mnt'\n(Did you mean mint?)\n(--help shows the usage)\n",
    });
  });

  it.each([
    [['mint', '\u001b[31mx', 'cat.jpg']],
    [['put', 'demo', 'a.jpg', '\u001b]0;x\u0007']],
    [['policy', 'validate', '\u009b31mno']],
    [['frob\u001b[2J']],
  ])('never sends a control character of an argument to the terminal: %j', async (args) => {
    const { stderr } = await command(args, nowhere);
    expect(stderr).toMatch(/^signet: /);
    expect(isSafeForTerminal(stderr)).toBe(true);
  });

  it('includes a missing command', async () => {
    const { code, stdout, stderr } = await command(['policy'], nowhere);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toMatch(/^Usage: signet policy/);
  });

  it('includes a port that is none, also while a stack runs', async () => {
    const { code, stderr } = await command(['tenant', 'list'], { SIGNET_PORT: 'abc' });
    expect({ code, stderr }).toEqual({
      code: 2,
      stderr: 'signet: SIGNET_PORT is "abc"; give the port of the CDN, or unset it\n',
    });
  });

  it('includes an unknown target', async () => {
    const { code, stderr } = await command(['tenant', 'list', '--target', 'azure'], {});
    expect({ code, stderr }).toEqual({
      code: 2,
      stderr: 'signet: --target is "azure"; write local or aws:STACK\n',
    });
    expect((await command(['tenant', 'list'], { SIGNET_TARGET: 'azure' })).code).toBe(2);
  });
});

describe('help', () => {
  it('goes to stdout with exit code 0', async () => {
    const { code, stdout, stderr } = await command(['--help'], nowhere);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toContain(
      'Exit codes: 0 done, 1 refused or failed, 2 wrong usage, 3 target unreachable.',
    );
    for (const name of ['mint', 'explain', 'put', 'purge', 'tenant', 'policy', 'keys'])
      expect(stdout).toMatch(new RegExp(`\n  ${name} `));
  });

  it('exists for every command, with --json and --target', () => {
    for (const leaf of leaves()) {
      expect(leaf.description()).not.toBe('');
      expect(leaf.options.map(({ long }) => long)).toEqual(
        expect.arrayContaining(['--json', '--target']),
      );
    }
  });
});

const png = fileURLToPath(new URL('../../local/demo/samples/mark.png', import.meta.url));
const policyFile = fileURLToPath(new URL('policy.json', import.meta.url));

const online: readonly (readonly string[])[] = [
  ['tenant', 'create', 'acme'],
  ['tenant', 'list'],
  ['tenant', 'show', 'demo'],
  ['keys', 'show'],
  ['keys', 'show', 'demo'],
  ['mint', 'demo', 'mark.png'],
  ['explain', '/demo/mark.png?kid=r1.1&sig=x'],
  ['put', 'demo', 'mark.png', png],
  ['purge', 'demo', '*'],
  ['policy', 'publish', policyFile],
  ['policy', 'diff', policyFile],
  ['policy', 'history', 'demo'],
  ['policy', 'audit', 'demo'],
  ['policy', 'rollback', 'demo', '--reason', 'r'],
  ['keys', 'rotate', 'demo'],
  ['keys', 'rotate'],
  ['keys', 'retire', 'demo', 'r1.1', '--yes'],
  ['keys', 'retire', 'r1', '--yes'],
  ['block', 'demo', 'mark.png', '--reason', 'r'],
  ['unblock', 'demo', 'mark.png', '--reason', 'r'],
  ['tenant', 'delete', 'demo', '--yes'],
  ['doctor'],
];

describe('a target that does not answer', () => {
  it.each(online)('is exit code 3 and what to type: signet %s %s %s', async (...args) => {
    const { code, stdout, stderr } = await command(args, nowhere);
    expect({ code, stdout }).toEqual({ code: 3, stdout: '' });
    expect(stderr).toMatch(
      /^signet: [^\n]* no answer \(ECONNREFUSED\)\. Is Signet running\? On this machine start it with: npm start\n$/,
    );
    const asJson = await command([...args, '--json'], nowhere);
    expect(JSON.parse(asJson.stderr)).toEqual({
      error: 'unreachable',
      message: stderr.slice('signet: '.length, -1),
    });
  });

  it('is the same in a separate process', async () => {
    const { code, stdout, stderr } = await signet(['tenant', 'list', '--json'], nowhere);
    expect({ code, stdout, said: JSON.parse(stderr) }).toMatchObject({
      code: 3,
      stdout: '',
      said: { error: 'unreachable' },
    });
  });

  it('is not needed to validate a policy', async () => {
    expect((await command(['policy', 'validate', policyFile], nowhere)).code).toBe(0);
  });
});

describe('the streams', () => {
  it('carry only the result on stdout, for use in scripts', async () => {
    const { code, stdout, stderr } = await shell(
      'printf "<%s>" "$(signet mint demo mark.png resize,w_64)"',
      { SIGNET_HOME: stack.home },
    );
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(await answerTo(stdout.slice(1, -1))).toBe('200');
  });

  it('carry a failure on stderr, without a stack trace', async () => {
    const { code, stdout, stderr } = await signet(['mint', 'demo', 'a.jpg', 'resize,w_1'], {
      SIGNET_HOME: stack.home,
    });
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toMatch(
      /^signet: denied_value: no rule of resize allows these values; the nearest allowed is resize,w_\d+; allowed: .*\n$/,
    );
    expect(stderr).not.toMatch(/\bat .*:\d+|node:|\.ts/);
  });

  it.each([
    [['--version'], 'signet: surprise\n'],
    [['--version', '--json'], '{"error":"internal","message":"surprise"}\n'],
  ])('carry an error that nothing has caught as one line: %j', async (args, said) => {
    // It is thrown as soon as the program has begun.
    const program = `const throwing = setInterval(() => {
      if (process.listenerCount('uncaughtException') > 0) throw new Error('surprise');
    });
    process.once('exit', () => clearInterval(throwing));
    process.stdout.write = () => true;`;
    const preload = `data:text/javascript,${encodeURIComponent(program)}`;
    const { code, stderr } = await signet(args, { NODE_OPTIONS: `--import ${preload}` });
    expect({ code, stderr }).toEqual({ code: 1, stderr: said });
  });

  it.each([
    ['signet tenant show demo | true', 0],
    ['signet explain "/demo/a.jpg" | true', 1],
    ['signet frobnicate 2>&1 >/dev/null | true', 2],
  ])('may be closed early without changing the exit code: %s', async (line, code) => {
    const ran = await shell(`set -o pipefail; ${line}`, { SIGNET_HOME: stack.home });
    expect(ran).toEqual({ code, stdout: '', stderr: '' });
  });

  it('of notes may be closed early without losing the result', async () => {
    const line = `signet mint demo mark.png 'x-oss-process=image/watermark,image_YnJhbmQvbWFyay5wbmc='`;
    const ran = await shell(`set -o pipefail; { ${line} 2>&1 >&3 | true; } 3>&1`, {
      SIGNET_HOME: stack.home,
    });
    expect(ran).toEqual({ code: 0, stdout: expect.stringMatching(/^http/), stderr: '' });
  });

  it.runIf(process.platform === 'linux')('that cannot be written are a failure', async () => {
    const { code, stderr } = await shell('signet tenant show demo > /dev/full', {
      SIGNET_HOME: stack.home,
    });
    expect({ code, stderr }).toEqual({
      code: 1,
      stderr: 'signet: the result could not be written (ENOSPC)\n',
    });
  });
});
