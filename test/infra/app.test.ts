import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Template } from './synth.ts';

/* Runs the app as `npx cdk synth` does, with the real zips and without credentials or a home folder. */

const root = fileURLToPath(new URL('../..', import.meta.url));
let folder = '';
beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'signet-cdk-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Runs without a network, if this machine allows it. */
const offline = spawnSync('unshare', ['-n', 'true']).status === 0 ? ['unshare', '-n'] : [];

function synth(out: string, variables: Readonly<Record<string, string>> = {}) {
  const command = [...offline, process.execPath, '--import', 'tsx', 'infra/app.ts'];
  const [program = '', ...words] = command;
  return spawnSync(program, words, {
    cwd: root,
    encoding: 'utf8',
    env: { PATH: process.env['PATH'], CDK_OUTDIR: path.join(folder, out), ...variables },
  });
}

const context = (all: object) => ({ CDK_CONTEXT_JSON: JSON.stringify(all) });

describe('the app', () => {
  it('makes the template and its zips without an account or a network', () => {
    if (offline.length === 0)
      console.warn('NOT RUN without a network: unshare is not allowed here');
    const { status, stderr } = synth('out');
    expect([status, stderr]).toEqual([
      0,
      'The AWS account is unknown; the template uses 000000000000.\n',
    ]);
    const out = path.join(folder, 'out');
    const template = JSON.parse(
      readFileSync(path.join(out, 'signet.template.json'), 'utf8'),
    ) as Template;
    expect(Object.keys(template.Resources).length).toBeGreaterThan(40);
    expect(readdirSync(out).filter((name) => name.endsWith('.zip'))).toHaveLength(4);
  });

  // test/infra/settings.test.ts has the other sentences.
  it('says what is wrong with a setting in one sentence, and builds nothing', () => {
    const { status, stderr, stdout } = synth(
      'refused',
      context({ signet: { region: 'eu-west-1' } }),
    );
    expect({ status, stdout }).toEqual({ status: 1, stdout: '' });
    expect(stderr.startsWith('cdk.json: signet.region must be us-east-1: ')).toBe(true);
    expect(stderr.trimEnd().split('\n')).toHaveLength(1);
    expect(existsSync(path.join(folder, 'refused'))).toBe(false);
  });

  /** What `npx cdk synth -c settings=FILE` says about a file. */
  function synthFile(name: string, text: string) {
    const file = path.join(folder, name);
    writeFileSync(file, text);
    return { file, ...synth('staging', context({ settings: file, signet: { name: 'other' } })) };
  }

  it('takes the settings of another installation from another file, and says how its secrets are named', () => {
    const { status, stderr } = synthFile('staging.json', '{"signet": {"name": "img"}}');
    expect([status, stderr]).toEqual([
      0,
      'The AWS account is unknown; the template uses 000000000000.\nThe secrets of img are named signet/…, as by earlier versions. For a new installation, set "secretsPrefix": "img".\n',
    ]);
    expect(existsSync(path.join(folder, 'staging', 'img.template.json'))).toBe(true);
  });

  it.each([
    [
      'has a mistake',
      '{"signet": {"nam": "x"}}',
      'signet.nam is not a setting; did you mean "name"?',
    ],
    ['is empty', '{}', 'it has no settings; write {"signet": {"name": "signet-staging", …}}'],
    ['is not JSON', '{', 'it cannot be read (it is not JSON)'],
  ])('names that file if it %s', (_what, text, sentence) => {
    const { file, status, stderr } = synthFile('wrong.json', text);
    expect([status, stderr]).toEqual([1, `${file}: ${sentence}\n`]);
  });
});
