import { execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { OperatorFailure } from '../../../operator/failure.ts';
import {
  isBase,
  resolvePolicies,
  resolvePolicyFile,
} from '../../../operator/policy-files/policy-extends.ts';

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'signet-extends-'));
});

afterEach(() => rm(folder, { recursive: true, force: true }));

type Files = Readonly<Record<string, unknown>>;

/** Writes files: strings as they are, anything else as JSON. */
async function write(files: Files): Promise<void> {
  for (const [name, content] of Object.entries(files)) {
    const at = path.join(folder, name);
    await mkdir(path.dirname(at), { recursive: true });
    await writeFile(at, typeof content === 'string' ? content : JSON.stringify(content));
  }
}

async function resolveFiles(files: Files, name = 'acme.json'): Promise<unknown> {
  await write(files);
  return (await resolvePolicyFile(path.join(folder, name))).document;
}

/** The code and message of the failure, without the folder. */
async function failure(files: Files, name = 'acme.json'): Promise<string> {
  const thrown = await resolveFiles(files, name).then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!(thrown instanceof OperatorFailure)) throw thrown ?? new Error('it was resolved');
  return `${thrown.code}: ${thrown.message.replaceAll(`${folder}${path.sep}`, '')}`;
}

const level = (at: number): object => (at === 0 ? {} : { extends: `${at - 1}.json` });
const levels = (count: number): Files =>
  Object.fromEntries(Array.from({ length: count + 1 }, (_, at) => [`${at}.json`, level(at)]));

describe('a file and its base are', () => {
  it('merged, without their own fields for editors and bases', async () => {
    const files = {
      'base.json': { $schema: 's', require: ['resize'] },
      'acme.json': { $schema: 't', tenant: 'acme', extends: 'base.json', presetsOnly: true },
    };
    expect(await resolveFiles(files)).toEqual({
      tenant: 'acme',
      require: ['resize'],
      presetsOnly: true,
    });
  });

  it('found relative to the file that extends it, in a chain and by absolute path', async () => {
    const files = {
      'acme.json': { tenant: 'acme', extends: 'eu/shops/shop.json' },
      'eu/shops/shop.json': { require: ['resize'], extends: ['../../base.json'] },
      'base.json': { cache: { maxAge: 1 }, extends: path.join(folder, 'far.json') },
      'far.json': { presetsOnly: true },
    };
    expect(await resolveFiles(files)).toEqual({
      tenant: 'acme',
      require: ['resize'],
      cache: { maxAge: 1 },
      presetsOnly: true,
    });
  });

  it('found through a link inside the folder', async () => {
    await write({ '..data/base.json': { presetsOnly: true } });
    await symlink('..data/base.json', path.join(folder, 'base.json'));
    const files = { 'acme.json': { tenant: 'acme', extends: 'base.json' } };
    expect(await resolveFiles(files)).toEqual({ tenant: 'acme', presetsOnly: true });
  });

  it.skipIf(process.platform === 'win32')(
    'not from a pipe, which could wait for ever',
    async () => {
      execFileSync('mkfifo', [path.join(folder, 'pipe.json')]);
      const files = { 'acme.json': { tenant: 'acme', extends: 'pipe.json' } };
      await expect(resolveFiles(files)).rejects.toThrow('pipe.json, which is a pipe; name a file');
    },
  );

  it.skipIf(process.platform === 'win32')('and a policy from no pipe or device', async () => {
    const pipe = path.join(folder, 'policy.json');
    execFileSync('mkfifo', [pipe]);
    for (const file of [pipe, folder, '/dev/zero'])
      await expect(resolvePolicies([file])).rejects.toThrow(/ is not a file; write - for stdin$/);
  });

  it('a document without a base as it is', async () => {
    const own = { tenant: 'acme', operations: { resize: { w: [1] } } };
    expect(await resolveFiles({ 'acme.json': { $schema: 's', extends: [], ...own } })).toEqual(own);
  });

  it('keep names that every object inherits, for the schema to refuse', async () => {
    const flat = await resolveFiles({
      'base.json': '{"operations":{"blur":{}}}',
      'acme.json': '{"extends":"base.json","operations":{"__proto__":{},"constructor":{}}}',
    });
    expect(JSON.stringify(flat)).toBe('{"operations":{"blur":{},"__proto__":{},"constructor":{}}}');
  });
});

