import http from 'node:http';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { missing, object, originCode, type Stand, startStand } from '../stand.ts';

/** A container is a process that has to be started first, on however busy a machine. */
const patiently = { timeout: 20_000 };
let stand: Stand;
let release: () => void;
let version: number;
let tag: string;

/** Every answer of S3 waits until `release`; each is a new version. */
beforeEach(async () => {
  version = 0;
  tag = 's-one, t-demo';
  let opened: () => void = () => undefined;
  const gate = new Promise<void>((resolve) => {
    opened = resolve;
  });
  release = opened;
  stand = await startStand({
    s3: async (request, response) => {
      version += 1;
      const body = `version ${version}`;
      await gate;
      if (request.url?.includes('/code/')) missing(response);
      else object(response, body, { 'x-amz-meta-cache-tag': tag });
    },
  });
});
afterEach(() => stand.close());

async function arrived(requests: number): Promise<void> {
  await expect.poll(() => stand.seen.length, patiently).toBe(requests);
}

describe('concurrent requests for one object', () => {
  const made = originCode(`response.status = '200'; response.body = 'made ' + events;
    response.headers['cache-control'] = [{ value: 'max-age=60' }]; return response`);

  it('share one trip to the origin and one render', async () => {
    const all = Array.from({ length: 100 }, () => stand.ask(made));
    await arrived(1);
    await new Promise((resolve) => setTimeout(resolve, 300));
    release();
    const answers = await Promise.all(all);
    expect(new Set(answers.map(({ text }) => text))).toEqual(new Set(['made 1']));
    expect(stand.cloudFront.counts()).toEqual({
      originRequests: 1,
      renders: 1,
      hits: 99,
      misses: 1,
    });
    const ids = new Set(answers.map(({ headers }) => headers['x-amz-cf-id']));
    expect(ids.size).toBe(100);
  });

  it('are not shared between HEAD and GET', async () => {
    const all = ['GET', 'HEAD', 'HEAD', 'GET'].map((method) => stand.ask(made, { method }));
    await arrived(2);
    await new Promise((resolve) => setTimeout(resolve, 100));
    release();
    const answers = await Promise.all(all);
    expect(answers.map(({ body }) => body.length > 0)).toEqual([true, false, false, true]);
    expect(stand.cloudFront.counts().renders).toBe(2);
  });

  it('go on when the one that started it hangs up', async () => {
    const first = http.get({ host: '127.0.0.1', port: stand.cloudFront.port, path: made });
    const ended = new Promise((resolve) => first.once('error', resolve));
    await arrived(1);
    const second = stand.ask(made);
    first.destroy();
    await ended;
    release();
    expect((await second).text).toBe('made 1');
    expect(stand.cloudFront.counts().renders).toBe(1);
  });

  it('are kept for the next when everybody hung up', async () => {
    const only = http.get({ host: '127.0.0.1', port: stand.cloudFront.port, path: made });
    const ended = new Promise((resolve) => only.once('error', resolve));
    await arrived(1);
    only.destroy();
    await ended;
    release();
    await expect.poll(() => stand.cloudFront.counts().renders, patiently).toBe(1);
    expect((await stand.ask(made)).text).toBe('made 1');
    expect(stand.cloudFront.counts().originRequests).toBe(1);
  });
});

describe('an invalidation', () => {
  const items: readonly (readonly [string, readonly string[], readonly string[]])[] = [
    ['a path', ['/a/1'], ['/a/1']],
    ['a path without its slash', ['a/1'], ['/a/1']],
    ['a prefix', ['/a/*'], ['/a/1', '/a/2']],
    ['everything', ['/*'], ['/a/1', '/a/2', '/b']],
    ['a tag', ['#s-one'], ['/a/1', '/a/2', '/b']],
    ['another tag', ['#s-two'], []],
    ['part of a tag', ['#s-on'], []],
    ['a star in the middle', ['/a*1'], []],
    ['several items', ['/b', '#none', '/a/2'], ['/a/2', '/b']],
  ];

  it.each(items)('of %s drops what it covers', async (_name, invalidated, dropped) => {
    release();
    const paths = ['/a/1', '/a/2', '/b'];
    for (const path of paths) await stand.ask(path);
    expect(stand.cloudFront.invalidate(invalidated)).toBe(dropped.length);
    for (const path of paths) {
      const answer = await stand.ask(path);
      const expected = dropped.includes(path) ? 'Miss' : 'Hit';
      expect([path, answer.headers['x-cache']]).toEqual([path, `${expected} from cloudfront`]);
    }
  });

  const racing: readonly (readonly [string, readonly string[], boolean])[] = [
    ['of its path', ['/a'], true],
    ['of its prefix', ['/*'], true],
    ['of its tag', ['#t-demo'], true],
    ['of another path', ['/b'], false],
    ['of another tag', ['#s-two'], false],
  ];

  it.each(racing)(
    '%s while it is fetched decides whether it is kept',
    async (_name, what, gone) => {
      const before = stand.ask('/a');
      await arrived(1);
      expect(stand.cloudFront.invalidate(what)).toBe(0);
      release();
      expect((await before).text).toBe('version 1');
      const after = await stand.ask('/a');
      expect(after.text).toBe(gone ? 'version 2' : 'version 1');
    },
  );

  it('is not followed by an answer from a fetch that began before it', async () => {
    const before = stand.ask('/a');
    await arrived(1);
    stand.cloudFront.invalidate(['#s-one']);
    const after = stand.ask('/a');
    await arrived(2);
    release();
    expect((await before).text).toBe('version 1');
    expect((await after).text).toBe('version 2');
    expect((await stand.ask('/a')).text).toBe('version 2');
  });

  it('reads no more than 50 tags of an object', async () => {
    tag = Array.from({ length: 60 }, (_, n) => `tag-${n}`).join(',');
    release();
    await stand.ask('/a');
    expect(stand.cloudFront.invalidate(['#tag-50'])).toBe(0);
    expect(stand.cloudFront.invalidate(['#tag-49'])).toBe(1);
  });
});
