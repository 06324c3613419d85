import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { limits } from '../../shared/limits.ts';
import { signet } from './signet.ts';
import { answerTo, type CommandStack, picture, startCommandStack } from './stack.ts';

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

async function file(name: string, content: string | object): Promise<string> {
  const at = path.join(folder, name);
  await mkdir(path.dirname(at), { recursive: true });
  await writeFile(at, typeof content === 'string' ? content : JSON.stringify(content));
  return at;
}

const policy = (tenant: string, fields: object = {}): object => ({
  tenant,
  operations: { resize: { w: [400] } },
  ...fields,
});

type Validation = {
  readonly valid: boolean;
  readonly files: readonly {
    readonly file: string;
    readonly issues: readonly { readonly path: string; readonly message: string }[];
  }[];
};

async function validate(
  ...paths: readonly string[]
): Promise<Validation & { code: number | null }> {
  const { code, stdout, stderr } = await stack.run('policy', 'validate', ...paths, '--json');
  expect(stderr).toBe('');
  return { code, ...(JSON.parse(stdout) as Validation) };
}

describe('policy validate', () => {
  it('reports each valid file', async () => {
    const good = await file('good.json', policy('good'));
    const fine = await file('fine.json', policy('fine'));
    const { code, stdout, stderr } = await stack.run('policy', 'validate', good, fine);
    expect({ code, stdout, stderr }).toEqual({
      code: 0,
      stdout: `${good}: valid\n${fine}: valid\n`,
      stderr: '',
    });
    expect(await validate(good)).toEqual({
      code: 0,
      valid: true,
      files: [{ file: good, issues: [], warnings: [] }],
    });
  });

  it('prints every issue with its file and field', async () => {
    const good = await file('good.json', policy('good'));
    const bad = await file('bad.json', policy('Bad', { urls: { maxLifetime: 5 }, preset: {} }));
    const { code, stdout, stderr } = await stack.run('policy', 'validate', bad, good);
    expect({ code, stderr }).toEqual({ code: 1, stderr: '' });
    expect(stdout.trim().split('\n')).toEqual([
      `${bad}: tenant is not a tenant name`,
      `${bad}: urls.maxLifetime expects at least 60, not 5`,
      `${bad}: preset is not a known field; did you mean "presets"?`,
      `${good}: valid`,
    ]);
    expect((await validate(good, bad)).files.map(({ issues }) => issues.length)).toEqual([0, 3]);
  });

  it('finds two policies of one tenant, and repeated fields', async () => {
    const one = await file('twins/a.json', policy('twin'));
    const two = await file('twins/b.json', policy('twin'));
    const three = await file('twins/c.json', '{"tenant":"c","tenant":"d","operations":{}}');
    const { files, code } = await validate(path.dirname(one));
    expect(code).toBe(1);
    expect(files.map(({ issues }) => issues)).toEqual([
      [],
      [{ path: 'tenant', message: `is twin, but ${one} is already a policy of twin` }],
      [{ path: '', message: 'tenant occurs more than once; keep one' }],
    ]);
    expect([two, three]).toEqual(files.slice(1).map(({ file: at }) => at));
  });

  it.each([
    ['a policy', JSON.stringify(policy('piped')), 0, { file: '-', issues: [], warnings: [] }],
    [
      'a policy that extends a file of the working directory',
      JSON.stringify({ tenant: 'piped', extends: 'test/cli/policy.json' }),
      0,
      { file: '-', issues: [] },
    ],
    ['no JSON', '{', 1, { issues: [{ message: expect.stringMatching(/^is not JSON/) }] }],
    [
      'more than a policy may have',
      ' '.repeat(70_000),
      1,
      { issues: [{ message: 'is larger than 65536 bytes' }] },
    ],
  ])('reads %s from stdin', async (_what, content, code, found) => {
    const words = ['policy', 'validate', '-', '--json'];
    const ended = await signet(words, {}, Buffer.from(content));
    expect([ended.code, ended.stderr]).toEqual([code, '']);
    expect(JSON.parse(ended.stdout)).toMatchObject({ files: [found] });
  });

  it('reads the JSON files of a folder', async () => {
    const inside = await file('folder/a.json', policy('a'));
    await file('folder/readme.txt', 'not a policy');
    expect(await validate(path.dirname(inside))).toMatchObject({
      valid: true,
      files: [{ file: inside }],
    });
  });

  it.each([
    ['broken JSON', '{"tenant": "a",}', /^is not JSON: /],
    ['an empty file', '', /^is not JSON: /],
    ['a megabyte', ' '.repeat(1_048_576), /^is larger than 65536 bytes$/],
    ['a list', '[]', /^is not a JSON object$/],
    ['a text', '"policy"', /^is not a JSON object$/],
    ['nothing', 'null', /^is not a JSON object$/],
    ['a nest of lists', '['.repeat(30_000) + ']'.repeat(30_000), /^is not a JSON object$/],
    ['a binary', '\u0000\u0001\u0002', /^is not JSON: /],
  ])('names the fault of %s', async (what, content, message) => {
    const bad = await file(`${what}.json`, content);
    expect(await validate(bad)).toEqual({
      code: 1,
      valid: false,
      files: [
        {
          file: bad,
          issues: [{ path: '', message: expect.stringMatching(message) }],
          warnings: [],
        },
      ],
    });
    const { stdout } = await stack.run('policy', 'validate', bad);
    expect(stdout).toMatch(
      new RegExp(`^${bad}: the policy ${message.source.slice(1).replace('$', '')}`),
    );
  });

  it.each([
    ['a file that is not there', () => 'nowhere.json', /does not exist$/],
    ['a folder without policies', () => 'empty', /contains no \.json files$/],
  ])('fails on %s', async (_what, named, message) => {
    await mkdir(path.join(folder, 'empty'), { recursive: true });
    const { code, stdout, stderr } = await stack.run(
      'policy',
      'validate',
      path.join(folder, named()),
      '--json',
    );
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(JSON.parse(stderr)).toEqual({
      error: 'unreadable_file',
      message: expect.stringMatching(message),
    });
  });
});

