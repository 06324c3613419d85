import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { KeyState } from '../../operator/keys/key-states.ts';
import { policyKey } from '../../shared/versions/bucket.ts';
import { command } from './in-process.ts';
import { answerTo, type CommandStack, picture, startCommandStack } from './stack.ts';

/* What an operator does to a tenant, by hand, against a running stack. */

let stack: CommandStack;
let folder: string;
beforeAll(async () => {
  stack = await startCommandStack();
  folder = await mkdtemp(path.join(tmpdir(), 'signet-operators-'));
});
afterAll(async () => {
  await stack.stop();
  await rm(folder, { recursive: true, force: true });
});

const allowing = (...w: readonly number[]) => ({ operations: { resize: { w } } });

/** Creates a tenant with a source for one test. */
async function tenantWith(name: string, policy: object = allowing(16, 32)): Promise<string> {
  await stack.publish(name, policy);
  await stack.upload(name, 'a.jpg', await picture('#336699'));
  return name;
}

const fails = async (...args: readonly string[]) => {
  const { code, stdout, stderr } = await stack.run(...args);
  expect(stdout).toBe('');
  return { code, stderr };
};

const stored = { contentType: 'application/octet-stream' } as const;

describe('the history of a policy', () => {
  it('lists who published, when and why, newest first', async () => {
    const name = await tenantWith('told');
    await stack.json('block', name, 'a.jpg', '--reason', 'a wish of its owner');
    const [newest, first] = await stack.json<readonly Record<string, unknown>[]>(
      ...['policy', 'history', name],
    );
    expect(newest).toEqual({
      version: 2,
      at: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
      by: expect.stringMatching(/.+@.+/),
      reason: 'a wish of its owner',
      hash: expect.stringMatching(/^[0-9a-f]{64}$/),
    });
    expect(first).toMatchObject({ version: 1, reason: null });
  });

  it('names the operator from SIGNET_OPERATOR', async () => {
    const name = await tenantWith('named');
    process.env['SIGNET_OPERATOR'] = 'ops: Ann Ö';
    await stack.json('block', name, 'x', '--reason', 'r');
    delete process.env['SIGNET_OPERATOR'];
    const [newest] = await stack.json<readonly { by: string }[]>('policy', 'history', name);
    expect(newest?.by).toBe('ops: Ann Ö');
  });

  it('prints a reason with line breaks in one line, without its control characters', async () => {
    const name = await tenantWith('lines');
    await stack.json('block', name, 'x', '--reason', 'one\n   9  2030  root@here  forged');
    const { stdout } = await stack.run('policy', 'history', name);
    expect(stdout.trimEnd().split('\n')).toHaveLength(2);
    expect(stdout).toMatch(/ one 9 {2}2030|one {4}9 {2}2030/);
  });

  it.each([
    [
      ['policy', 'history', 'nobody'],
      1,
      /^signet: there is no tenant nobody, and there never was one\n$/,
    ],
    [
      ['policy', 'audit', 'nobody'],
      1,
      /^signet: there is no tenant nobody, and there never was one\n$/,
    ],
    [['policy', 'rollback', 'nobody', '--reason', 'r'], 1, /there is no tenant nobody/],
    [
      ['policy', 'rollback', 'demo', '--reason', 'r'],
      1,
      /^signet: demo has no version before the live one\n$/,
    ],
    [
      ['policy', 'rollback', 'demo', '7', '--reason', 'r'],
      1,
      /^signet: demo has no version 7; see: /,
    ],
    [
      ['policy', 'rollback', 'demo', '0', '--reason', 'r'],
      2,
      /^signet: "0" is not a version number; write one such as 3\n$/,
    ],
    [['policy', 'rollback', 'demo'], 2, /^signet: required option '--reason <text>' not specified/],
    [['policy', 'history', '..'], 2, /is not a tenant name/],
  ])('%j ends with %i', async (args, code, message) => {
    const ended = await fails(...args);
    expect(ended.code).toBe(code);
    expect(ended.stderr).toMatch(message);
  });
});

