import { hkdfSync } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { starterPolicy } from '../../shared/policy/starter.ts';
import { publishPolicy } from '../../shared/versions/publishing.ts';
import { answerTo, type CommandStack, rootKeyBytes, startCommandStack } from './stack.ts';

let stack: CommandStack;
let folder: string;

beforeAll(async () => {
  stack = await startCommandStack();
  folder = await mkdtemp(path.join(tmpdir(), 'signet-policies-'));
});

afterAll(async () => {
  await stack.stop();
  await rm(folder, { recursive: true, force: true });
});

async function policyFile(name: string, document: unknown): Promise<string> {
  const file = path.join(folder, `${name}.json`);
  await writeFile(file, JSON.stringify(document));
  return file;
}

const small = { operations: { resize: { w: [400] } } };

describe('tenant create', () => {
  it('creates a tenant with the starter policy and suggests the next command', async () => {
    const { code, stdout, stderr } = await stack.run('tenant', 'create', 'starter');
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatch(/^Created starter \(kid r1\.1\)\. Next: npx signet put starter /);
    const shown = await stack.json('tenant', 'show', 'starter');
    expect(shown).toMatchObject({
      tenant: 'starter',
      keys: { active: 'r1.1', accept: ['r1.1'] },
      presets: starterPolicy.presets,
      urls: { maxLifetime: 604_800 },
    });
  });

  it('takes effect at once: a tenant that was forbidden is served', async () => {
    await stack.sources.put('moment/a.jpg', Buffer.from('not an image'), { contentType: 'x/y' });
    const key = 'moment/a.jpg?kid=r1.1&sig=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA';
    expect(await answerTo(`${stack.address}/${key}`)).toBe('forbidden');
    await stack.run('tenant', 'create', 'moment');
    expect(await answerTo(await stack.mint('moment', 'a.jpg', 'resize,w_640'))).toBe(
      'source_unsupported',
    );
  });

  it.each([
    ['names the tenant', { tenant: 'owned', ...small }],
    ['names none', small],
  ])('accepts a policy that %s', async (what, document) => {
    const tenant = 'tenant' in document ? 'owned' : 'unnamed';
    const file = await policyFile(what, document);
    expect(await stack.json('tenant', 'create', tenant, '--policy', file)).toEqual({
      tenant,
      kid: 'r1.1',
    });
    expect(await stack.json('tenant', 'show', tenant)).toMatchObject({
      tenant,
      keys: { active: 'r1.1' },
    });
  });

  it('keeps the keys of a policy', async () => {
    const file = await policyFile('keys', { ...small, keys: { active: 'r1.7', accept: ['r1.7'] } });
    expect(await stack.json('tenant', 'create', 'seventh', '--policy', file)).toMatchObject({
      kid: 'r1.7',
    });
  });

  type Failing = readonly [
    what: string,
    tenant: string,
    document: unknown,
    error: string,
    message: RegExp,
  ];
  const failing: readonly Failing[] = [
    [
      'of another tenant',
      'wrong',
      { tenant: 'other', ...small },
      'invalid_policy',
      /is a policy of other, not of wrong$/,
    ],
    [
      'with mistakes',
      'wrong',
      { operatoins: {} },
      'invalid_policy',
      /operatoins is not a known field; did you mean "operations"\?/,
    ],
    ['that is a list', 'wrong', [], 'invalid_policy', /is not a JSON object$/],
    [
      'with a kid of no root',
      'wrong',
      { ...small, keys: { active: 'r9.1', accept: ['r1.1', 'r9.1'] } },
      'invalid_policy',
      /: keys\.accept contains r9\.1, but the root keys are r1$/,
    ],
  ];
  it.each(failing)(
    'refuses a policy %s and creates nothing',
    async (what, tenant, document, error, message) => {
      const file = await policyFile(what, document);
      const { code, stdout, stderr } = await stack.run(
        'tenant',
        'create',
        tenant,
        '--policy',
        file,
        '--json',
      );
      expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
      expect(JSON.parse(stderr)).toEqual({ error, message: expect.stringMatching(message) });
      expect((await stack.run('tenant', 'show', tenant)).code).toBe(1);
    },
  );

  it('refuses a policy file that does not exist', async () => {
    const { code, stderr } = await stack.run('tenant', 'create', 'x', '--policy', '/nowhere.json');
    expect({ code, stderr }).toEqual({ code: 1, stderr: 'signet: /nowhere.json does not exist\n' });
  });

  it('never creates a tenant twice', async () => {
    const file = await policyFile('twice', small);
    expect((await stack.run('tenant', 'create', 'twice', '--policy', file)).code).toBe(0);
    const again = await stack.run('tenant', 'create', 'twice', '--json');
    expect({ code: again.code, said: JSON.parse(again.stderr) }).toEqual({
      code: 1,
      said: { error: 'conflict', message: 'tenant twice exists already' },
    });
    const shown = await stack.json<{ operations: object }>('tenant', 'show', 'twice');
    expect(Object.keys(shown.operations)).toEqual(['resize']);
  });
});