describe('of several bases', () => {
  it('the later one wins, and the file over all', async () => {
    const files = {
      'a.json': { cache: { maxAge: 1, sharedMaxAge: 1 }, require: ['blur'], presetsOnly: true },
      'b.json': { cache: { maxAge: 2 }, require: ['resize'] },
      'acme.json': { tenant: 'acme', extends: ['a.json', 'b.json'], require: ['flip'] },
    };
    expect(await resolveFiles(files)).toEqual({
      tenant: 'acme',
      cache: { maxAge: 2, sharedMaxAge: 1 },
      require: ['flip'],
      presetsOnly: true,
    });
  });

  it('one removes a field of an earlier one', async () => {
    const files = {
      'a.json': { operations: { blur: {}, flip: {} } },
      'b.json': { operations: { blur: null } },
      'acme.json': { extends: ['a.json', 'b.json'] },
    };
    expect(await resolveFiles(files)).toEqual({ operations: { flip: {} } });
  });

  it('two may have the same base', async () => {
    const files = {
      'base.json': { presetsOnly: true },
      'a.json': { extends: 'base.json' },
      'b.json': { extends: 'base.json' },
      'acme.json': { extends: ['a.json', 'b.json'] },
    };
    expect(await resolveFiles(files)).toEqual({ presetsOnly: true });
  });

  it('each is resolved once, however many ways lead to it', async () => {
    // Sixteen ways from each level to the next: resolving each of them would take 4,294,967,296 reads.
    const fan = (at: number): object =>
      at === 0
        ? { presetsOnly: true }
        : { extends: Array.from({ length: 16 }, () => `${at - 1}.json`) };
    const files = Object.fromEntries(Array.from({ length: 9 }, (_, at) => [`${at}.json`, fan(at)]));
    expect(await resolveFiles(files, '8.json')).toEqual({ presetsOnly: true });
  });

  it('a way that is too long is refused, even if a shorter one to the same file came first', async () => {
    const files = { ...levels(8), 'acme.json': { extends: ['0.json', '7.json', '8.json'] } };
    expect(await failure(files)).toMatch(/ is more than 8 levels away;/);
  });
});

const faults: readonly (readonly [what: string, files: Files, failure: string])[] = [
  [
    'a base that is not there',
    { 'acme.json': { extends: 'base.json' } },
    'acme.json extends base.json, which does not exist',
  ],
  [
    'a base of a base that is not there',
    { 'acme.json': { extends: 'in/a.json' }, 'in/a.json': { extends: '../b.json' } },
    'acme.json extends in/a.json, which extends b.json, which does not exist',
  ],
  [
    'a folder for a base',
    { 'acme.json': { extends: 'in' }, 'in/a.json': {} },
    'acme.json extends in, which is a folder; name a file',
  ],
  [
    'a base that is a list',
    { 'acme.json': { extends: 'a.json' }, 'a.json': [] },
    'acme.json extends a.json, which is not a JSON object',
  ],
  [
    'a file that extends itself',
    { 'acme.json': { extends: './acme.json' } },
    'acme.json extends acme.json, which is already part of the chain; remove one extends',
  ],
  [
    'a circle',
    {
      'acme.json': { extends: 'a.json' },
      'a.json': { extends: ['b.json'] },
      'b.json': { extends: 'in/../a.json' },
    },
    'acme.json extends a.json, which extends b.json, which extends a.json, which is already part of the chain; remove one extends',
  ],
  [
    'a base above its folder',
    { 'in/acme.json': { extends: '../base.json' }, 'base.json': {} },
    'in/acme.json extends base.json, which is outside the folder of acme.json; move it there',
  ],
  [
    'a base of a base outside its folder, which need not exist',
    { 'acme.json': { extends: 'in/a.json' }, 'in/a.json': { extends: '/none/secret.json' } },
    'acme.json extends in/a.json, which extends /none/secret.json, which is outside the folder of acme.json; move it there',
  ],
  [
    'more bases than a file may name',
    { 'acme.json': { extends: Array.from({ length: 17 }, () => 'a.json') }, 'a.json': {} },
    'acme.json extends more than 16 files; extend fewer',
  ],
  [
    'a number for a base',
    { 'acme.json': { extends: 5 } },
    'acme.json has an extends that is neither a path nor a list of paths',
  ],
  [
    'null for a base of a base',
    { 'acme.json': { extends: 'a.json' }, 'a.json': { extends: [null] } },
    'acme.json extends a.json, which has an extends that is neither a path nor a list of paths',
  ],
  [
    'an operation taken out that no base has',
    {
      'acme.json': { extends: 'a.json', operations: { blurr: null } },
      'a.json': { operations: { blur: {} } },
    },
    'acme.json sets operations.blurr to null, but inherits no such field to remove',
  ],
];

