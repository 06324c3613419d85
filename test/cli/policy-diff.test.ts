import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type CommandStack, startCommandStack } from './stack.ts';

let stack: CommandStack;
let folder: string;

beforeAll(async () => {
  stack = await startCommandStack();
  folder = await mkdtemp(path.join(tmpdir(), 'signet-diff-'));
  await stack.publish('acme', { operations: { resize: { w: [320] }, blur: { s: [1] } } });
  await stack.publish('shop', { presets: { thumb: 'resize,w_1' } });
});

afterAll(async () => {
  await stack.stop();
  await rm(folder, { recursive: true, force: true });
});

async function file(name: string, content: object): Promise<string> {
  const at = path.join(folder, name);
  await mkdir(path.dirname(at), { recursive: true });
  await writeFile(at, JSON.stringify(content));
  return at;
}

const diff = (...args: readonly string[]) => stack.run('policy', 'diff', ...args);

const acme = { tenant: 'acme', operations: { resize: { w: [320, 640] } } };
const shop = { tenant: 'shop', presets: { thumb: 'resize,w_1' } };
const fresh = { tenant: 'fresh', operations: { resize: { w: [1] } } };

describe('policy diff', () => {
  it('prints what publishing would change', async () => {
    const { code, stdout, stderr } = await diff(await file('acme.json', acme));
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toBe('acme:\n  + adds resize w 640\n  - no longer allows operation blur\n');
  });

  it('prints a block per tenant, and one line if nothing differs', async () => {
    await file('all/base.json', { presetsOnly: false, operations: { resize: { w: [320] } } });
    await file('all/a.json', {
      tenant: 'acme',
      extends: 'base.json',
      operations: { blur: { s: [1, 2] } },
    });
    await file('all/b.json', shop);
    await file('all/c.json', fresh);
    const { code, stdout } = await diff(path.join(folder, 'all'));
    expect(code).toBe(0);
    expect(stdout.trimEnd().split('\n')).toEqual([
      'acme:',
      '  + adds blur s 2',
      'shop: no difference',
      'fresh: a new tenant',
      '  + allows operation resize: w 1',
      '1 live tenant has no file: demo. To delete what has no file: npx signet policy publish FOLDER --prune',
    ]);
  });

  it('prints the same as JSON', async () => {
    const files = [await file('acme.json', acme), await file('shop.json', shop)];
    const found = await stack.json('policy', 'diff', ...files, await file('fresh.json', fresh));
    expect(found).toEqual([
      {
        tenant: 'acme',
        new: false,
        changes: [
          { path: 'operations.resize.0.w', kind: 'widens', text: 'adds resize w 640' },
          { path: 'operations.blur', kind: 'narrows', text: 'no longer allows operation blur' },
        ],
      },
      { tenant: 'shop', new: false, changes: [] },
      {
        tenant: 'fresh',
        new: true,
        changes: [
          { path: 'operations.resize', kind: 'widens', text: 'allows operation resize: w 1' },
        ],
      },
    ]);
  });

  it('exits with 1 for a difference only with --exit-code', async () => {
    const same = await file('shop.json', shop);
    const other = await file('acme.json', acme);
    const codes = [
      await diff(other),
      await diff(other, '--exit-code'),
      await diff(same, '--exit-code'),
      await diff(await file('fresh.json', { tenant: 'fresh', operations: {} }), '--exit-code'),
    ].map(({ code }) => code);
    expect(codes).toEqual([0, 1, 0, 1]);
  });

  it('finds nothing after publishing, and changes nothing itself', async () => {
    const policy = { operations: { flip: { d: ['h'] } }, urls: { maxLifetime: 60 } };
    const written = await file('later.json', { tenant: 'later', ...policy });
    expect((await diff(written)).stdout).toMatch(/^later: a new tenant\n/);
    expect((await diff(written)).stdout).toMatch(/^later: a new tenant\n/);
    await stack.publish('later', policy);
    expect((await diff(written, '--exit-code')).stdout).toBe('later: no difference\n');
  });

  it.each([
    ['an invalid policy', { tenant: 'acme', operatoins: {} }, /: operatoins is not a known field/],
    ['a base that is named', { operations: {} }, /: tenant is missing$/m],
    [
      'a base that is not there',
      { extends: 'no.json' },
      /extends .*no\.json, which does not exist/,
    ],
  ])('refuses %s', async (_what, content, message) => {
    const { code, stdout, stderr } = await diff(await file('wrong.json', content), '--json');
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(JSON.parse(stderr)).toEqual({
      error: 'invalid_policy',
      message: expect.stringMatching(message),
    });
  });

  it('refuses two policies of one tenant, and a folder of bases', async () => {
    const [one, two] = [await file('acme.json', acme), await file('again.json', acme)];
    expect((await diff(one, two)).stderr).toBe(
      `signet: more than one file is a policy of acme: ${one}, ${two}\n`,
    );
    const bases = path.dirname(await file('bases/base.json', { operations: {} }));
    expect((await diff(bases)).stderr).toBe(`signet: ${bases} contains only bases, no policy\n`);
  });
});

describe('policy compare', () => {
  it('prints what changed between two versions, in either direction', async () => {
    await stack.publish('twice', { operations: { resize: { w: [320] } } });
    await stack.publish('twice', { operations: { resize: { w: [320, 640] } } });
    const forth = await stack.run('policy', 'compare', 'twice', '1', '2');
    expect(forth).toMatchObject({
      code: 0,
      stdout: 'twice: version 1 to 2\n  + adds resize w 640\n',
    });
    const back = await stack.run('policy', 'compare', 'twice', '2', '1');
    expect(back.stdout).toContain('  - removes resize w 640\n');
    const same = await stack.run('policy', 'compare', 'twice', '2', '2');
    expect(same.stdout).toBe('twice: versions 2 and 2 allow the same\n');
    const changes = await stack.json('policy', 'compare', 'twice', '1', '2');
    expect(changes).toEqual([expect.objectContaining({ text: 'adds resize w 640' })]);
  });

  it.each([
    [['twice', '1', 'x'], 2, 'the version is "x"; write a number that policy history prints'],
    [['twice', '1', '9'], 1, 'twice has no version 9; see: npx signet policy history twice'],
    [['nobody', '1', '2'], 1, 'nobody has no version 1; see: npx signet policy history nobody'],
  ] as const)('refuses %j', async (words, code, message) => {
    expect(await stack.run('policy', 'compare', ...words)).toEqual({
      ...{ code, stdout: '' },
      stderr: `signet: ${message}\n`,
    });
  });
});

describe('policy schema', () => {
  it('prints the same schema with and without --json', async () => {
    const { code, stdout, stderr } = await stack.run('policy', 'schema');
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect((await stack.run('policy', 'schema', '--json')).stdout).toBe(stdout);
    expect(JSON.parse(stdout)).toMatchObject({
      $schema: 'https://json-schema.org/draft/2020-12/schema',
      properties: { tenant: { type: 'string' }, operations: { additionalProperties: false } },
    });
  });
});
