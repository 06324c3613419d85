import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { auditKey } from '../../shared/versions/bucket.ts';
import { command } from '../cli/in-process.ts';
import { wordsOf } from '../docs/signet-words.ts';
import { type RunningStack, startRunningStack } from '../local/running-stack.ts';
import { storesOf } from '../local/stack/stack-client.ts';
import { sampleFile } from './installation.ts';

/*
 * One operator and two hundred tenants, whose policies extend one base file, against `npm start`. The tests are one
 * story: each begins where the one before ended.
 */

const names = Array.from({ length: 200 }, (_, at) => `shop-${String(at + 1).padStart(3, '0')}`);
/** It has qualities of its own. */
const exception = 'shop-007';
const damaged = 'shop-100';
const others = '(shop-001, shop-002, shop-003 and';

let folder = '';
let stack: RunningStack;

const policies = () => path.join(folder, 'policies');
const environment = () => ({ SIGNET_HOME: path.join(folder, 'state'), SIGNET_TARGET: '' });

const write = (name: string, document: object): Promise<void> =>
  writeFile(path.join(policies(), `${name}.json`), JSON.stringify(document));

/** Changes the qualities in the base file. */
const allow = (...q: readonly number[]): Promise<void> =>
  write('base', { operations: { resize: { w: [160] }, quality: { q } } });

async function run(...args: readonly string[]) {
  const { code, stdout, stderr } = await command(args, environment());
  return { code, lines: stdout.trimEnd().split('\n'), stderr };
}

/** Runs a command that has to succeed. */
async function type(...args: readonly string[]): Promise<readonly string[]> {
  const { code, lines, stderr } = await run(...args);
  if (code !== 0) throw new Error(`${args.join(' ')} ended with ${code}: ${lines}${stderr}`);
  return lines;
}

const inFolder = (verb: string, ...more: readonly string[]) =>
  run('policy', verb, policies(), ...more);

async function mint(tenant: string, q: number): Promise<string> {
  const [url = ''] = await type('mint', tenant, 'lake.jpg', 'resize,w_160', `quality,q_${q}`);
  return url;
}

type UsageRow = {
  readonly tenant: string;
  readonly views: number;
  readonly hits: number;
  readonly renders: number;
  readonly refusals: Readonly<Record<string, number>>;
};

/** What was viewed of each tenant. */
const viewed = new Map<string, Pick<UsageRow, 'views' | 'hits'> & { readonly refusals: number }>();

function count(tenant: string, { hit, refused }: Record<'hit' | 'refused', boolean>): void {
  const { views = 0, hits = 0, refusals = 0 } = viewed.get(tenant) ?? {};
  viewed.set(tenant, {
    views: views + 1,
    hits: hits + (hit ? 1 : 0),
    refusals: refusals + (refused ? 1 : 0),
  });
}

/** Views an image as a browser does, and counts it. Returns the code of the refusal, or the status. */
async function view(url: string): Promise<string> {
  // After a restart the stack has other ports. The signature does not cover the host.
  const { pathname, search } = new URL(url);
  const answer = await fetch(`${stack.address}${pathname}${search}`);
  await answer.arrayBuffer();
  const refusal = answer.headers.get('x-signet-error');
  const hit = answer.headers.get('x-cache') === 'Hit from cloudfront';
  count(pathname.split('/')[1] ?? '', { hit, refused: refusal !== null });
  return refusal ?? String(answer.status);
}

const start = () => startRunningStack({ home: path.join(folder, 'state') });

/** URLs of an image of two tenants. */
let urls = { usual: '', exception: '' };
/** When the change began that is taken back later. */
let changeAt = '';

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'signet-many-'));
  await mkdir(policies());
  for (const tenant of names) await write(tenant, { extends: 'base.json', tenant });
  await write(exception, {
    ...{ extends: 'base.json', tenant: exception },
    operations: { quality: { q: [70] } },
  });
  await allow(60, 70);
  stack = await start();
});

afterAll(async () => {
  await stack?.stop();
  await rm(folder, { recursive: true, force: true });
});