describe('a rollback', () => {
  it('publishes the content of a version as a new version, without its keys', async () => {
    const name = await tenantWith('undone');
    await stack.publish(name, allowing(64));
    await stack.json('keys', 'rotate', name);
    const before = await stack.json<{ keys: object }>('tenant', 'show', name);
    const done = await stack.json('policy', 'rollback', name, '1', '--reason', 'too narrow');
    expect(done).toEqual({
      ...{ tenant: name, version: 4, restored: 1, unchanged: false },
      changes: [
        { kind: 'widens', path: 'operations.resize.0', text: 'adds resize w 16, 32' },
        { kind: 'narrows', path: 'operations.resize.0', text: 'removes resize w 64' },
      ],
    });
    const after = await stack.json<{ keys: object; operations: object }>('tenant', 'show', name);
    expect(after.keys).toEqual(before.keys);
    expect(after.operations).toEqual({ resize: [{ w: [16, 32] }] });
    expect(await stack.json('policy', 'audit', name)).toMatchObject({
      verified: true,
      versions: 4,
    });
  });

  it('restores the version before the live one by default', async () => {
    const name = await tenantWith('back');
    await stack.publish(name, allowing(64));
    expect(await stack.json('policy', 'rollback', name, '--reason', 'r')).toMatchObject({
      restored: 1,
    });
  });
});

describe('publish --expect', () => {
  it('refuses if another version is live', async () => {
    const name = await tenantWith('expected');
    const file = await stack.written(JSON.stringify({ tenant: name, ...allowing(1) }));
    const publish = ['policy', 'publish', file, '--expect'] as const;
    expect((await fails(...publish, '7')).stderr).toMatch(
      /^signet: version 1 of expected is live, not 7; /,
    );
    expect((await fails(...publish, 'x')).code).toBe(2);
    expect(await stack.json(...publish, '1')).toMatchObject({
      versions: [{ tenant: name, version: 2 }],
    });
  });
});

describe('a field that the running functions do not know', () => {
  it('is not published, and the live policy stays', async () => {
    const file = path.join(stack.home, 'instance.json');
    const announced = JSON.parse(await readFile(file, 'utf8')) as {
      policyFields: readonly string[];
    };
    const older = announced.policyFields.filter((field) => field !== 'snap');
    await writeFile(file, JSON.stringify({ ...announced, policyFields: older }));
    const wanted = await stack.written(
      JSON.stringify({ tenant: 'older', snap: true, ...allowing(1) }),
    );
    const { code, stderr } = await fails('policy', 'publish', wanted);
    await writeFile(file, JSON.stringify(announced));
    expect([code, stderr]).toEqual([
      1,
      'signet: snap is not known to the functions that are deployed; upgrade them, then publish again\n',
    ]);
    expect((await stack.run('policy', 'publish', wanted)).code).toBe(0);
  });
});

const wholeSeconds = (): number => Math.floor(Date.now() / 1_000);