const badNames = ['', 'Acme', 'a_b', '-a', 'a-', 'a--b', 'a/b', '..', 'ä', 'a b', 'x'.repeat(64)];
const commandsOnTenants = (name: string): readonly (readonly string[])[] => [
  ['tenant', 'create', '--', name],
  ['tenant', 'show', '--', name],
  ['keys', 'show', '--', name],
  [
    'put',
    '--',
    name,
    'a.jpg',
    new URL('../../local/demo/samples/mark.png', import.meta.url).pathname,
  ],
  ['purge', '--', name, '*'],
];

describe('an invalid tenant name', () => {
  it.each(badNames)('is wrong usage of every command: "%s"', async (name) => {
    for (const args of commandsOnTenants(name)) {
      const { code, stdout, stderr } = await stack.run(...args);
      expect({ args, code, stdout }).toEqual({ args, code: 2, stdout: '' });
      expect(stderr).toBe(
        `signet: "${name}" is not a tenant name: 1 to 63 of a-z and 0-9, with single hyphens inside\n`,
      );
    }
  });

  it('is not used as a path in the config bucket', async () => {
    expect((await stack.run('keys', 'show', '../policies/demo')).code).toBe(2);
  });
});

describe('a tenant that does not exist', () => {
  it.each([
    ['tenant', 'show', 'nobody'],
    ['keys', 'show', 'nobody'],
    ['mint', 'nobody', 'a.jpg'],
    [
      'put',
      'nobody',
      'a.jpg',
      new URL('../../local/demo/samples/mark.png', import.meta.url).pathname,
    ],
    ['purge', 'nobody', '*'],
  ])('is not found: %s %s', async (...args) => {
    const { code, stdout, stderr } = await stack.run(...args, '--json');
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(JSON.parse(stderr)).toEqual({
      error: 'not_found',
      message: expect.stringMatching(/^there is no tenant nobody/),
    });
  });
});

describe('tenant list', () => {
  it('prints a table of all tenants, sorted', async () => {
    const { code, stdout } = await stack.run('tenant', 'list');
    const [heading = '', ...rows] = stdout.trim().split('\n');
    const names = rows.map((row) => row.split(' ')[0] ?? '');
    expect(code).toBe(0);
    expect(heading.split(/ {2,}/)).toEqual([
      ...['tenant', 'version', 'kid', 'age', 'mode', 'blocked', 'last change', 'by'],
      'derivatives/source',
    ]);
    expect(names).toContain('demo');
    expect(names).toEqual(names.toSorted());
    expect(await stack.json('tenant', 'list')).toMatchObject(names.map((tenant) => ({ tenant })));
  });

  it('tells since when a kid signs, and how many derivatives the policy allows', async () => {
    await stack.publish('listed', { ...small, blocked: ['a.jpg'] });
    await stack.json('keys', 'rotate', 'listed');
    await stack.publish('listed', { ...small, snap: true });
    const history = await stack.json<readonly { at: string; by: string }[]>(
      ...['policy', 'history', 'listed'],
    );
    const rows = await stack.json<readonly { tenant: string }[]>('tenant', 'list');
    expect(rows.find(({ tenant }) => tenant === 'listed')).toEqual({
      ...{ tenant: 'listed', version: 3, kid: 'r1.2', mode: 'enforce', blocked: 1 },
      ...{ kidSince: history[1]?.at, changedAt: history[0]?.at, changedBy: history[0]?.by },
      ...{ derivativesPerSource: 2, exact: true },
    });
  });
});

