import { mkdtemp, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { limits } from '../../shared/limits.ts';
import { engineVersion } from '../../shared/operations/engine.ts';
import { signet } from './signet.ts';
import { type CommandStack, picture, startCommandStack } from './stack.ts';

let stack: CommandStack;
let folder: string;

const samples = new URL('../../local/demo/samples/', import.meta.url).pathname;
const png = path.join(samples, 'mark.png');

beforeAll(async () => {
  stack = await startCommandStack();
  folder = await mkdtemp(path.join(tmpdir(), 'signet-files-'));
});

afterAll(async () => {
  await stack.stop();
  await rm(folder, { recursive: true, force: true });
});

async function file(name: string, content: Uint8Array | string): Promise<string> {
  const at = path.join(folder, name);
  await writeFile(at, content);
  return at;
}

async function readStored(name: string) {
  const read = await stack.sources.get(name, { maxBytes: limits.sourceBytes });
  return typeof read === 'object' ? read : undefined;
}

/** Requests a URL, and returns its status, x-cache and bytes. */
async function view(url: string) {
  const answer = await fetch(url);
  const body = Buffer.from(await answer.arrayBuffer());
  return {
    status: answer.status,
    cache: answer.headers.get('x-cache'),
    body: body.toString('hex'),
  };
}

describe('put', () => {
  it.each([
    ['alpine-lake.jpg', 'image/jpeg'],
    ['mark.png', 'image/png'],
    ['lantern.webp', 'image/webp'],
    ['tide.gif', 'image/gif'],
  ])('stores %s as %s under any name', async (sample, contentType) => {
    const done = await stack.json('put', 'demo', `named/${sample}.txt`, path.join(samples, sample));
    expect(done).toMatchObject({
      tenant: 'demo',
      path: `named/${sample}.txt`,
      contentType,
      purged: 0,
    });
    expect((await readStored(`demo/named/${sample}.txt`))?.body.length).toBe(
      (done as { bytes: number }).bytes,
    );
  });

  it.each(["it's (1) 100% +a&b?c#d ü.png", '日本/猫 🐈.png', 'a__op.png', '~', 'a=b;c,d.png'])(
    'stores "%s", and the suggested command shows it',
    async (name) => {
      const { code, stdout } = await stack.run('put', 'demo', name, png);
      expect(code).toBe(0);
      const [, suggested = ''] =
        /Next: npx signet mint demo '(.*)' resize,w_640\n$/.exec(stdout) ?? [];
      expect(suggested.replaceAll(`'\\''`, "'")).toBe(name);
      expect((await view(await stack.mint('demo', name, 'resize,w_640'))).status).toBe(200);
    },
  );

  it('reads stdin', async () => {
    const bytes = await picture('#884422');
    const { code, stdout } = await signet(
      ['put', 'demo', 'piped.jpg', '-', '--json'],
      { SIGNET_HOME: stack.home },
      bytes,
    );
    expect({ code, done: JSON.parse(stdout) }).toEqual({
      code: 0,
      done: {
        tenant: 'demo',
        path: 'piped.jpg',
        contentType: 'image/jpeg',
        bytes: bytes.length,
        purged: 0,
        warning: null,
      },
    });
    expect(Buffer.from((await readStored('demo/piped.jpg'))?.body ?? []).equals(bytes)).toBe(true);
  });

  it.each([
    [
      'nothing',
      Buffer.alloc(0),
      'source_unsupported',
      /^stdin is empty, not a JPEG, PNG, WebP or GIF/,
    ],
    [
      'too much',
      Buffer.alloc(limits.sourceBytes + 1, 0xff),
      'source_too_large',
      /^stdin is larger than 52428800 bytes/,
    ],
  ])('refuses %s from stdin', async (_what, bytes, error, message) => {
    const { code, stdout, stderr } = await signet(
      ['put', 'demo', 'refused.jpg', '-', '--json'],
      { SIGNET_HOME: stack.home },
      bytes,
    );
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(JSON.parse(stderr)).toEqual({ error, message: expect.stringMatching(message) });
  });

  const unsupported: readonly (readonly [what: string, content: string, said: string])[] = [
    ['text', 'hello', 'named .jpg, but is plain text, '],
    ['nothing', '', 'empty, '],
    ['a drawing', '<svg xmlns="http://www.w3.org/2000/svg"/>', 'named .jpg, but is SVG, '],
    ['an AVIF', '\u0000\u0000\u0000\u001cftypavif', 'named .jpg, but is AVIF, '],
    ['a PDF', '%PDF-1.7', 'named .jpg, but is PDF, '],
    ['half a signature', '\u0089PN', ''],
  ];
  it.each(unsupported)('refuses %s, and stores nothing', async (_what, content, said) => {
    const at = await file('refused.jpg', Buffer.from(content, 'latin1'));
    const { code, stdout, stderr } = await stack.run('put', 'demo', 'refused.jpg', at);
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toContain(`signet: ${at} is ${said}not a JPEG, PNG, WebP or GIF; `);
    expect(stderr).toMatch(/; nothing was uploaded\n$/);
    expect(await readStored('demo/refused.jpg')).toBeUndefined();
  });

  it('refuses a file of more than 50 MB, and accepts one of exactly 50 MB', async () => {
    const at = await file('large.jpg', await picture('#ff0000'));
    await truncate(at, limits.sourceBytes + 1);
    const refused = await stack.run('put', 'demo', 'large.jpg', at, '--json');
    expect({ code: refused.code, said: JSON.parse(refused.stderr) }).toMatchObject({
      code: 1,
      said: { error: 'source_too_large' },
    });
    await truncate(at, limits.sourceBytes);
    expect(await stack.json('put', 'demo', 'large.jpg', at)).toMatchObject({
      bytes: limits.sourceBytes,
    });
  });

  it('refuses a file that is not there', async () => {
    const { code, stderr } = await stack.run('put', 'demo', 'a.jpg', '/nowhere/a.jpg', '--json');
    const message = '/nowhere/a.jpg does not exist';
    expect({ code, said: JSON.parse(stderr) }).toEqual({
      code: 1,
      said: { error: 'unreadable_file', message },
    });
  });

  it.each([
    ['', 'the path has an empty segment'],
    ['/a.jpg', 'the path begins with a slash; leave it out'],
    ['a//b.jpg', 'the path has an empty segment'],
    ['a/../b.jpg', 'the path has a . or .. segment'],
    ['a\\b.jpg', 'the path has a control character or a backslash'],
    ['a\nb.jpg', 'the path has a control character or a backslash'],
    ['a__op__b.jpg', 'the path contains __op__'],
    ['a__op', 'the path ends in __op'],
    [
      '_watermarks/a.jpg',
      '_watermarks/a.jpg is not _watermarks/ID.png; an ID has up to 64 letters, digits, dots and hyphens',
    ],
    ['x'.repeat(701), 'the path is longer than 700 bytes'],
  ])('refuses the path %j, as the edge would', async (bad, reason) => {
    const { code, stderr } = await stack.run('put', 'demo', bad, png);
    expect({ code, stderr }).toEqual({ code: 1, stderr: `signet: malformed: ${reason}\n` });
  });

  it.each(['0,0', '100,100', '30,70'])('stores the focal point %s', async (focus) => {
    await stack.json('put', 'demo', 'focus.png', png, '--focus', focus);
    expect((await readStored('demo/focus.png'))?.metadata).toEqual({ focus });
  });

  it.each(['', '30', '30,', '101,0', '-1,5', '030,70', '30,70,1', '30, 70', '0.5,0.5', 'smart'])(
    'refuses "%s" as a focal point',
    async (focus) => {
      const { code, stderr } = await stack.run('put', 'demo', 'focus.png', png, `--focus=${focus}`);
      expect({ code, stderr }).toEqual({
        code: 2,
        stderr: `signet: the focal point is "${focus}"; write two whole percentages, such as 30,70\n`,
      });
    },
  );

  it('shows a changed image at once', async () => {
    await stack.json('put', 'demo', 'change.jpg', await file('red.jpg', await picture('#ff0000')));
    const url = await stack.mint('demo', 'change.jpg', 'resize,w_32');
    const before = await view(url);
    expect((await view(url)).cache).toMatch(/^Hit/);
    const blue = await file('blue.jpg', await picture('#0000ff'));
    expect(await stack.json('put', 'demo', 'change.jpg', blue)).toMatchObject({
      path: 'change.jpg',
    });
    const after = await view(url);
    expect(after.status).toBe(200);
    expect(after.cache).not.toMatch(/^Hit/);
    expect(after.body).not.toBe(before.body);
  });
});

describe('put of a watermark', () => {
  it('stores it once; a changed one needs another id', async () => {
    const done = await stack.json('put', 'demo', '_watermarks/logo.png', png);
    expect(done).toMatchObject({ tenant: 'demo', watermark: 'logo' });
    const again = await stack.run('put', 'demo', '_watermarks/logo.png', png);
    expect(again).toMatchObject({ code: 1 });
    expect(again.stderr).toBe('signet: demo already has a watermark logo; choose another id\n');
  });

  it('refuses a file that is not a PNG', async () => {
    const jpg = path.join(samples, 'portrait.jpg');
    const { code, stderr } = await stack.run('put', 'demo', '_watermarks/photo.png', jpg);
    expect(code).toBe(1);
    expect(stderr).toMatch(/portrait\.jpg is JPEG, not a PNG; .*; nothing was uploaded\n$/);
  });

  it('is drawn on images of its tenant, and of no other', async () => {
    await stack.json('put', 'demo', '_watermarks/seal.png', png);
    const policy = { tenant: 'marked', operations: { watermark: { i: ['seal'] } } };
    const own = await file('marked.json', JSON.stringify(policy));
    await stack.json('tenant', 'create', 'marked', '--policy', own);
    await stack.json('put', 'marked', 'a.png', png);
    const url = await stack.mint('marked', 'a.png', 'watermark,i_seal');
    expect((await view(url)).status).toBe(404);
    await stack.json('put', 'marked', '_watermarks/seal.png', png);
    const fresh = await stack.mint('marked', 'a.png', 'watermark,i_seal', 'version,v_2');
    expect((await view(fresh)).status).toBe(200);
  });
});

describe('purge', () => {
  type Purged = { readonly derivatives: number; readonly sources: number };

  /** Renders each source in two sizes and checks that both are cached. */
  async function viewAll(...names: readonly string[]): Promise<readonly string[]> {
    const red = await file('red.jpg', await picture('#ff0000'));
    const urls: string[] = [];
    for (const name of names) {
      await stack.json('put', 'demo', name, red);
      for (const width of [16, 32]) urls.push(await stack.mint('demo', name, `resize,w_${width}`));
    }
    for (const url of [...urls, ...urls]) await view(url);
    return urls;
  }

  const hits = async (urls: readonly string[]): Promise<readonly boolean[]> => {
    const seen: boolean[] = [];
    for (const url of urls) seen.push((await view(url)).cache?.startsWith('Hit') ?? false);
    return seen;
  };

  async function derivativesBelow(prefix: string): Promise<number> {
    let count = 0;
    for await (const _key of stack.derivatives.list(prefix)) count += 1;
    return count;
  }

  it('deletes the derivatives of one source, and nothing else', async () => {
    const urls = await viewAll('p1/a.jpg', 'p1/a.jpg.jpg');
    expect(await stack.json('purge', 'demo', 'p1/a.jpg')).toMatchObject({
      tenant: 'demo',
      scope: 'p1/a.jpg',
      derivatives: 2,
      sources: 1,
    });
    expect(await derivativesBelow('demo/p1/a.jpg__op__')).toBe(0);
    expect(await derivativesBelow('demo/p1/a.jpg.jpg__op__')).toBe(2);
    expect(await hits(urls)).toEqual([false, false, true, true]);
  });

  it('deletes the derivatives below a prefix, and nothing else', async () => {
    const urls = await viewAll('p2/a.jpg', 'p2/deep/er/b.jpg', 'p22/c.jpg');
    const { stdout } = await stack.run('purge', 'demo', 'p2/*');
    expect(stdout).toBe(
      'Purged 4 derivatives of 2 sources. A second purge in 60 s removes renders that were in progress.\nIt covered 2 sources and 4 stored derivatives: p2/a.jpg, p2/deep/er/b.jpg.\n',
    );
    expect(await hits(urls)).toEqual([false, false, false, false, true, true]);
  });

  it('treats a star inside a name as a character', async () => {
    const urls = await viewAll('p3/a*.jpg', 'p3/ab.jpg');
    expect(await stack.json<Purged>('purge', 'demo', 'p3/a*.jpg')).toMatchObject({
      derivatives: 2,
      sources: 1,
    });
    expect(await hits(urls)).toEqual([false, false, true, true]);
  });

  it('deletes nothing if nothing was made', async () => {
    expect(await stack.json('purge', 'demo', 'nothing/*')).toMatchObject({
      derivatives: 0,
      sources: 0,
    });
    expect(await stack.json('purge', 'demo', 'nothing.jpg')).toMatchObject({ derivatives: 0 });
  });

  it.each(['', '/', '/*', 'a//*', '../*', 'a/../b.jpg', '*/*/../*', '_watermarks/*', 'a__op__b/*'])(
    'refuses the scope %j',
    async (scope) => {
      const { code, stdout, stderr } = await stack.run('purge', 'demo', scope, '--json');
      expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
      expect(JSON.parse(stderr)).toMatchObject({ error: 'malformed' });
    },
  );

  it('deletes the derivatives of a whole tenant, and of no other', async () => {
    const urls = await viewAll('p4.jpg');
    await stack.run('tenant', 'create', 'demo2');
    await stack.json('put', 'demo2', 'a.jpg', await file('red.jpg', await picture('#ff0000')));
    const other = await stack.mint('demo2', 'a.jpg', 'resize,w_16');
    await view(other);
    await view(other);
    expect((await stack.json<Purged>('purge', 'demo', '*')).derivatives).toBeGreaterThan(2);
    expect(await derivativesBelow('demo/')).toBe(0);
    expect(await hits([...urls, other])).toEqual([false, false, true]);
  });
});

describe('purge --engine-before', () => {
  const number = String(engineVersion);
  const keyOf = (tenant: string, name: string): string =>
    `${tenant}/${name}__op__resize,w_640__op__format,f_jpg`;

  /** Stores images of a tenant as an older engine made them. */
  async function fill(tenant: string, count: number): Promise<void> {
    await stack.json('tenant', 'create', tenant);
    for (let at = 0; at < count; at += 1)
      await stack.derivatives.put(keyOf(tenant, `${at}.jpg`), new Uint8Array([at]), {
        contentType: 'image/jpeg',
        cacheControl: 'public, max-age=600',
        metadata: {
          'cache-tag': `t-${tenant}`,
          engine: 'signet 0.1.0 sharp 0.1.0 vips 8.0.0',
        },
      });
  }

  it('counts, then deletes what an older engine made, so that it is made again', async () => {
    const red = await file('red.jpg', await picture('#ff0000'));
    await fill('aged', 12);
    // An upload purges its own derivatives, so it comes under a name that has none.
    await stack.json('put', 'aged', 'new.jpg', red);
    await view(await stack.mint('aged', 'new.jpg', 'resize,w_640', 'format,f_jpg'));
    await stack.sources.put('aged/0.jpg', await picture('#0000ff'), { contentType: 'image/jpeg' });
    await stack.derivatives.put(keyOf('aged', '0.jpg'), new Uint8Array([0]), {
      contentType: 'image/jpeg',
      cacheControl: 'public, max-age=600',
      metadata: { 'cache-tag': 't-aged', engine: 'signet 0.1.0 sharp 0.1.0 vips 8.0.0' },
    });
    const url = await stack.mint('aged', '0.jpg', 'resize,w_640', 'format,f_jpg');
    await view(url);
    expect(await view(url)).toMatchObject({ cache: 'Hit from cloudfront', body: '00' });

    const flags = ['aged', '--engine-before', number] as const;
    const { stdout } = await stack.run('purge', ...flags, '--dry-run');
    expect(stdout).toBe(
      `An engine before ${number} made 12 of 13 derivatives of 1 tenant. Nothing was deleted.\n`,
    );
    expect(await stack.json('purge', ...flags, '--yes')).toEqual({
      ...{ before: engineVersion, tenants: 1, dryRun: false, complete: true },
      ...{ examined: 13, older: 12, deleted: 12 },
    });
    expect(await view(url)).toMatchObject({ status: 200, cache: 'Miss from cloudfront' });
    expect(await stack.derivatives.describe(keyOf('aged', '0.jpg'))).toMatchObject({
      metadata: { engine: expect.stringMatching(new RegExp(`^${number} signet `)) },
    });
    expect(await stack.json('purge', ...flags, '--yes')).toMatchObject({ older: 0, deleted: 0 });
  });

  it('looks at all tenants with --all', async () => {
    await fill('old-one', 40);
    await fill('old-two', 2);
    const flags = ['--all', '--engine-before', number, '--yes', '--rate', '1000'];
    expect(await stack.json('purge', ...flags)).toMatchObject({ older: 42, deleted: 42 });
    expect(await stack.json('purge', ...flags)).toMatchObject({ older: 0, complete: true });
  });

  it.each([
    [['demo'], /name a tenant, and a source/],
    [['demo', 'a.jpg', '--all'], /--all is for --engine-before/],
    [['demo', 'a.jpg', '--yes'], /--yes is for --engine-before/],
    [['--engine-before', '1', '--yes'], /needs a tenant, or --all/],
    [['demo', '--all', '--engine-before', '1', '--yes'], /needs a tenant, or --all/],
    [['demo', 'a.jpg', '--engine-before', '1', '--yes'], /leave out the source or prefix/],
    [['demo', '--engine-before', '0', '--yes'], /--engine-before is "0"/],
    [['demo', '--engine-before', '1.0', '--yes'], /--engine-before is "1.0"/],
    [['demo', '--engine-before', '1', '--rate', '1001', '--yes'], /whole number from 1 to 1000/],
    [['demo', '--engine-before', '1'], /add --yes to confirm, or --dry-run to count/],
  ])('purge %j is wrong usage', async (args, message) => {
    const { code, stdout, stderr } = await stack.run('purge', ...args);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toMatch(message);
  });
});
