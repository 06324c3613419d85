import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { localAddress, localCredentials } from '../../shared/deployment/local-endpoints.ts';
import { answerTo, type CommandStack, picture, startCommandStack } from './stack.ts';

const entries = {
  closed: { bucket: 'closed', region: 'us-east-1', prefix: 'c/', tenants: ['shut'], list: false },
  photos: { bucket: 'photos', region: 'eu-west-1', prefix: 'p/', tenants: ['away'] },
};

let stack: CommandStack;
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'signet-takedown-'));
  const file = path.join(folder, 'sources.json');
  await writeFile(file, JSON.stringify(entries));
  stack = await startCommandStack({ environment: { SIGNET_SOURCES: file } });
});
afterAll(async () => {
  await stack.stop();
  await rm(folder, { recursive: true, force: true });
});

let tenants = 0;
const names = ['albums/1/a b.jpg', 'albums/1/Cat.JPG', 'albums/2/d.jpg', 'top.jpg', 'é.jpg'];

/** A tenant with five sources, of which two have a derivative, and one that shows a watermark. */
async function createTenant(): Promise<string> {
  tenants += 1;
  const name = `taker${tenants}`;
  await stack.publish(name, {
    operations: { resize: { w: [16] }, watermark: { i: ['mark'] } },
    urls: { grants: true, maxLifetime: 86_400 },
  });
  const red = await picture('#ff0000');
  for (const one of names) await stack.upload(name, one, red);
  await view(await stack.mint(name, 'albums/1/a b.jpg', 'resize,w_16'));
  await view(await stack.mint(name, 'top.jpg', 'resize,w_16'));
  return name;
}

async function view(url: string): Promise<void> {
  expect(await answerTo(url)).toBe('200');
}

const reason = ['--reason', 'a notice'] as const;
type Takedown = {
  readonly scope: string;
  readonly version: number;
  readonly covers: object;
  readonly check: { readonly state: string; readonly key?: string };
};
const block = (tenant: string, scope: string) =>
  stack.json<Takedown>('block', tenant, scope, ...reason);
const versionOf = async (tenant: string): Promise<number> =>
  (await stack.json<readonly unknown[]>('policy', 'history', tenant)).length;

describe('block', () => {
  it('says what it covers, and that a stored derivative is refused', async () => {
    const name = await createTenant();
    const { stdout, stderr, code } = await stack.run('block', name, 'albums/1/*', ...reason);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const key = `${name}/albums/1/a b.jpg__op__resize,w_16__op__format,f_src`;
    expect(stdout).toBe(
      [
        `Blocked albums/1/* of ${name} with version 2. It is refused within a minute, cached or not.`,
        'It covers 2 sources and 1 stored derivative: albums/1/Cat.JPG, albums/1/a b.jpg.',
        `Verified: the stored derivative ${key} is refused with denied_blocked.`,
        '',
      ].join('\n'),
    );
  });

  it('has the same facts as JSON', async () => {
    const name = await createTenant();
    expect(await block(name, 'top.jpg')).toEqual({
      ...{ tenant: name, scope: 'top.jpg', version: 2, already: false },
      ...{ doubts: [], unlisted: null, meant: null },
      covers: {
        sources: { count: 1, more: false },
        derivatives: { count: 1, more: false },
        names: ['top.jpg'],
      },
      check: { state: 'refused', key: `${name}/top.jpg__op__resize,w_16__op__format,f_src` },
    });
  });

  it('that is in force already publishes nothing, and is verified again', async () => {
    const name = await createTenant();
    await block(name, 'top.jpg');
    const again = await stack.run('block', name, 'top.jpg', '--reason', 'again');
    expect(again).toMatchObject({ code: 0, stderr: '' });
    expect(again.stdout).toContain(
      `top.jpg of ${name} is already blocked in version 2; nothing was published.\n`,
    );
    expect(again.stdout).toContain('Verified: the stored derivative');
  });

  it.each(['albums/', '_watermarks/'])('of the folder %s needs a star', async (scope) => {
    const name = await createTenant();
    expect(await stack.run('block', name, scope, '--reason', 'r')).toMatchObject({
      code: 1,
      stderr: `signet: malformed: the path ends in a slash; for everything below it write ${scope}*\n`,
    });
  });

  it('has nothing to verify without a stored derivative, and does not verify with --no-wait', async () => {
    const name = await createTenant();
    expect(await block(name, 'albums/2/d.jpg')).toMatchObject({
      check: { state: 'nothing_stored' },
    });
    const { stdout } = await stack.run('block', name, 'top.jpg', '--no-wait', ...reason);
    expect(stdout).toContain('It was not verified that a stored derivative is refused.\n');
  });

  it('verifies no block with a derivative that was blocked before', async () => {
    const name = await createTenant();
    const [one, two] = ['albums/1/a b.jpg', 'albums/2/d.jpg'];
    await view(await stack.mint(name, one, 'resize,w_16'));
    await block(name, one);
    const state = await block(name, 'albums/1/*');
    expect(state).toMatchObject({ check: { state: 'nothing_new' } });
    await view(await stack.mint(name, two, 'resize,w_16'));
    expect(await block(name, 'albums/*')).toMatchObject({
      check: { state: 'refused', key: expect.stringContaining(two) },
    });
  });

  it('verifies the block of a watermark with a derivative that shows it', async () => {
    const name = await createTenant();
    await stack.json('put', name, '_watermarks/mark.png', 'local/demo/samples/mark.png');
    const url = await stack.mint(name, 'albums/2/d.jpg', 'watermark,i_mark');
    await view(url);
    const done = await block(name, '_watermarks/mark.png');
    expect(done).toMatchObject({
      covers: { sources: { count: 1 }, derivatives: { count: 1 } },
      check: { state: 'refused', key: expect.stringContaining('watermark,i_mark') },
    });
    expect(await answerTo(url)).toBe('denied_blocked');
  });
});