describe('policy publish', () => {
  it('says that a tenant is restored if its trail exists', async () => {
    const at = await file('risen.json', policy('risen'));
    expect((await stack.run('policy', 'publish', at)).stdout).toBe(
      'Published risen, a new tenant\n',
    );
    await stack.run('tenant', 'delete', 'risen', '--yes');
    const { stdout } = await stack.run('policy', 'publish', at);
    expect(stdout).toBe('Published risen, restored as version 3: its trail is continued\n');
  });

  it('publishes files and folders', async () => {
    const one = await file('one.json', policy('one'));
    const two = await file('more/two.json', policy('two'));
    const { code, stdout, stderr } = await stack.run('policy', 'publish', one, path.dirname(two));
    expect({ code, stdout, stderr }).toEqual({
      code: 0,
      stdout: 'Published one, a new tenant\nPublished two, a new tenant\n',
      stderr: '',
    });
  });

  it('says how to see all issues of a folder', async () => {
    const bad = await file('faults/a.json', policy('Bad'));
    await file('faults/b.json', policy('fine'));
    const { code, stderr } = await stack.run('policy', 'publish', path.dirname(bad));
    expect(code).toBe(1);
    expect(stderr).toMatch(/see every issue with: npx signet policy validate .*faults\n$/);
  });

  it('prints the changes, and publishes no version without one', async () => {
    const wide = await file('wide.json', policy('kept'));
    expect((await stack.run('policy', 'publish', wide)).stdout).toBe(
      'Published kept, a new tenant\n',
    );
    expect((await stack.run('policy', 'publish', wide)).stdout).toBe(
      'kept is unchanged; version 1 stays live\n',
    );
    const longer = await file('longer.json', policy('kept', { urls: { maxLifetime: 3600 } }));
    expect((await stack.run('policy', 'publish', longer)).stdout).toBe(
      'Published kept, version 2\n  - lowers urls.maxLifetime from no limit to 1 h\n',
    );
    expect(await stack.json('policy', 'publish', longer)).toEqual({
      complete: true,
      published: ['kept'],
      versions: [{ tenant: 'kept', version: 2, unchanged: true, changes: [] }],
      warnings: [],
      notes: [],
    });
  });

  it.each([
    ['allows limit 0', { operations: { resize: { w: [400], limit: [0, 1] } } }, 0],
    [
      'allows limit 0 in one rule',
      { operations: { resize: [{ w: [4] }, { l: [4], limit: [0] }] } },
      0,
    ],
    ['has no rule of resize', { operations: { format: { f: ['jpg'] } } }, 0],
    ['has presets only', { presetsOnly: true, presets: { a: 'blur,s_9' } }, 0],
    ['has the same rule of resize', { urls: { maxLifetime: 3_600 } }, 0],
    ['allows limit 1', { operations: { resize: { w: [401], limit: [1] } } }, 1],
  ])('notes what recipes of BOS need, unless the policy %s', async (what, fields, count) => {
    const tenant = what.replaceAll(' ', '-');
    await stack.run('policy', 'publish', await file('bos.json', policy(tenant)));
    const changed = await file('bos.json', policy(tenant, fields));
    const { notes } = await stack.json<{ notes: unknown[] }>('policy', 'publish', changed);
    expect(notes).toHaveLength(count);
  });

  it.each([
    ['is invalid', policy('Bad'), /bad\.json: tenant is not a tenant name/],
    ['is not JSON', '{', /bad\.json is not JSON: /],
    ['is too large', ' '.repeat(limits.policyBytes + 1), /bad\.json is larger than 65536 bytes/],
    ['is a list', [], /bad\.json is not a JSON object/],
    ['is of the same tenant', policy('first'), /more than one file is a policy of first/],
    [
      'names a kid of no root',
      policy('second', { keys: { active: 'r9.1', accept: ['r9.1'] } }),
      /bad\.json: keys\.accept contains r9\.1, but the root keys are r1/,
    ],
  ])('publishes none when one %s', async (_what, content, message) => {
    const good = await file('first.json', policy('first'));
    const bad = await file('bad.json', content);
    const { code, stdout, stderr } = await stack.run('policy', 'publish', good, bad, '--json');
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(JSON.parse(stderr)).toEqual({
      error: 'invalid_policy',
      message: expect.stringMatching(message),
    });
    expect((await stack.run('tenant', 'show', 'first')).code).toBe(1);
  });

  it('keeps the live keys if the file has none, and uses those it has', async () => {
    const keys = { active: 'r1.2', accept: ['r1.1', 'r1.2'] };
    const named = await file('named.json', policy('kept', { keys }));
    const unnamed = await file('unnamed.json', policy('kept', { presetsOnly: true }));
    await stack.run('policy', 'publish', named);
    await stack.run('policy', 'publish', unnamed);
    expect(await stack.json('tenant', 'show', 'kept')).toMatchObject({ keys, presetsOnly: true });
  });

  it('stores the reason with the policy, with any characters', async () => {
    const reason = 'größer: 400 → 800\nund mehr';
    const at = await file('reason.json', policy('reason'));
    await stack.run('policy', 'publish', at, '--reason', reason);
    const [newest] = await stack.json<readonly { reason: string }[]>('policy', 'history', 'reason');
    expect(newest?.reason).toBe(reason);
  });

  it('stores a policy close to the size limit so that it can be read again', async () => {
    const widths = Array.from({ length: 1_000 }, (_, index) => index + 1_000);
    const sizes = [3, 4, 5].map((count) => Array.from({ length: count }, () => ({ w: widths })));
    for (const resize of sizes) {
      const at = await file('large.json', policy('large', { operations: { resize } }));
      const { code } = await stack.run('policy', 'publish', at);
      const shown = await stack.run('tenant', 'show', 'large');
      expect({ rules: resize.length, code, shown: shown.code }).toEqual({
        rules: resize.length,
        code: resize.length < 5 ? 0 : 1,
        shown: 0,
      });
    }
  });

  it('takes effect at the edge at once, and so does undoing it', async () => {
    const narrow = await file('live/narrow.json', policy('live'));
    const wide = await file(
      'live/wide.json',
      policy('live', { operations: { resize: { w: [400, 401] } } }),
    );
    await stack.run('policy', 'publish', narrow);
    await stack.sources.put('live/a.jpg', await picture('#2266aa'), { contentType: 'image/jpeg' });
    const url = await stack.mint('live', 'a.jpg', 'resize,w_401', '--no-check');
    const seen: string[] = [];
    for (const at of [narrow, wide, narrow, wide]) {
      await stack.run('policy', 'publish', at);
      seen.push(await answerTo(url));
    }
    expect(seen).toEqual(['denied_value', '200', 'denied_value', '200']);
  });

  it('changes which keys are accepted at once', async () => {
    await stack.run('policy', 'publish', await file('turn.json', policy('turn')));
    const url = await stack.mint('turn', 'a.jpg', 'resize,w_400');
    expect(await answerTo(url)).toBe('source_missing');
    const keys = { active: 'r1.2', accept: ['r1.2'] };
    await stack.run('policy', 'publish', await file('turn.json', policy('turn', { keys })));
    expect(await answerTo(url)).toBe('denied_kid');
    expect(await answerTo(await stack.mint('turn', 'a.jpg', 'resize,w_400'))).toBe(
      'source_missing',
    );
  });
});