describe('an operator of 200 tenants', () => {
  it('publishes a folder', async () => {
    expect((await inFolder('publish')).lines).toEqual([
      '200 tenants new: shop-001, shop-002, shop-003 and 197 more',
    ]);
    for (const tenant of ['shop-001', exception])
      await type('put', tenant, 'lake.jpg', sampleFile('alpine-lake.jpg'));
    urls = { usual: await mint('shop-001', 70), exception: await mint(exception, 70) };
    expect([await view(urls.usual), await view(urls.usual), await view(urls.exception)]).toEqual([
      ...['200', '200', '200'],
    ]);
  });

  it('changes the base file, and reads two lines about it', async () => {
    await allow(60);
    const { code, lines } = await inFolder('diff');
    expect([code, lines]).toEqual([
      0,
      [
        `199 tenants ${others} 196 more):`,
        '  - removes quality q 70',
        `${exception}: no difference`,
        expect.stringMatching(/^1 live tenant has no file: demo\. /),
      ],
    ]);
  });

  it('is told of a broken trail before anything is published, and publishes the others', async () => {
    const junk = { contentType: 'application/jose', only: 'absent' } as const;
    await storesOf(stack.instance).config.put(auditKey(damaged, 2), Buffer.from('junk'), junk);
    const compared = await inFolder('diff');
    expect([compared.code, compared.lines[0]]).toEqual([1, `198 tenants ${others} 195 more):`]);
    const refused = await inFolder('publish', '--reason', 'smaller');
    expect([refused.code, refused.stderr]).toEqual([
      1,
      expect.stringMatching(/1 of 200 tenants cannot be:\n {2}shop-100: .*\nadd --skip to change/),
    ]);
    expect(await view(urls.usual)).toBe('200');
    changeAt = new Date().toISOString();
    const { code, lines } = await inFolder('publish', '--reason', 'smaller', '--skip');
    expect(code).toBe(1);
    expect(lines[0]).toBe('198 tenants changed: shop-001, shop-002, shop-003 and 195 more');
    expect(lines).toContainEqual(expect.stringMatching(/^✗ shop-100 was not published: /));
    expect([await view(urls.usual), await view(urls.exception)]).toEqual(['denied_value', '200']);
  });

  it('repairs the trail as doctor says, and goes on with the same command', async () => {
    const { code, lines } = await run('doctor');
    expect(code).toBe(1);
    expect(lines.filter((line) => line.startsWith('✗')).map((line) => line.split(' ')[2])).toEqual([
      ...[`${damaged}:`, `${damaged}:`],
    ]);
    const advice = lines.flatMap((line) => /npx signet (doctor .*--repair)/.exec(line)?.[1] ?? []);
    expect(new Set(advice)).toEqual(new Set([`doctor ${damaged} --repair`]));
    await stack.stop();
    await type(...wordsOf(advice[0] ?? ''), '--yes');
    stack = await start();
    const published = await inFolder('publish', '--reason', 'smaller');
    expect([published.code, published.lines.at(-1)]).toEqual([
      0,
      '199 tenants unchanged: shop-001, shop-002, shop-003 and 196 more',
    ]);
    expect((await type('doctor', damaged))[0]).toMatch(/^No problems found in /);
  });

  it('finds where files and tenants have drifted apart, and prunes', async () => {
    await rm(path.join(policies(), 'shop-003.json'));
    await write('shop-201', { extends: 'base.json', tenant: 'shop-201' });
    await type('policy', 'rollback', 'shop-005', '--reason', 'by hand');
    const { lines } = await inFolder('diff');
    expect(lines).toContain('shop-201: a new tenant');
    expect(lines).toContainEqual(
      expect.stringMatching(
        /^live versions that were not made from a file .*: by hand\): shop-005 3$/,
      ),
    );
    expect(lines).toContainEqual(
      expect.stringMatching(/^2 live tenants have no file: demo, shop-003\./),
    );
    expect((await inFolder('publish', '--prune', '--yes')).code).toBe(0);
    expect((await inFolder('diff', '--exit-code')).lines).toEqual([
      '200 tenants: no difference (shop-001, shop-002, shop-004 and 197 more)',
    ]);
  });

  it('takes the change back for all at once, and sees it in the list', async () => {
    const back = ['--all', '--before', changeAt, '--reason', 'pages broke'];
    const lines = await type('policy', 'rollback', ...back, '--yes');
    expect(lines.join('\n')).toContain('+ adds quality q 70');
    expect(await view(urls.usual)).toBe('200');
    const rows = (await type('tenant', 'list')).map((line) => line.split(/ {2,}/));
    expect(rows).toHaveLength(201);
    expect(rows.find(([tenant]) => tenant === 'shop-001')?.slice(1, 4)).toEqual([
      '3',
      'r1.1',
      '0 d',
    ]);
  });

  it('takes an image down by its URL, and no rollback brings it back', async () => {
    expect(await view(urls.exception)).toBe('200');
    const lines = await type('block', exception, urls.exception, '--reason', 'court order');
    // The command has viewed the image once, and was refused.
    count(exception, { hit: false, refused: true });
    expect(lines).toEqual([
      expect.stringMatching(/^Blocked lake\.jpg of shop-007 with version 2\./),
      'It covers 1 source and 1 stored derivative: lake.jpg.',
      expect.stringMatching(/^Verified: .* is refused with denied_blocked\.$/),
    ]);
    await type('policy', 'rollback', exception, '--reason', 'by mistake');
    expect(await view(urls.exception)).toBe('denied_blocked');
    expect(await view(urls.usual)).toBe('200');
  });

  it('bills each tenant what it was viewed', async () => {
    const { rows } = JSON.parse((await type('usage', '--json')).join('\n')) as {
      readonly rows: readonly UsageRow[];
    };
    const used = rows.map(({ tenant, views, hits, renders, refusals }) => {
      const refused = Object.values(refusals).reduce((sum, count) => sum + count, 0);
      return [tenant, { views, hits, renders, refusals: refused }];
    });
    const counted = [...viewed].map(([tenant, one]) => [tenant, { ...one, renders: 1 }]);
    expect(Object.fromEntries(used)).toMatchObject(Object.fromEntries(counted));
  });
});
