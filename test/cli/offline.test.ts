import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Explanation } from '../../operator/explain/explanation.ts';
import { command, type Environment, json } from './in-process.ts';
import { answerTo, type CommandStack, startCommandStack } from './stack.ts';

/** Nothing listens on port 1, so every command that needs a target fails. */
const nowhere: Environment = { SIGNET_HOME: '/nowhere', SIGNET_PORT: '1' };
let stack: CommandStack;
let environment: Environment;

beforeAll(async () => {
  stack = await startCommandStack();
  const { stdout } = await stack.run('keys', 'show', 'demo', '--env');
  const lines = stdout.trim().split('\n');
  const pairs = lines.map((line) => [
    line.slice(0, line.indexOf('=')),
    line.slice(line.indexOf('=') + 1),
  ]);
  environment = { ...nowhere, ...(Object.fromEntries(pairs) as Environment) };
});

afterAll(() => stack.stop());

const offline = (...args: readonly string[]) => command(args, environment);
const mintOffline = async (...args: readonly string[]): Promise<string> =>
  (await offline('mint', ...args)).stdout.trim();

describe('with what keys show --env prints', () => {
  it('mints the same URL as at the target, and the edge serves it', async () => {
    const args = ['demo', 'dunes at dusk.jpg', 'resize,w_64', '--expires', '7d'];
    const url = await mintOffline(...args);
    expect(url).toBe(await stack.mint(...args));
    expect(await answerTo(url)).toBe('200');
  });

  it('mints without SIGNET_TENANT for any tenant', async () => {
    const { SIGNET_TENANT: _tenant, ...others } = environment;
    const { url } = await json<{ url: string }>(['mint', 'demo', 'mark.png'], others);
    expect(await answerTo(url)).toBe('200');
  });

  it.each(['', '/'])('mints below SIGNET_URL with "%s" at its end', async (end) => {
    const { url } = await json<{ url: string }>(['mint', 'demo', 'a.jpg'], {
      ...environment,
      SIGNET_URL: `https://img.example.com${end}`,
    });
    expect(url).toMatch(/^https:\/\/img\.example\.com\/demo\/a\.jpg\?exp=/);
  });

  it('checks the grammar but not the policy', async () => {
    expect((await offline('mint', 'demo', 'a.jpg', 'resize,w_1')).code).toBe(0);
    const { code, stderr } = await offline('mint', 'demo', 'a.jpg', 'resise,w_1');
    expect({ code, stderr }).toEqual({
      code: 1,
      stderr: 'signet: malformed: there is no operation "resise"; did you mean "resize"?\n',
    });
  });

  it('explains the signature and the operations, and says that no policy was asked', async () => {
    const url = await mintOffline('demo', 'a.jpg', 'resize,w_1');
    const { code, stdout } = await offline('explain', url);
    expect(code).toBe(0);
    expect(stdout).toMatch(
      /\nThe signature is valid. The policy was not asked: unset SIGNET_KEY, or pass --target\n$/,
    );
    const { stages } = await json<Explanation>(['explain', url], environment);
    expect(stages.map(({ stage, ok }) => [stage, ok])).toEqual([
      ['split', true],
      ['verify', true],
      ['parse', true],
    ]);
  });

  it('checks the policy if a target is named', async () => {
    const there = { ...environment, ...stack.environment };
    const url = await mintOffline('demo', 'a.jpg', 'resize,w_1');
    const asked = async (...args: readonly string[]) =>
      command([...args, '--target', 'local'], there);
    expect((await asked('explain', url)).stdout).toContain('Refused: denied_value');
    const mint = await asked('mint', 'demo', 'a.jpg', 'resize,w_1');
    expect([mint.code, mint.stderr]).toEqual([1, expect.stringMatching(/^signet: denied_value/)]);
    expect((await asked('grant', 'demo', '*', '--expires', '30d')).code).toBe(1);
  });

  it('explains a wrong signature', async () => {
    const url = await mintOffline('demo', 'a.jpg', 'resize,w_1');
    const { code, stdout } = await offline('explain', url.replace('w_1', 'w_2'), '--json');
    const { refusal, stages } = JSON.parse(stdout) as Explanation;
    expect({ code, refusal: refusal?.code }).toEqual({ code: 1, refusal: 'forbidden' });
    expect(stages.at(-1)?.data['message']).toMatch(
      /^signet\.v1\nr1\.1\n\d+\n\/demo\/a\.jpg__op__resize,w_2$/,
    );
  });

  it('names a signing mistake', async () => {
    const url = await mintOffline('demo', 'a.jpg');
    const padded = url.replace(/sig=(.*)$/, (_all, sig: string) => {
      return `sig=${Buffer.from(sig, 'base64url').toString('base64')}`;
    });
    const { code, stdout } = await offline('explain', padded);
    expect(code).toBe(1);
    expect(stdout).toMatch(/mistake: sig is plain or padded base64/);
  });
});