describe('a key', () => {
  it('signs at once after a rotation, and older URLs stay valid', async () => {
    const name = await tenantWith('turned');
    const old = await stack.mint(name, 'a.jpg', 'resize,w_16');
    expect(await stack.json('keys', 'rotate', name)).toEqual({
      tenant: name,
      active: 'r1.2',
      accept: ['r1.1', 'r1.2'],
      newerRoot: null,
    });
    const fresh = await stack.mint(name, 'a.jpg', 'resize,w_16');
    expect(new URL(fresh).searchParams.get('kid')).toBe('r1.2');
    expect([await answerTo(old), await answerTo(fresh)]).toEqual(['200', '200']);
  });

  it('shows its last use, and when it is safe to retire', async () => {
    const name = await tenantWith('watched', { ...allowing(16), urls: { maxLifetime: 60 } });
    await answerTo(await stack.mint(name, 'a.jpg', 'resize,w_16', '--expires', '60s'));
    const before = wholeSeconds();
    await stack.json('keys', 'rotate', name);
    const after = Date.now() / 1_000;
    const { kids } = await stack.json<{ kids: readonly KeyState[] }>(
      'keys',
      'show',
      name,
      '--kids',
    );
    expect(kids).toEqual([
      {
        kid: 'r1.1',
        active: false,
        lastUsed: expect.stringMatching(/^\d{4}-/),
        lastExpiry: expect.stringMatching(/^\d{4}-/),
        safeToRetire: false,
      },
      { kid: 'r1.2', active: true, lastUsed: null, lastExpiry: null, safeToRetire: false },
    ]);
    const [old] = kids;
    // The lifetime of its last URL, and a minute for clock skew.
    const seconds = Date.parse(old?.lastExpiry ?? '') / 1_000;
    expect(seconds).toBeGreaterThanOrEqual(before + 120);
    expect(seconds).toBeLessThanOrEqual(after + 120);
    const { stdout } = await stack.run('keys', 'show', name);
    expect(stdout).toMatch(/accepts {5}r1\.1 {2}accepted; last used .*; its URLs expire by /);
    expect(stdout).toMatch(/accepts {5}r1\.2 {2}active; not in the log/);
  });

  it('is refused after it is retired, also on cache hits, and never returns', async () => {
    const name = await tenantWith('spent');
    const old = await stack.mint(name, 'a.jpg', 'resize,w_16');
    expect(await answerTo(old)).toBe('200');
    await stack.json('keys', 'rotate', name);
    const { code, stderr } = await fails('keys', 'retire', name, 'r1.1');
    expect([code, stderr]).toEqual([2, expect.stringMatching(/Add --yes to confirm/)]);
    expect(await answerTo(old)).toBe('200');
    expect(await stack.json('keys', 'retire', name, 'r1.1', '--yes')).toEqual({
      tenant: name,
      retired: 'r1.1',
      active: 'r1.2',
      accept: ['r1.2'],
    });
    expect(await answerTo(old)).toBe('denied_kid');
    const back = { ...allowing(16), keys: { active: 'r1.2', accept: ['r1.1', 'r1.2'] } };
    const file = await stack.written(JSON.stringify({ tenant: name, ...back }));
    expect((await fails('policy', 'publish', file)).stderr).toMatch(/retired and never returns\n$/);
    expect((await fails('policy', 'diff', file)).stderr).toMatch(/retired and never returns\n$/);
    await stack.json('policy', 'rollback', name, '1', '--reason', 'r');
    expect(await answerTo(old)).toBe('denied_kid');
  });

  it.each([
    [
      ['keys', 'retire', 'demo', 'r1.1', '--yes'],
      1,
      /^signet: demo signs with r1.1; rotate first: /,
    ],
    [
      ['keys', 'retire', 'demo', 'r9.9', '--yes'],
      1,
      /^signet: demo does not accept r9.9, only r1.1\n$/,
    ],
    [['keys', 'retire', 'demo', 'r1', '--yes'], 1, /^signet: demo signs with r1\.1; rotate first/],
    [
      ['keys', 'retire', 'nobody', 'r1.1', '--yes'],
      1,
      /^signet: there is no tenant nobody; create /,
    ],
    [['keys', 'retire', 'r1', '--yes'], 1, /^signet: new keys are derived from r1; /],
    [['keys', 'retire', 'r9', '--yes'], 1, /^signet: there is no root key r9, only r1\n$/],
    [['keys', 'rotate', 'nobody'], 1, /^signet: there is no tenant nobody; create /],
  ])('%j ends with %i', async (args, code, message) => {
    const ended = await fails(...args);
    expect(ended).toEqual({ code, stderr: expect.stringMatching(message) });
  });

  it('of a new root is not used before every function has loaded the root', async () => {
    const name = await tenantWith('rooted');
    const before = wholeSeconds();
    const { root, mintableAt } = await stack.json<{ root: string; mintableAt: string }>(
      ...['keys', 'rotate'],
    );
    expect(root).toBe('r2');
    expect(Date.parse(mintableAt) / 1_000).toBeGreaterThanOrEqual(before + 1_200);
    expect(Date.parse(mintableAt) / 1_000).toBeLessThanOrEqual(Date.now() / 1_000 + 1_200);
    expect(await stack.json('keys', 'rotate', name)).toMatchObject({ active: 'r1.2' });
    expect(await stack.json('keys', 'retire', 'r2', '--yes')).toEqual({ retired: 'r2' });
    expect(await stack.json('keys', 'show')).toEqual({ roots: [{ kid: 'r1' }] });
  });
});