describe('tenant show', () => {
  it('prints a policy that can be published again unchanged', async () => {
    const { stdout } = await stack.run('tenant', 'show', 'demo');
    const file = await policyFile('again', JSON.parse(stdout));
    expect(await stack.json('policy', 'publish', file)).toMatchObject({
      published: ['demo'],
      warnings: [{ path: 'operations.crop' }],
    });
    expect((await stack.run('tenant', 'show', 'demo')).stdout).toBe(stdout);
  });
});

describe('keys show', () => {
  type Key = { readonly tenant: string; readonly kid: string; readonly signingKey: string };

  it('prints tenant, kid and signing key, and nothing else as JSON', async () => {
    const shown = await stack.json<Key>('keys', 'show', 'demo');
    expect(Object.keys(shown)).toEqual(['tenant', 'kid', 'signingKey']);
    expect(shown).toMatchObject({ tenant: 'demo', kid: 'r1.1' });
    const { stdout } = await stack.run('keys', 'show', 'demo', '--secret');
    const [tenant, kid, signingKey, accepts] = stdout.split('\n');
    expect([tenant, kid, signingKey]).toEqual([
      'tenant      demo',
      'kid         r1.1',
      `signing key ${shown.signingKey}`,
    ]);
    expect(accepts).toMatch(/^accepts {5}r1\.1 {2}active; /);
  });

  it('hides the signing key in its text, unless it is asked for', async () => {
    const { signingKey } = await stack.json<Key>('keys', 'show', 'demo');
    const { stdout, stderr } = await stack.run('keys', 'show', 'demo');
    expect(stdout).toContain(
      '\nsigning key hidden; --secret prints it, --env the variables with it\n',
    );
    expect(stdout + stderr).not.toContain(signingKey.slice(4));
    const { code, stderr: said } = await stack.run('keys', 'show', '--secret');
    expect([code, said]).toEqual([2, expect.stringContaining('root keys are never printed')]);
  });

  it.each([
    ['demo', 'r1.1', 1],
    ['seventh', 'r1.7', 7],
  ])('derives the key of %s from the root as RFC 5869 says', async (tenant, kid, generation) => {
    const { signingKey } = await stack.json<Key>('keys', 'show', tenant);
    const info = `${tenant}\n${generation}`;
    const derived = hkdfSync('sha256', await rootKeyBytes(stack), 'signet.v1', info, 32);
    expect(signingKey).toBe(`sgn_${Buffer.from(derived).toString('base64url')}`);
    expect(await stack.json('keys', 'show', tenant)).toEqual({ tenant, kid, signingKey });
  });

  it('prints the four variables that a client reads', async () => {
    const { signingKey } = await stack.json<Key>('keys', 'show', 'demo');
    const { stdout } = await stack.run('keys', 'show', 'demo', '--env');
    expect(stdout.split('\n')).toEqual([
      `SIGNET_URL=${stack.address}`,
      'SIGNET_TENANT=demo',
      'SIGNET_KID=r1.1',
      `SIGNET_KEY=${signingKey}`,
      '',
    ]);
  });

  it('prints the root kids without a tenant, but never a root key', async () => {
    const { stdout } = await stack.run('keys', 'show');
    expect(stdout).toBe('r1\n');
    expect(await stack.json('keys', 'show')).toEqual({ roots: [{ kid: 'r1' }] });
    expect((await stack.run('keys', 'show', '--env')).code).toBe(2);
  });

  it('fails if no root can derive the kid of a tenant', async () => {
    const orphan = { tenant: 'orphan', ...small, keys: { active: 'r5.1', accept: ['r5.1'] } };
    await publishPolicy(stack.publishing, orphan, { root: 'r1' });
    const { code, stderr } = await stack.run('keys', 'show', 'orphan');
    expect({ code, stderr }).toEqual({
      code: 1,
      stderr: 'signet: the root key of kid r5.1 of orphan is gone\n',
    });
  });
});