describe('explain with a key that cannot answer', () => {
  it.each([
    [
      'another tenant',
      '/acme/a.jpg?kid=r1.1&sig=x',
      /^signet: SIGNET_KEY is the key of demo, not of acme/,
    ],
    [
      'another kid',
      '/demo/a.jpg?kid=r1.2&sig=x',
      /^signet: SIGNET_KEY is the key of kid r1\.1, not of r1\.2/,
    ],
  ])('is wrong usage, not a verdict: %s', async (_what, url, message) => {
    const { code, stdout, stderr } = await offline('explain', url);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toMatch(message);
  });
});

const key = `sgn_${'A'.repeat(43)}`;
const whole: Environment = {
  ...nowhere,
  SIGNET_URL: 'https://img.example.com',
  SIGNET_TENANT: 'demo',
  SIGNET_KID: 'r1.1',
  SIGNET_KEY: key,
};

const wrongKey = 'SIGNET_KEY is not a signing key: 47 characters that begin with sgn_';
const wrongKid = 'SIGNET_KEY also needs SIGNET_KID, such as r1.1, without spaces or line breaks';
const wrongUrl = 'SIGNET_KEY also needs SIGNET_URL, such as https://img.example.com';
const notSet = (name: string): string =>
  `${name} is not set, and SIGNET_KEY needs it; npx signet keys show TENANT --env prints it`;
const wrongTenant = 'SIGNET_TENANT is not a tenant name';

const wrong: readonly (readonly [what: string, wrong: Environment, message: string])[] = [
  ['a space behind the key', { SIGNET_KEY: `${key} ` }, wrongKey],
  ['a line end behind the key', { SIGNET_KEY: `${key}\n` }, wrongKey],
  ['quotes around the key', { SIGNET_KEY: `"${key}"` }, wrongKey],
  ['a decoded key', { SIGNET_KEY: 'x'.repeat(32) }, wrongKey],
  ['a key without sgn_', { SIGNET_KEY: 'A'.repeat(43) }, wrongKey],
  ['a short key', { SIGNET_KEY: key.slice(0, -1) }, wrongKey],
  ['a padded key', { SIGNET_KEY: `${key}=` }, wrongKey],
  ['no kid', { SIGNET_KID: '' }, notSet('SIGNET_KID')],
  ['a kid without a generation', { SIGNET_KID: 'r1' }, wrongKid],
  ['the key for a kid', { SIGNET_KID: key }, wrongKid],
  ['no address', { SIGNET_URL: '' }, notSet('SIGNET_URL')],
  ['an address without a scheme', { SIGNET_URL: 'img.example.com' }, wrongUrl],
  ['an address with a query', { SIGNET_URL: 'https://img.example.com?a' }, wrongUrl],
  ['an address with a space', { SIGNET_URL: 'https://img.example.com ' }, wrongUrl],
  ['the key for an address', { SIGNET_URL: key }, wrongUrl],
  [
    'another tenant',
    { SIGNET_TENANT: 'acme' },
    'SIGNET_KEY is the key of acme, not of demo; unset it or mint for acme',
  ],
  ['the key for a tenant', { SIGNET_TENANT: key }, wrongTenant],
];

describe('wrong variables', () => {
  it.each(wrong)(
    'are wrong usage, in a sentence without the key: %s',
    async (_what, change, message) => {
      for (const args of [
        ['mint', 'demo', 'a.jpg'],
        ['explain', '/demo/a.jpg?kid=r1.1&sig=x'],
      ]) {
        const { code, stdout, stderr } = await command(args, { ...whole, ...change });
        expect({ code, stdout, stderr }).toEqual({
          code: 2,
          stdout: '',
          stderr: `signet: ${message}\n`,
        });
        expect(stderr).not.toContain('AAAA');
      }
    },
  );

  it('are ignored if SIGNET_KEY is not set', async () => {
    const { code } = await command(['mint', 'demo', 'mark.png'], {
      ...stack.environment,
      SIGNET_KEY: '',
      SIGNET_TENANT: 'acme',
      SIGNET_KID: 'nonsense',
    });
    expect(code).toBe(0);
  });

  it('are not used by commands that need a target', async () => {
    for (const args of [
      ['keys', 'show', 'demo'],
      ['tenant', 'list'],
      ['purge', 'demo', '*'],
    ]) {
      expect((await command(args, whole)).code).toBe(3);
    }
  });
});
