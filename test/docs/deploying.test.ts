import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { readStackSettings, settingNames } from '../../infra/settings.ts';
import { codeBlocks } from './pages.ts';
import { checkSignet, wordsOf } from './signet-words.ts';

/* Every command that docs/deploying.md tells people to type, against the help of its program. */

const root = fileURLToPath(new URL('../..', import.meta.url));
const text = readFileSync(path.join(root, 'docs', 'deploying.md'), 'utf8');

const blocks = [...text.matchAll(/```sh\n([\s\S]*?)```/g)].map(([, block = '']) => block);
const inline = [...text.matchAll(/`(npx (?:signet|cdk) [^`]+)`/g)].map(([, one = '']) => one);
const inBlocks = blocks
  .flatMap((block) => block.split('\n'))
  .map((line) => line.replace(/\s+#.*$/, '').trim())
  .filter((line) => line !== '');
const typed = [...new Set([...inBlocks, ...inline])];

const helps = new Map<string, Pick<ReturnType<typeof printCdkHelp>, 'stdout' | 'status'>>();

function printCdkHelp(verb: string) {
  const cdk = path.join(root, 'node_modules', 'aws-cdk', 'bin', 'cdk');
  return spawnSync(process.execPath, [cdk, verb, '--help'], {
    cwd: root,
    encoding: 'utf8',
    env: { PATH: process.env['PATH'] },
  });
}

function checkCdk([verb = '', ...rest]: readonly string[]): void {
  const { stdout, status } = helps.get(verb) ?? printCdkHelp(verb);
  helps.set(verb, { stdout, status });
  expect([status, stdout.split('\n')[0]]).toEqual([0, expect.stringMatching(`^cdk ${verb}`)]);
  for (const flag of rest.filter((word) => word.startsWith('-')))
    expect(stdout).toContain(flag.split('=')[0]);
}

/** What needs no look at a help text, as it is written on the page. */
const others = [
  // aws-commands.test.ts checks all others.
  /^aws (?:s3 sync s3:|(?!s3 )[a-z0-9]+ (?:wait )?[a-z-]+ --)/,
  // first-deployment.test.ts runs these.
  /^for (?:kind|name) in [a-z -]+; do aws .+; done$/,
  /^npm (?:ci|test)$/,
  /^git (?:pull|checkout v[0-9.]+)$/,
  /^export SIGNET_TARGET=aws:\w+$/,
];

/** Blocks with settings. The others are policies of Signet and of IAM. */
const settingBlocks = codeBlocks('docs/deploying.md', 'json')
  .filter((block) => settingNames.some((name) => block.includes(`"${name}":`)))
  .map((block) => block.replace('certificate/…', `certificate/${'0'.repeat(36)}`));

describe('docs/deploying.md', () => {
  it('has commands to type', () => {
    expect(typed.length).toBeGreaterThan(15);
  });

  it.each(typed)('names a command that there is: %s', (line) => {
    const [program, name, ...words] = wordsOf(line);
    if (program === 'npx' && name === 'signet') checkSignet(words);
    else if (program === 'npx' && name === 'cdk') checkCdk(words);
    else expect(others.some((form) => form.test(line))).toBe(true);
  });

  it('says of what needs an account that it does', () => {
    const lines = blocks.flatMap((block) => block.split('\n'));
    const needing = lines.filter((line) => /^npx cdk (?:bootstrap|deploy|diff|destroy)/.test(line));
    expect(needing.length).toBeGreaterThan(4);
    expect(needing.filter((line) => !line.includes('needs the account'))).toEqual([]);
  });

  it('shows JSON that can be read', () => {
    for (const block of codeBlocks('docs/deploying.md', 'json'))
      expect(() => JSON.parse(/^"/.test(block) ? `{${block}}` : block)).not.toThrow();
  });

  it.each(settingBlocks)('shows settings that can be deployed: %s', (block) => {
    const shown = JSON.parse(/^"/.test(block) ? `{${block}}` : block) as {
      readonly signet?: object;
    };
    const settings: object = shown.signet ?? shown;
    const [, account = '111111111111'] = /arn:aws:acm:[^:]*:([0-9]{12})/.exec(block) ?? [];
    expect(() => readStackSettings(settings, account)).not.toThrow();
  });

  it('has a row for every setting, with its default', () => {
    const rows = [...text.matchAll(/^\| `([a-zA-Z0-9]+)` \|.*\| (.+) \|$/gm)];
    const said = new Map(rows.map(([, name = '', value = '']) => [name, value]));
    const settings = readStackSettings({}, '111111111111');
    const {
      account: _account,
      hosts,
      corsOrigins,
      uploadOrigins,
      disabledFormats,
      sources,
      tags,
      ...defaults
    } = settings;
    const lists = [hosts, corsOrigins, uploadOrigins, disabledFormats, sources, tags];
    expect(lists).toEqual([{}, [], [], [], {}, {}]);
    for (const [name, value] of Object.entries(defaults))
      expect([name, said.get(name)]).toEqual([name, `\`${value}\``]);
    expect([...said.keys()].toSorted()).toEqual([...settingNames].toSorted());
  });
});