describe('a file is refused with', () => {
  it.each(faults)('%s', async (_what, files, expected) => {
    const [outermost = ''] = Object.keys(files);
    expect(await failure(files, outermost)).toBe(`invalid_policy: ${expected}`);
  });

  it('a link that leads out of the folder', async () => {
    const outside = await mkdtemp(path.join(tmpdir(), 'signet-outside-'));
    await writeFile(path.join(outside, 'far.json'), '{}');
    await symlink(path.join(outside, 'far.json'), path.join(folder, 'base.json'));
    expect(await failure({ 'acme.json': { extends: 'base.json' } })).toMatch(
      /^invalid_policy: acme\.json extends base\.json, which is outside the folder of acme\.json/,
    );
    await rm(outside, { recursive: true });
  });

  it('more files in all than a reader can follow', async () => {
    const groups = Array.from({ length: 5 }, (_, group) => group);
    const names = Array.from({ length: 13 }, (_, at) => at);
    const files = {
      'acme.json': { extends: groups.map((group) => `${group}.json`) },
      ...Object.fromEntries(
        groups.flatMap((group) => [
          [`${group}.json`, { extends: names.map((at) => `${group}-${at}.json`) }],
          ...names.map((at) => [`${group}-${at}.json`, {}] as const),
        ]),
      ),
    };
    expect(await failure(files)).toBe(
      'invalid_policy: acme.json extends more than 64 files in all; extend fewer',
    );
  });

  it('a base that is not JSON', async () => {
    const files = { 'acme.json': { extends: 'a.json' }, 'a.json': '{' };
    expect(await failure(files)).toMatch(
      /^invalid_policy: acme\.json extends a\.json, which is not JSON: /,
    );
  });

  it('more than eight levels of bases', async () => {
    expect(await resolveFiles(levels(8), '8.json')).toEqual({});
    expect(await failure(levels(9), '9.json')).toMatch(
      /^invalid_policy: 9\.json extends 8\.json, .* is more than 8 levels away; extend the file you need directly$/,
    );
  });

  it('its own name if it does not exist', async () => {
    expect(await failure({}, 'nowhere.json')).toBe('unreadable_file: nowhere.json does not exist');
  });
});

describe('a base', () => {
  it('is a document without a tenant', () => {
    expect(isBase({ operations: {} })).toBe(true);
    expect(isBase({ tenant: 'acme' })).toBe(false);
  });

  it('is skipped in a folder, and used if it is named', async () => {
    await write({
      'base.json': { presetsOnly: true },
      'acme.json': { tenant: 'acme', extends: 'base.json' },
    });
    const [base, acme] = [path.join(folder, 'base.json'), path.join(folder, 'acme.json')];
    const layer = { file: base, document: { presetsOnly: true } };
    const policy = {
      file: acme,
      document: { tenant: 'acme', presetsOnly: true },
      layers: [layer, { file: acme, document: { tenant: 'acme' } }],
    };
    expect(await resolvePolicies([folder])).toEqual([policy]);
    expect(await resolvePolicies([acme, base])).toEqual([policy, { ...layer, layers: [layer] }]);
  });
});