describe('a takedown', () => {
  it('survives a rollback, and a publish of a file without it', async () => {
    const name = await tenantWith('taken');
    const url = await stack.mint(name, 'a.jpg', 'resize,w_16');
    expect(await answerTo(url)).toBe('200');
    await stack.json('block', name, 'a.jpg', '--reason', 'court order 8');
    await stack.publish(name, allowing(16, 64));
    expect(await answerTo(url)).toBe('denied_blocked');
    await stack.json('policy', 'rollback', name, '1', '--reason', 'back');
    expect(await answerTo(url)).toBe('denied_blocked');
    expect((await fails('mint', name, 'a.jpg', 'resize,w_16')).stderr).toMatch(
      /^signet: denied_blocked: a\.jpg is blocked/,
    );
    const wanted = await stack.written(JSON.stringify({ tenant: name, ...allowing(16, 32) }));
    expect((await stack.run('policy', 'diff', wanted)).stdout).toBe(`${name}: no difference\n`);
  });

  it('refuses a cached source, is recorded in the trail, and can be lifted', async () => {
    const name = await tenantWith('down');
    const url = await stack.mint(name, 'a.jpg', 'resize,w_16');
    expect(await answerTo(url)).toBe('200');
    await stack.json('block', name, 'a.jpg', '--reason', 'court order 7');
    expect(await answerTo(url)).toBe('denied_blocked');
    const again = await stack.run('block', name, 'a.jpg', '--reason', 'again');
    expect(again).toMatchObject({ code: 0, stdout: expect.stringContaining('already blocked') });
    await stack.json('unblock', name, 'a.jpg', '--reason', 'lifted');
    expect(await answerTo(url)).toBe('200');
  });

  it('of a name with a star warns that it is one name', async () => {
    const name = await tenantWith('starred');
    const { stderr } = await stack.run('block', name, 'z*', '--reason', 'r');
    expect(stderr).toMatch(/scope "z\*" covers one source with exactly this name; /);
  });

  it('of a prefix cannot be lifted for a single source', async () => {
    const name = await tenantWith('wide');
    await stack.json('block', name, '*', '--reason', 'all');
    expect((await fails('unblock', name, 'a.jpg', '--reason', 'r')).stderr).toBe(
      'signet: a.jpg of wide is blocked by *; unblock that\n',
    );
  });

  it.each([
    [['block', 'demo', '../x', '--reason', 'r'], 1],
    [['block', 'demo', 'x'], 2],
    [['block', 'demo', 'x', '--reason', ' '], 2],
    [['block', 'demo', 'x', '--reason', '\u001b[2Jgone'], 2],
    [['block', 'demo', 'x', '--reason', 'r'.repeat(1_001)], 2],
    [['block', 'nobody', 'x', '--reason', 'r'], 1],
    [['unblock', 'demo', 'x', '--reason', 'r'], 1],
  ])('%j ends with %i', async (args, code) => {
    expect((await fails(...args)).code).toBe(code);
  });
});

describe('a deleted tenant', () => {
  it('is refused, keeps only its sources and trail, and gets other keys when it is created again', async () => {
    const name = await tenantWith('gone');
    const url = await stack.mint(name, 'a.jpg', 'resize,w_16');
    expect(await answerTo(url)).toBe('200');
    expect((await fails('tenant', 'delete', name)).code).toBe(2);
    expect(await stack.json('tenant', 'delete', name, '--yes', '--reason', 'left')).toEqual({
      tenant: name,
      derivatives: 1,
    });
    expect(await answerTo(url)).toBe('forbidden');
    expect((await fails('tenant', 'delete', name, '--yes')).code).toBe(1);
    const [newest] = await stack.json<readonly object[]>('policy', 'history', name);
    expect(newest).toMatchObject({ version: 2, deleted: true, reason: 'left' });
    expect(await stack.json('tenant', 'create', name)).toEqual({ tenant: name, kid: 'r1.2' });
    expect(await answerTo(url)).toBe('denied_kid');
  });
});

