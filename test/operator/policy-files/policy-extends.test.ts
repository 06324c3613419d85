import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
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
  return resolvePolicyFile(path.join(folder, name));
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

type Case = readonly [what: string, base: object, own: object, flat: object];

const merges: readonly Case[] = [
  ['a field that only the base has', { require: ['resize'] }, {}, { require: ['resize'] }],
  ['a field that only the file has', {}, { presetsOnly: true }, { presetsOnly: true }],
  ['a field that both have', { presetsOnly: true }, { presetsOnly: false }, { presetsOnly: false }],
  [
    'fields of a group',
    { source: { maxBytes: 1, maxFrames: 2 }, urls: { maxLifetime: 60 } },
    { source: { maxFrames: 3, maxPixels: 4 } },
    { source: { maxBytes: 1, maxFrames: 3, maxPixels: 4 }, urls: { maxLifetime: 60 } },
  ],
  [
    'other operations',
    { operations: { blur: { s: [1] } } },
    { operations: { resize: { w: [1] } } },
    { operations: { blur: { s: [1] }, resize: { w: [1] } } },
  ],
  [
    'the rules of an operation as a whole',
    { operations: { resize: [{ w: [1] }, { h: [1] }] } },
    { operations: { resize: { l: [2] } } },
    { operations: { resize: { l: [2] } } },
  ],
  [
    'one rule as a whole',
    { operations: { resize: { w: [1], h: [1] } } },
    { operations: { resize: { w: [2] } } },
    { operations: { resize: { w: [2] } } },
  ],
  [
    'lists as a whole',
    { require: ['resize'], auto: { format: ['avif', 'webp'] }, blocked: ['a/*', 'b'] },
    { require: [], auto: { format: ['webp'] }, blocked: ['c'] },
    { require: [], auto: { format: ['webp'] }, blocked: ['c'] },
  ],
  [
    'presets by name',
    { presets: { a: 'resize,w_1', b: 'resize,w_2' } },
    { presets: { b: 'resize,w_3', c: 'resize,w_4' } },
    { presets: { a: 'resize,w_1', b: 'resize,w_3', c: 'resize,w_4' } },
  ],
  [
    'keys as a whole',
    { keys: { active: 'r1.1', accept: ['r1.1'] } },
    { keys: { active: 'r1.2' } },
    { keys: { active: 'r1.2' } },
  ],
  [
    'null as what takes out an operation or a preset',
    { operations: { blur: {}, flip: {} }, presets: { a: 'resize,w_1', b: 'resize,w_2' } },
    { operations: { blur: null }, presets: { a: null } },
    { operations: { flip: {} }, presets: { b: 'resize,w_2' } },
  ],
  [
    'null elsewhere as a value',
    { urls: { maxLifetime: 60 }, fallback: 'a.jpg', source: { maxBytes: 1 } },
    { urls: { maxLifetime: null }, fallback: null, source: null },
    { urls: { maxLifetime: null }, fallback: null, source: null },
  ],
  [
    'another kind of value, for the schema to judge',
    { urls: { maxLifetime: 60 }, operations: { blur: {} } },
    { urls: [1], operations: 'none' },
    { urls: [1], operations: 'none' },
  ],
];

describe('a file and its base are', () => {
  it.each(merges)('merged: %s', async (_what, base, own, flat) => {
    const files = {
      'base.json': { $schema: 's', ...base },
      'acme.json': { $schema: 't', tenant: 'acme', extends: 'base.json', ...own },
    };
    expect(await resolveFiles(files)).toEqual({ tenant: 'acme', ...flat });
  });

  it('found relative to the file, in a chain, above and outside its folder', async () => {
    const outside = await mkdtemp(path.join(tmpdir(), 'signet-outside-'));
    const absolute = path.join(outside, 'far.json');
    await writeFile(absolute, JSON.stringify({ presetsOnly: true }));
    const files = {
      'eu/shops/acme.json': { tenant: 'acme', extends: '../shop.json' },
      'eu/shop.json': { require: ['resize'], extends: ['../base.json'] },
      'base.json': { cache: { maxAge: 1 }, extends: absolute },
    };
    expect(await resolveFiles(files, 'eu/shops/acme.json')).toEqual({
      tenant: 'acme',
      require: ['resize'],
      cache: { maxAge: 1 },
      presetsOnly: true,
    });
    await rm(outside, { recursive: true });
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
});

const level = (at: number): object => (at === 0 ? {} : { extends: `${at - 1}.json` });
const levels = (count: number): Files =>
  Object.fromEntries(Array.from({ length: count + 1 }, (_, at) => [`${at}.json`, level(at)]));

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
    expect(await failure(files)).toBe(`invalid_policy: ${expected}`);
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
    const policy = { file: acme, document: { tenant: 'acme', presetsOnly: true } };
    expect(await resolvePolicies([folder])).toEqual([policy]);
    expect(await resolvePolicies([acme, base])).toEqual([
      policy,
      { file: base, document: { presetsOnly: true } },
    ]);
  });
});
