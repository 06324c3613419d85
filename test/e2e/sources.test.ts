import { readFile } from 'node:fs/promises';
import { DeleteObjectCommand, PutObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type RunningStack, startRunningStack } from '../local/running-stack.ts';
import { type Client, isSkipped } from './client.ts';
import {
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

/** Two pictures of different sizes, so that a name can be seen to lead to its own source. */
const square = { file: 'mark.png', width: 100, height: 100 };
const tall = { file: 'poster.png', width: 100, height: 140 };

const hostileNames = [
  { name: 'a name with spaces.png', sample: square },
  { name: ' leading and trailing .png ', sample: tall },
  { name: 'caf\u00e9.png', sample: square },
  { name: 'cafe\u0301.png', sample: tall },
  { name: '\u65e5\u672c/\u5199\u771f \ud83d\udc30.png', sample: square },
  { name: '\ufeffwith a byte-order mark.png', sample: tall },
  { name: '1+1=2.png', sample: square },
  { name: '1 1=2.png', sample: tall },
  { name: '50% off.png', sample: square },
  { name: '%41.png', sample: tall },
  { name: 'A.png', sample: square },
  { name: '%2541.png', sample: square },
  { name: 'what?.png', sample: tall },
  { name: 'what?exp=1&sig=2.png', sample: square },
  { name: 'no #1.png', sample: tall },
  { name: 'copy (2).png', sample: square },
  { name: `it's "quoted".png`, sample: tall },
  { name: 'a&b;c=d,e:f@g$h!i*j.png', sample: square },
  { name: '[a]{b}|^`<c>~.png', sample: tall },
  { name: '..hidden/...dots.png', sample: square },
  { name: 'a__opx/b_op__.png', sample: tall },
  { name: 'no extension', sample: square },
  { name: `${'deep/'.repeat(60)}${'x'.repeat(390)}.png`, sample: tall },
];

describe.skipIf(isSkipped)('an independent client and the S3 API', () => {
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

  const ask = (target: string, more: { method?: string; headers?: Record<string, string> } = {}) =>
    client.ask('fetch', { port: stack.instance.ports.cdn, target, ...more });

  const storedAs = (prefix: string) => listKeys(s3, derivativesBucket, `${tenant}/${prefix}__op__`);

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

  it.each(hostileNames)('gets the source that is named $name', async ({ name, sample }) => {
    await put(name, sample.file);
    const { url } = await mint(name, ['resize,w_100', 'format,f_jpg']);
    const { width, height } = sample;
    for (const cache of ['Miss', 'Hit']) {
      const answer = await ask(url);
      expect(answer).toMatchObject({
        status: 200,
        image: { type: 'jpg', width, height },
        headers: { 'x-cache': `${cache} from cloudfront`, etag: `"${answer.md5}"` },
      });
      expect(answer.headers['content-disposition']).toMatch(
        /^inline; filename="(?:[ !#-[\]-~]|\\["\\])+"(?:; filename\*=UTF-8''[\w.!#$&+^`|~%-]+)?$/,
      );
    }
    expect(await storedAs(name)).toEqual([`${tenant}/${name}__op__resize,w_100__op__format,f_jpg`]);
  });

  it('answers a big derivative with one redirect, once, and then without', async () => {
    await put('big.jpg', 'observatory.jpg');
    const { url } = await mint('big.jpg', ['format,f_png', 'resize,w_1400']);
    const port = stack.instance.ports.cdn;
    const first = await client.ask('fetch', { port, target: url, follow: 3 });
    const canonical = `/${tenant}/big.jpg__op__resize,w_1400__op__format,f_png`;
    expect(first.hops).toHaveLength(1);
    expect(first.hops[0]).toMatchObject({ status: 307, headers: { 'cache-control': 'no-store' } });
    const location = first.hops[0]?.headers['location'] ?? '';
    expect(location).toMatch(/^\/.*\?exp=[1-9]\d{9}&kid=r1\.0&sig=[\w-]{43}$/);
    expect(location.split('?')[0]).toBe(canonical);
    expect(first.bytes).toBeGreaterThan(1_048_576);
    const second = await ask(url);
    const third = await ask(url);
    for (const answer of [first, second, third])
      expect(answer).toMatchObject({
        status: 200,
        md5: first.md5,
        image: { type: 'png', width: 1_400, height: 933, whole: true },
        headers: { 'content-type': 'image/png', etag: `"${first.md5}"` },
      });
    expect(third.headers['x-cache']).toBe('Hit from cloudfront');
    expect(await storedAs('big.jpg')).toEqual([canonical.slice(1)]);
    const renders = await rendered(folder.home, tenant);
    expect(renders.filter((key) => key.startsWith('big.jpg'))).toHaveLength(1);
  });

  it('makes and stores a derivative for HEAD, and says nothing that a cache could keep', async () => {
    await put('head.png', 'mark.png');
    const { url } = await mint('head.png', ['resize,w_120', 'format,f_webp']);
    const head = await ask(url, { method: 'HEAD' });
    expect(head).toMatchObject({
      status: 200,
      bytes: 0,
      headers: { 'content-type': 'image/webp', 'cache-control': 'no-store' },
    });
    expect(Object.keys(head.headers)).not.toContain('content-length');
    expect(await storedAs('head.png')).toHaveLength(1);
    const get = await ask(url);
    expect(get).toMatchObject({ status: 200, image: { type: 'webp', width: 120 } });
    const again = await ask(url, { method: 'HEAD' });
    expect(again).toMatchObject({
      status: 200,
      bytes: 0,
      headers: { etag: `"${get.md5}"`, 'content-length': String(get.bytes) },
    });
    const renders = await rendered(folder.home, tenant);
    expect(renders.filter((key) => key.startsWith('head.png'))).toHaveLength(1);
  });

  it('answers HEAD of a big derivative that is not made yet without a redirect', async () => {
    await put('big-head.jpg', 'alpine-lake.jpg');
    const { url } = await mint('big-head.jpg', ['resize,w_1200', 'format,f_png']);
    const head = await ask(url, { method: 'HEAD' });
    expect(head).toMatchObject({ status: 200, headers: { 'cache-control': 'no-store' } });
    expect(await ask(url)).toMatchObject({ status: 200, image: { width: 1_200 } });
  });

  it('gets all of what is not made yet for a range, and the range from then on', async () => {
    await put('range.png', 'mark.png');
    const { url } = await mint('range.png', ['resize,w_130', 'format,f_jpg']);
    const headers = { range: 'bytes=10-29' };
    const first = await ask(url, { headers });
    expect(first).toMatchObject({ status: 200, image: { width: 130, whole: true } });
    const second = await ask(url, { headers });
    expect(second).toMatchObject({
      status: 206,
      bytes: 20,
      headers: { 'content-range': `bytes 10-29/${first.bytes}` },
    });
    const beyond = await ask(url, { headers: { range: 'bytes=9999999-' } });
    expect(beyond.status).toBe(416);
  });

  it('gets 304 for what it holds already', async () => {
    await put('held.png', 'mark.png');
    const { url } = await mint('held.png', ['resize,w_140']);
    const { md5 } = await ask(url);
    const held = await ask(url, { headers: { 'if-none-match': `"${md5}"` } });
    expect(held).toMatchObject({ status: 304, bytes: 0, headers: { etag: `"${md5}"` } });
    const other = await ask(url, { headers: { 'if-none-match': '"00"' } });
    expect(other).toMatchObject({ status: 200, md5 });
  });

  it('sees a source that was written over, and one that was deleted, at the next view', async () => {
    const { url } = await mint('changing.png', ['resize,w_100']);
    await put('changing.png', 'mark.png');
    expect(await ask(url)).toMatchObject({ status: 200, image: { width: 100, height: 100 } });
    await put('changing.png', 'poster.png');
    expect(await storedAs('changing.png')).toEqual([]);
    expect(await ask(url)).toMatchObject({ status: 200, image: { width: 100, height: 140 } });
    expect(await ask(url)).toMatchObject({ status: 200, image: { width: 100, height: 140 } });
    const Key = `${tenant}/changing.png`;
    await s3.send(new DeleteObjectCommand({ Bucket: sourcesBucket, Key }));
    expect(await ask(url)).toMatchObject({
      status: 404,
      text: '{"error":"source_missing"}',
      headers: {
        'x-signet-error': 'source_missing',
        'cache-control': expect.stringMatching(/\bmax-age=60\b/),
      },
    });
    await put('changing.png', 'mark.png');
    expect(await ask(url)).toMatchObject({ status: 200, image: { width: 100, height: 100 } });
  });
});