describe('a URL', () => {
  let name: string;
  beforeAll(async () => {
    name = await createTenant();
  });

  const spellings: readonly (readonly [what: string, urlOf: () => string | Promise<string>])[] = [
    ['signed', () => stack.mint(name, 'albums/1/a b.jpg', 'resize,w_16')],
    ['unsigned', () => `https://cdn.example.com/${name}/albums/1/a%20b.jpg`],
    ['of a derivative', () => `${stack.address}/${name}/albums/1/a%20b.jpg__op__resize,w_16`],
    ['on the host of the tenant', () => `https://img.${name}.test/albums/1/a%20b.jpg?exp=1&x=y`],
    ['with letters in place of escapes', () => `https://cdn.example.com/${name}/albums/1/a b.jpg`],
    [
      'in the spelling of OSS',
      () => `https://x.test/${name}/albums/1/a%20b.jpg?x-oss-process=image/resize,w_16`,
    ],
    ['without a host', () => `/${name}/albums/1/a%20b.jpg`],
  ];
  it.each(spellings)('%s is blocked and unblocked as its source', async (_what, urlOf) => {
    const url = await urlOf();
    expect(await block(name, url)).toMatchObject({
      scope: 'albums/1/a b.jpg',
      check: { state: 'refused' },
    });
    expect(await stack.json('unblock', name, url, ...reason)).toMatchObject({
      scope: 'albums/1/a b.jpg',
    });
  });

  it('is purged as its source', async () => {
    const { stdout } = await stack.run('purge', name, `https://img.${name}.test/top.jpg`);
    expect(stdout).toBe(
      'Purged 1 derivative of 1 source. A second purge in 60 s removes renders that were in progress.\nIt covered 1 source and 1 stored derivative: top.jpg.\n',
    );
  });

  it.each([
    [() => `https://cdn.example.com/other/a.jpg`, 2, /the URL names the tenant other, not taker/],
    [() => `https://img.other.test/a.jpg`, 2, /img\.other\.test belongs to the tenant other, not/],
    [() => `https://cdn.example.com/${name}/`, 1, /the path has an empty segment/],
    [() => `https://cdn.example.com/`, 1, /the path does not begin with \/TENANT\//],
    [() => `https://cdn.example.com/${name}/a%2Fb.jpg`, 1, /an encoded slash/],
  ])('of something else is refused: %s', async (urlOf, code, message) => {
    const before = await versionOf(name);
    for (const command of ['block', 'purge', 'unblock']) {
      const flags = command === 'purge' ? [] : reason;
      const ended = await stack.run(command, name, urlOf(), ...flags);
      expect([ended.code, ended.stdout]).toEqual([code, '']);
      expect(ended.stderr).toMatch(message);
    }
    expect(await versionOf(name)).toBe(before);
  });
});

describe('a scope that covers nothing', () => {
  let name: string;
  beforeAll(async () => {
    name = await createTenant();
  });

  const misspelled: readonly (readonly [scope: string | (() => string), meant: string])[] = [
    ['albums/1/a%20b.jpg', 'albums/1/a b.jpg'],
    [() => `${name}/top.jpg`, 'top.jpg'],
    [() => `${name}/albums/1/a%20b.jpg`, 'albums/1/a b.jpg'],
    [() => `${name}/*`, '*'],
    [() => `https://cdn.example.com/${name}/${name}/top.jpg`, 'top.jpg'],
    ['TOP.jpg', 'top.jpg'],
    ['albums/1/cat.jpg', 'albums/1/Cat.JPG'],
    ['Albums/1/*', 'albums/1/*'],
    ['albums/1', 'albums/1/*'],
    ['albums*', 'albums/*'],
    ['top.jpg/*', 'top.jpg'],
    ['e\u0301.jpg', 'é.jpg'],
  ];
  it.each(misspelled)('is refused with the spelling that does: %s', async (scope, meant) => {
    const written = typeof scope === 'string' ? scope : scope();
    for (const command of ['block', 'purge']) {
      const flags = command === 'purge' ? [] : reason;
      const ended = await stack.run(command, name, written, ...flags);
      expect([ended.code, ended.stdout]).toEqual([2, '']);
      expect(ended.stderr).toContain(`covers nothing of ${name}, and "${meant}" covers `);
      expect(ended.stderr).toContain('; write that; nothing was changed\n');
    }
    expect(await versionOf(name)).toBe(1);
  });

  it.each([
    ['later.jpg', ['absent']],
    ['later/*', ['empty']],
    ['lat%65r.jpg', ['absent', 'encoded']],
    ['la*', ['absent', 'prefix']],
  ])('and has no such spelling is done with a warning: %s', async (scope, kinds) => {
    const { stderr } = await stack.run('purge', name, scope);
    expect(stderr).toContain(`signet: warning: scope "${scope}" covers nothing now: `);
    expect(stderr.trim().split('\n')).toHaveLength(kinds.length);
    expect(await block(name, scope)).toMatchObject({
      doubts: kinds,
      covers: { sources: { count: 0 }, derivatives: { count: 0 }, names: [] },
      check: { state: 'nothing_stored' },
    });
  });
});

describe('a tenant whose sources are in a foreign bucket', () => {
  it('is checked where the bucket can be listed', async () => {
    await stack.publish('away', { operations: {}, source: { from: 'photos' } });
    const endpoint = localAddress(stack.instance.host, stack.instance.ports.s3);
    const access = { region: 'eu-west-1', endpoint, credentials: localCredentials };
    await new S3Client({ ...access, forcePathStyle: true }).send(
      new PutObjectCommand({ Bucket: 'photos', Key: 'p/a.jpg', Body: await picture('#00ff00') }),
    );
    const { code, stderr } = await stack.run('block', 'away', 'A.jpg', ...reason);
    expect([code, stderr]).toEqual([2, expect.stringContaining('"a.jpg" covers 1 source')]);
    expect(await block('away', 'a.jpg')).toMatchObject({ covers: { sources: { count: 1 } } });
  });

  it('cannot be checked with list: false, which is said', async () => {
    await stack.publish('shut', { operations: {}, source: { from: 'closed' } });
    await stack.derivatives.put('shut/a.jpg__op__format,f_jpg', await picture('#00ff00'), {
      contentType: 'image/jpeg',
    });
    const { code, stderr, stdout } = await stack.run('block', 'shut', 'shut/a.jpg', ...reason);
    expect({ code, stderr: stderr.split('\n') }).toEqual({
      code: 0,
      stderr: [
        'signet: warning: the sources of scope "shut/a.jpg" cannot be checked: their bucket "closed" has "list": false',
        'signet: warning: no derivative is stored for "shut/a.jpg", but some are for "a.jpg"; check the name',
        '',
      ],
    });
    expect(stdout).toContain('It covers sources that were not counted and 0 stored derivatives.\n');
    expect(await block('shut', 'a.jpg')).toMatchObject({
      covers: { sources: null, derivatives: { count: 1 } },
      unlisted: 'their bucket "closed" has "list": false',
      check: { state: 'refused' },
    });
  });
});
