import http from 'node:http';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  missing,
  object,
  originCode,
  type StubDistribution,
  startStubDistribution,
} from '../stub-distribution.ts';

let stub: StubDistribution;
let release: () => void;
let version: number;
let tag: string;

/** Answers of S3 wait for `release`. Each is a new version. */
beforeEach(async () => {
  version = 0;
  tag = 's-one, t-demo';
  let opened: () => void = () => undefined;
  const gate = new Promise<void>((resolve) => {
    opened = resolve;
  });
  release = opened;
  stub = await startStubDistribution({
    s3: async (request, response) => {
      version += 1;
      const body = `version ${version}`;
      await gate;
      if (request.url?.includes('/code/')) missing(response);
      else object(response, body, { 'x-amz-meta-cache-tag': tag });
    },
  });
});
afterEach(() => stub.close());

async function arrived(requests: number): Promise<void> {
  await expect.poll(() => stub.seen.length).toBe(requests);
}

describe('concurrent requests for one object', () => {
  const made = originCode(`response.status = '200'; response.body = 'made ' + events;
    response.headers['cache-control'] = [{ value: 'max-age=60' }]; return response`);

  it('share one origin request and one render', async () => {
    const all = Array.from({ length: 100 }, () => stub.ask(made));
    await arrived(1);
    await new Promise((resolve) => setTimeout(resolve, 300));
    release();
    const answers = await Promise.all(all);
    expect(new Set(answers.map(({ text }) => text))).toEqual(new Set(['made 1']));
    expect(stub.cloudFront.counts()).toEqual({
      originRequests: 1,
      renders: 1,
      hits: 99,
      misses: 1,
    });
    const ids = new Set(answers.map(({ headers }) => headers['x-amz-cf-id']));
    expect(ids.size).toBe(100);
  });

  it('are not shared between HEAD and GET', async () => {
    const all = ['GET', 'HEAD', 'HEAD', 'GET'].map((method) => stub.ask(made, { method }));
    await arrived(2);
    await new Promise((resolve) => setTimeout(resolve, 100));
    release();
    const answers = await Promise.all(all);
    expect(answers.map(({ body }) => body.length > 0)).toEqual([true, false, false, true]);
    expect(stub.cloudFront.counts().renders).toBe(2);
  });

  it('continue when the first viewer disconnects', async () => {
    const first = http.get({ host: '127.0.0.1', port: stub.cloudFront.port, path: made });
    const ended = new Promise((resolve) => first.once('error', resolve));
    await arrived(1);
    const second = stub.ask(made);
    first.destroy();
    await ended;
    release();
    expect((await second).text).toBe('made 1');
    expect(stub.cloudFront.counts().renders).toBe(1);
  });

  it('are cached even if every viewer disconnected', async () => {
    const only = http.get({ host: '127.0.0.1', port: stub.cloudFront.port, path: made });
    const ended = new Promise((resolve) => only.once('error', resolve));
    await arrived(1);
    only.destroy();
    await ended;
    release();
    await expect.poll(() => stub.cloudFront.counts().renders).toBe(1);
    expect((await stub.ask(made)).text).toBe('made 1');
    expect(stub.cloudFront.counts().originRequests).toBe(1);
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

  it.each(items)('of %s drops what it matches', async (_name, invalidated, dropped) => {
    release();
    const paths = ['/a/1', '/a/2', '/b'];
    for (const path of paths) await stub.ask(path);
    expect(stub.cloudFront.invalidate(invalidated)).toBe(dropped.length);
    for (const path of paths) {
      const answer = await stub.ask(path);
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
      const before = stub.ask('/a');
      await arrived(1);
      expect(stub.cloudFront.invalidate(what)).toBe(0);
      release();
      expect((await before).text).toBe('version 1');
      const after = await stub.ask('/a');
      expect(after.text).toBe(gone ? 'version 2' : 'version 1');
    },
  );

  it('is never followed by an answer from an earlier fetch', async () => {
    const before = stub.ask('/a');
    await arrived(1);
    stub.cloudFront.invalidate(['#s-one']);
    const after = stub.ask('/a');
    await arrived(2);
    release();
    expect((await before).text).toBe('version 1');
    expect((await after).text).toBe('version 2');
    expect((await stub.ask('/a')).text).toBe('version 2');
  });

  it('reads at most 50 tags of an object', async () => {
    tag = Array.from({ length: 60 }, (_, n) => `tag-${n}`).join(',');
    release();
    await stub.ask('/a');
    expect(stub.cloudFront.invalidate(['#tag-50'])).toBe(0);
    expect(stub.cloudFront.invalidate(['#tag-49'])).toBe(1);
  });
});
