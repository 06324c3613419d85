import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { HeadObjectCommand, PutObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type RunningStack, startRunningStack } from '../local/running-stack.ts';
import { type Client, isSkipped } from './client.ts';
import {
  command,
  createTenant,
  derivativesBucket,
  listKeys,
  type Minter,
  minter,
  permissivePolicy,
  rendered,
  s3Of,
  sampleFile,
  sourcesBucket,
  startClient,
  stateFolder,
} from './installation.ts';

const tenant = 'e2e';

describe.skipIf(isSkipped)('a download by an independent client', () => {
  let folder: Awaited<ReturnType<typeof stateFolder>>;
  let stack: RunningStack;
  let client: Client;
  let s3: S3Client;
  let mint: Minter;

  const put = async (name: string, file: string) =>
    s3.send(
      new PutObjectCommand({
        Bucket: sourcesBucket,
        Key: `${tenant}/${name}`,
        Body: await readFile(sampleFile(file)),
      }),
    );

  type More = { method?: string; headers?: Record<string, string>; follow?: number };
  const ask = (target: string, more: More = {}) =>
    client.ask('fetch', { port: stack.instance.ports.cdn, target, ...more });

  const keysOf = (name: string) => listKeys(s3, derivativesBucket, `${tenant}/${name}__op__`);

  beforeAll(async () => {
    folder = await stateFolder();
    stack = await startRunningStack({ home: folder.home });
    client = startClient();
    s3 = s3Of(stack.instance.ports.s3);
    mint = minter(client, tenant, await createTenant(folder.home, tenant, permissivePolicy));
  });

  afterAll(async () => {
    s3?.destroy();
    await client?.close();
    await stack?.stop();
    await folder?.remove();
  });

  it.each([
    { operation: 'download,n_report-7', format: 'webp', saved: 'report-7.webp' },
    { operation: 'download', format: 'jpg', saved: 'cat.jpg' },
    { operation: 'download,n_report-7', format: 'src', saved: 'report-7.png' },
  ])('$operation in $format is saved as $saved when made, stored and cached', async (row) => {
    await put('cat.png', 'mark.png');
    const { url } = await mint('cat.png', ['resize,w_60', row.operation, `format,f_${row.format}`]);
    const disposition = `attachment; filename="${row.saved}"`;
    // HEAD makes and stores it, and its answer is not cached. So the first GET comes from S3.
    const made = await ask(url, { method: 'HEAD' });
    const stored = await ask(url);
    const cached = await ask(url);
    const cachedHead = await ask(url, { method: 'HEAD' });
    for (const { status, headers } of [made, stored, cached, cachedHead])
      expect({ status, disposition: headers['content-disposition'] }).toEqual({
        status: 200,
        disposition,
      });
    expect(made.headers['server-timing']).toMatch(/^source;/);
    expect(stored.headers['server-timing']).toBeUndefined();
    expect([stored, cached].map(({ headers }) => headers['x-cache'])).toEqual([
      'Miss from cloudfront',
      'Hit from cloudfront',
    ]);
    const Key = `${tenant}/cat.png__op__${row.operation}__op__resize,w_60__op__format,f_${row.format}`;
    const object = await s3.send(new HeadObjectCommand({ Bucket: derivativesBucket, Key }));
    expect(object.ContentDisposition).toBe(disposition);
  });

  it('is saved from the first view, and shown without download', async () => {
    await put('dog.png', 'mark.png');
    const views = [
      { operations: ['download,n_dog-1'], disposition: 'attachment; filename="dog-1.png"' },
      { operations: [], disposition: 'inline; filename="dog.png"' },
      { operations: ['download'], disposition: 'attachment; filename="dog.png"' },
    ];
    const pictures = new Set<string>();
    for (const { operations, disposition } of views) {
      const { url } = await mint('dog.png', [...operations, 'resize,w_50']);
      const first = await ask(url);
      expect(first.headers).toMatchObject({
        'content-disposition': disposition,
        'x-cache': 'Miss from cloudfront',
        'server-timing': expect.stringMatching(/^source;/),
      });
      expect((await ask(url)).headers['content-disposition']).toBe(disposition);
      pictures.add(first.md5);
    }
    expect(pictures.size).toBe(1);
    expect(await keysOf('dog.png')).toHaveLength(3);
  });

  it('stays a download for a range, and for what the client holds already', async () => {
    await put('part.png', 'mark.png');
    const { url } = await mint('part.png', ['download,n_part', 'resize,w_70']);
    const { md5 } = await ask(url);
    const range = await ask(url, { headers: { range: 'bytes=0-9' } });
    expect(range).toMatchObject({
      status: 206,
      headers: { 'content-disposition': 'attachment; filename="part.png"' },
    });
    const held = await ask(url, { headers: { 'if-none-match': `"${md5}"` } });
    expect(held.status).toBe(304);
    // RFC 9110, 15.4.5: a 304 need not repeat the header, and must not say something else.
    expect(held.headers['content-disposition'] ?? 'attachment; filename="part.png"').toBe(
      'attachment; filename="part.png"',
    );
  });

  it('of a large image is saved after its redirect', async () => {
    await put('big.jpg', 'observatory.jpg');
    const { url } = await mint('big.jpg', ['download,n_big', 'resize,w_1400', 'format,f_png']);
    const { hops, headers, status } = await ask(url, { follow: 1 });
    expect(hops.map((hop) => hop.status)).toEqual([307]);
    expect(status).toBe(200);
    expect(headers['content-disposition']).toBe('attachment; filename="big.png"');
  });

  it('of an animation ends in the type of its answer', async () => {
    await put('tide.gif', 'tide.gif');
    const first = await mint('tide.gif', ['download,n_tide', 'frames,n_1', 'format,f_avif']);
    const moving = await mint('tide.gif', ['download,n_tide', 'resize,w_40', 'format,f_avif']);
    const answers = [await ask(first.url), await ask(moving.url)];
    expect(
      answers.map(({ headers, image }) => [headers['content-disposition'], image?.type]),
    ).toEqual([
      ['attachment; filename="tide.avif"', 'avif'],
      ['attachment; filename="tide.webp"', 'webp'],
    ]);
  });

  it('of a missing source saves the fallback, with the status of the refusal', async () => {
    const policy = JSON.parse(await readFile(permissivePolicy, 'utf8')) as object;
    const file = path.join(folder.home, 'spare.json');
    await writeFile(file, JSON.stringify({ ...policy, tenant: 'spare', fallback: 'none.png' }));
    const spare = minter(client, 'spare', await createTenant(folder.home, 'spare', file));
    await command(folder.home, ['put', 'spare', 'none.png', sampleFile('mark.png')]);
    const { url } = await spare('gone.jpg', ['download,n_gone', 'resize,w_60', 'format,f_webp']);
    expect(await ask(url)).toMatchObject({
      status: 404,
      image: { type: 'webp', width: 60 },
      headers: {
        'x-signet-error': 'source_missing',
        'content-disposition': 'attachment; filename="gone.webp"',
      },
    });
  });

  /** Each would end the header or its quoted text, or lead out of the folder, if it got into the answer. */
  const hostile = [
    'a"',
    'a"; filename="b.html',
    'a\\',
    'a;b',
    'a\r\nset-cookie: a=b',
    'a\nx: y',
    'a\rx: y',
    'a\0',
    'a\u007f',
    '../a',
    'a/b',
    'a.html',
    '..',
    '.a',
    'a b',
    "a'b",
    'a%22',
    'a%0d%0aset-cookie: a=b',
    'ä',
    'a\u202egpj',
    'a\u2028b',
    '\uff41',
    '--a',
    '-',
    '',
    'a'.repeat(33),
  ];

  it.each(hostile)('with the name %j is malformed, although it is signed', async (name) => {
    const { url } = await mint('cat.png', [`download,n_${name}`, 'resize,w_60']);
    const { status, headers } = await ask(url);
    expect(status).toBe(400);
    expect(headers['x-signet-error']).toBe('malformed');
    expect(headers).not.toHaveProperty('content-disposition');
    expect(headers).not.toHaveProperty('set-cookie');
  });

  it.each(['info', 'placeholder,k_lqip', 'average-hue'])(
    'of %s is malformed, because it answers with JSON',
    async (answer) => {
      const { url } = await mint('cat.png', [answer, 'download,n_facts']);
      expect((await ask(url)).headers['x-signet-error']).toBe('malformed');
    },
  );

  it('is refused under a grant, which covers the same image without it', async () => {
    await put('album/a.png', 'mark.png');
    const { grant } = await command(folder.home, ['grant', tenant, 'album/*']);
    const shared = `/${tenant}/album/a.png__op__resize,w_60`;
    for (const operation of ['download', 'download,n_a']) {
      const { status, headers } = await ask(`${shared}__op__${operation}?grant=${String(grant)}`);
      expect({ status, code: headers['x-signet-error'] }).toEqual({
        status: 403,
        code: 'denied_operation',
      });
      expect(headers).not.toHaveProperty('content-disposition');
    }
    const shown = await ask(`${shared}?grant=${String(grant)}`);
    expect(shown.headers['content-disposition']).toBe('inline; filename="a.png"');
    expect(await keysOf('album/a.png')).toHaveLength(1);
    expect(
      (await rendered(folder.home, tenant)).filter((key) => key.includes('album')),
    ).toHaveLength(1);
  });
});
