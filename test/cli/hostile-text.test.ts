import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { isSafeForTerminal } from '../../shared/terminal.ts';
import { publishPolicy } from '../../shared/versions/publishing.ts';
import { type CommandStack, startCommandStack } from './stack.ts';

/** Policies, records, logs and file names of an attacker, in every command that prints them. */

const direction = 'a\u202Egpj.exe';
const controls = '\u001b[2J\u0007\u009b31m\u061C\u2066x\u0085';
const hostile = `${controls}${direction}\u2028`;

let stack: CommandStack;
let folder: string;

async function write(name: string, content: string): Promise<void> {
  await writeFile(path.join(folder, name), content);
}

const text = (document: object): string => JSON.stringify(document);

/** C1 and C0 controls cannot be in a path, but characters that change its direction can. */
const fields = { blocked: [direction], fallback: `${direction}.png`, operations: { blur: {} } };

beforeAll(async () => {
  stack = await startCommandStack();
  folder = await mkdtemp(path.join(tmpdir(), 'signet-hostile-'));
  const publishing = { ...stack.publishing, by: async () => hostile };
  await publishPolicy(publishing, { tenant: 'acme', ...fields }, { root: 'r1', reason: hostile });
  await write('valid.json', text({ tenant: 'acme', ...fields, fallback: `b${direction}` }));
  await write('unknown.json', text({ tenant: 'acme', operations: {}, [hostile]: hostile }));
  await write('value.json', text({ tenant: hostile, operations: { [hostile]: { w: hostile } } }));
  await write('preset.json', text({ tenant: 'acme', presets: { [hostile]: hostile } }));
  await write('extends.json', text({ tenant: 'acme', extends: hostile }));
  await write('broken.json', `{${hostile}`);
  await write(`${hostile}.json`, text({ tenant: 'acme', operations: {} }));
  await write(
    'line.log',
    `${text({ tenant: hostile, function: 'viewer-request', kid: hostile })}\n`,
  );
  await write('access.log', `#Fields: ${hostile}\n${hostile}\n`);
  await write('list.txt', `${direction}\n${hostile}\n`);
});

afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
  await stack.stop();
});

const commands: readonly (readonly string[])[] = [
  ...['valid', 'unknown', 'value', 'preset', 'extends', 'broken', hostile].flatMap((name) =>
    ['validate', 'diff', 'cost', 'publish'].map((verb) => ['policy', verb, `FOLDER/${name}.json`]),
  ),
  ['policy', 'validate', 'FOLDER'],
  ['policy', 'history', 'acme'],
  ['policy', 'audit', 'acme'],
  ['policy', 'rollback', 'acme', '1', '--reason', 'test'],
  ['policy', 'replay', 'FOLDER/access.log', '--policy', 'FOLDER/valid.json'],
  ['policy', 'replay', 'FOLDER/line.log', '--policy', 'FOLDER/value.json'],
  ['stats', 'FOLDER/line.log'],
  ['stats', `FOLDER/${hostile}.log`],
  ['usage', 'FOLDER/line.log'],
  ['usage', 'FOLDER/access.log', '--tenant', hostile],
  ['usage', `FOLDER/${hostile}.log`, '--since', hostile],
  ['usage', `s3://signet-config/${hostile}`],
  ['tenant', 'show', 'acme'],
  ['tenant', 'show', hostile],
  ['tenant', 'create', hostile],
  ['tenant', 'create', 'other', '--policy', 'FOLDER/value.json'],
  ['explain', `http://127.0.0.1/acme/${encodeURIComponent(direction)}?${hostile}`],
  ['mint', 'acme', direction, 'style,n_none'],
  ['mint', 'acme', hostile],
  ['grant', 'acme', hostile],
  ['block', 'acme', direction, '--reason', 'test'],
  ['block', 'acme', `c${direction}`, '--reason', hostile],
  ['unblock', 'acme', `d${direction}`, '--reason', 'test'],
  ['purge', 'acme', direction],
  ['put', 'acme', direction, `FOLDER/${hostile}.json`],
  ['prewarm', 'acme', 'FOLDER/list.txt', '--recipe', 'blur,s_1'],
  ['keys', 'show', hostile],
  ['doctor'],
];

const printed = ({ stdout, stderr }: { readonly stdout: string; readonly stderr: string }) =>
  [stdout, stderr].filter((output) => output !== '');

describe('a command that reads hostile text', () => {
  it.each(commands)('prints nothing that a terminal interprets: %s %s %s', async (...args) => {
    const given = args.map((one) => one.replace('FOLDER', folder));
    const plain = printed(await stack.run(...given));
    const json = printed(await stack.run(...given, '--json'));
    expect(plain.length).toBeGreaterThan(0);
    expect(json.length).toBeGreaterThan(0);
    for (const output of [...plain, ...json]) {
      expect(isSafeForTerminal(output)).toBe(true);
      expect(output).not.toMatch(/[\u0085\u2028\u2029]/);
    }
  });

  it('prints JSON that still means the text', async () => {
    const { stdout } = await stack.run('tenant', 'show', 'acme');
    expect(stdout).toContain('a\\u202egpj.exe');
    expect(JSON.parse(stdout)).toMatchObject({ blocked: [direction] });
    const history = await stack.run('policy', 'history', 'acme', '--json');
    expect(JSON.parse(history.stdout)).toContainEqual(expect.objectContaining({ by: hostile }));
  });
});