describe('doctor', () => {
  it('finds no problems in a healthy installation', async () => {
    const { ok, findings } = await stack.json<{
      ok: boolean;
      findings: readonly { check: string }[];
    }>('doctor');
    expect(ok).toBe(true);
    expect(findings.map(({ check }) => check)).toEqual(
      expect.arrayContaining([
        'root keys',
        'publisher',
        'render secret',
        'distribution',
        'changes',
        'policy demo',
        'trail demo',
      ]),
    );
  });

  it('reports a tampered policy, which the edge ignores, and how to repair it', async () => {
    const name = await tenantWith('hurt');
    const url = await stack.mint(name, 'a.jpg', 'resize,w_16');
    expect(await answerTo(url)).toBe('200');
    await stack.config.put(
      policyKey(name),
      Buffer.from('{"tenant":"hurt","operations":{}}'),
      stored,
    );
    expect(await answerTo(url)).toBe('200');
    const { code, stdout } = await stack.run('doctor');
    expect(code).toBe(1);
    expect(stdout).toMatch(/✗ policy hurt: .*is forged/);
    expect(stdout).toMatch(/✗ trail hurt: the live policy is not version 1/);
    expect(stdout).toMatch(/do: npx signet policy rollback hurt 1 --reason TEXT/);
    await stack.json('policy', 'rollback', name, '1', '--reason', 'heal');
    expect((await stack.run('doctor')).code).toBe(0);
  });

  it('reports a removed policy, but not a deleted tenant', async () => {
    const [name, left] = [await tenantWith('removed'), await tenantWith('left')];
    await stack.json('tenant', 'delete', left, '--yes');
    await stack.config.remove([policyKey(name)]);
    const { code, stdout } = await stack.run('doctor', '--verbose');
    expect(code).toBe(1);
    expect(stdout).toMatch(/✗ trail removed: version 1 is the last, and no policy is live/);
    for (const args of [
      ['tenant', 'show', name],
      ['mint', name, 'a.jpg', 'resize,w_16'],
    ])
      expect((await fails(...args)).stderr).toMatch(
        /^signet: the policy of removed was removed .* rollback removed 1 --reason TEXT\n$/,
      );
    expect(stdout).toMatch(/✓ trail left: 2 versions, whole/);
    expect(stdout).toMatch(/✓ trail demo: 1 version, whole/);
    await stack.json('policy', 'rollback', name, '1', '--reason', 'put it back');
    expect((await stack.run('doctor')).code).toBe(0);
  });

  it('reports an older version in place of the live one, and how to repair it', async () => {
    const name = await tenantWith('old-live');
    const first = await stack.config.get(policyKey(name), { maxBytes: 100_000 });
    await stack.publish(name, allowing(64));
    await stack.json('block', name, 'a.jpg', '--reason', 'court order');
    if (typeof first === 'object') await stack.config.put(policyKey(name), first.body, stored);
    const { code, stdout } = await stack.run('doctor');
    expect([code, stdout]).toEqual([
      1,
      expect.stringMatching(/✗ policy old-live: .* is version 1, and the trail has later ones: /),
    ]);
    const change = await stack.run('block', name, 'b.jpg', '--reason', 'another');
    expect([change.code, change.stderr]).toEqual([
      1,
      expect.stringMatching(/rollback old-live 3 --reason TEXT\n$/),
    ]);
    const healed = await stack.json('policy', 'rollback', name, '3', '--reason', 'heal');
    expect(healed).toMatchObject({ version: 4, changes: [] });
    expect(await stack.json('tenant', 'show', name)).toMatchObject({ blocked: ['a.jpg'] });
    expect((await stack.run('doctor')).code).toBe(0);
  });

  it('does not use the stack on the default ports for another state folder', async () => {
    const { code, stderr } = await command(['tenant', 'list'], { SIGNET_HOME: folder });
    expect([code, stderr]).toEqual([
      3,
      `signet: no stack runs on ${folder}; start it with: SIGNET_HOME='${folder}' npm start\n`,
    ]);
  });

  it('says how to start the stack if none runs', async () => {
    const { code, stderr } = await command(['doctor'], { SIGNET_HOME: folder, SIGNET_PORT: '9' });
    expect([code, stderr]).toEqual([
      3,
      expect.stringMatching(/On this machine start it with: npm start\n$/),
    ]);
  });
});
