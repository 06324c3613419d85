import type http from 'node:http';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  type Answer,
  missing,
  object,
  originCode,
  type StubDistribution,
  startStubDistribution,
  viewerCode,
} from '../stub-distribution.ts';

type S3Answer = (request: http.IncomingMessage, response: http.ServerResponse) => void;

let stub: StubDistribution;
let s3: S3Answer;

beforeEach(async () => {
  s3 = (_request, response) => object(response, '0123456789', { 'cache-control': 'max-age=60' });
  stub = await startStubDistribution({ s3: (request, response) => s3(request, response) });
});
afterEach(() => stub.close());

function verdict({ headers }: Answer): string | undefined {
  return String(headers['x-cache']).replace(' from cloudfront', '');
}

/** Answers 304 to its ETag, as S3 does. */
function revalidating(etag: string, body: string, headers: http.OutgoingHttpHeaders): S3Answer {
  return (request, response) => {
    if (request.headers['if-none-match'] !== etag) object(response, body, { ...headers, etag });
    else response.writeHead(304, { etag, ...headers }).end();
  };
}

describe('an object', () => {
  it('is fetched once and served with its age until it is stale', async () => {
    const first = await stub.ask('/a');
    expect(verdict(first)).toBe('Miss');
    expect(first.headers['age']).toBeUndefined();
    stub.tick(59.5);
    const second = await stub.ask('/a');
    expect(verdict(second)).toBe('Hit');
    expect(second.headers['age']).toBe('59');
    expect(second.text).toBe('0123456789');
    expect(second.headers['content-type']).toBe('image/webp');
    stub.tick(0.5);
    expect(verdict(await stub.ask('/a'))).toBe('Miss');
    expect(stub.cloudFront.counts()).toEqual({
      originRequests: 2,
      renders: 2,
      hits: 1,
      misses: 2,
    });
  });

  it('is keyed by the path after viewer-request and nothing else', async () => {
    await stub.ask('/a?one');
    const same = [
      await stub.ask('/a?two'),
      await stub.ask('/a', { headers: { Accept: 'image/avif', Cookie: 'a=b' } }),
      await stub.ask('/b', viewerCode(`request.uri = '/a'; return request`)),
    ];
    expect(same.map(verdict)).toEqual(['Hit', 'Hit', 'Hit']);
    expect(verdict(await stub.ask('/A'))).toBe('Miss');
    expect(verdict(await stub.ask('/%61'))).toBe('Miss');
  });

  it('made by origin-response is cached with its status', async () => {
    s3 = (_request, response) => missing(response);
    const made = originCode(`response.status = '200'; response.body = 'made ' + events;
      response.headers['cache-control'] = [{ value: 'max-age=60' }]; return response`);
    expect((await stub.ask(made)).text).toBe('made 1');
    const again = await stub.ask(made);
    expect([again.status, again.text, verdict(again)]).toEqual([200, 'made 1', 'Hit']);
  });

  it('is dropped when its new version may not be cached', async () => {
    await stub.ask('/a');
    stub.tick(61);
    s3 = (_request, response) => object(response, 'new', { 'cache-control': 'no-store' });
    expect((await stub.ask('/a')).text).toBe('new');
    expect(verdict(await stub.ask('/a'))).toBe('Miss');
  });
});

describe('a HEAD', () => {
  it('is answered from the cached GET', async () => {
    await stub.ask('/a');
    const head = await stub.ask('/a', { method: 'HEAD' });
    expect([head.status, head.text, verdict(head)]).toEqual([200, '', 'Hit']);
    expect(head.headers['content-length']).toBe('10');
    const ranged = await stub.ask('/a', { method: 'HEAD', headers: { range: 'bytes=0-1' } });
    expect(ranged.status).toBe(200);
  });

  it('that misses goes to the origin as a HEAD and is not cached as the GET', async () => {
    const head = await stub.ask('/a', { method: 'HEAD' });
    expect(verdict(head)).toBe('Miss');
    expect(head.headers['content-length']).toBe('10');
    expect(stub.seen.map(({ method }) => method)).toEqual(['HEAD']);
    expect(verdict(await stub.ask('/a'))).toBe('Miss');
  });
});

describe('an OPTIONS request', () => {
  it('is neither answered from the cache nor cached', async () => {
    await stub.ask('/a');
    const options = [
      await stub.ask('/a', { method: 'OPTIONS' }),
      await stub.ask('/a', { method: 'OPTIONS' }),
    ];
    expect(options.map(verdict)).toEqual(['Miss', 'Miss']);
    expect(stub.seen.map(({ method }) => method)).toEqual(['GET', 'OPTIONS', 'OPTIONS']);
  });
});

describe('a stale object', () => {
  it('is revalidated with its ETag, and origin-response sees the 304', async () => {
    const headers = { 'cache-control': 'max-age=60', 'x-amz-meta-x': '1' };
    s3 = revalidating('"v1"', 'body', headers);
    await stub.ask('/a');
    stub.tick(61);
    const refreshed = await stub.ask('/a', { headers: { 'if-none-match': '"other"' } });
    expect([refreshed.status, refreshed.text, verdict(refreshed)]).toEqual([
      200,
      'body',
      'RefreshHit',
    ]);
    expect(stub.seen[1]?.headers['if-none-match']).toBe('"v1"');
    expect(stub.cloudFront.counts().renders).toBe(2);
    stub.tick(59);
    const hit = await stub.ask('/a');
    expect([verdict(hit), hit.headers['age']]).toEqual(['Hit', '59']);
  });

  it('without an ETag is revalidated by its date', async () => {
    s3 = (_request, response) => {
      const modified = { 'last-modified': 'Wed, 01 Jul 2026 10:00:00 GMT' };
      response.writeHead(200, { ...modified, 'cache-control': 'max-age=60' }).end('x');
    };
    await stub.ask('/a');
    stub.tick(61);
    await stub.ask('/a');
    expect(stub.seen[1]?.headers['if-modified-since']).toBe('Wed, 01 Jul 2026 10:00:00 GMT');
  });

  it('is replaced when the origin has a new version', async () => {
    s3 = revalidating('"v1"', 'old', { 'cache-control': 'max-age=60' });
    await stub.ask('/a');
    stub.tick(61);
    s3 = revalidating('"v2"', 'new', { 'cache-control': 'max-age=60' });
    expect((await stub.ask('/a')).text).toBe('new');
    expect((await stub.ask('/a')).text).toBe('new');
    expect(stub.seen).toHaveLength(2);
  });

  it('is served during stale-while-revalidate and fetched in the background', async () => {
    const headers = { 'cache-control': 'max-age=60, stale-while-revalidate=30' };
    s3 = revalidating('"v1"', 'old', headers);
    await stub.ask('/a');
    stub.tick(80);
    s3 = revalidating('"v2"', 'new', headers);
    const stale = await stub.ask('/a');
    expect([stale.text, verdict(stale)]).toEqual(['old', 'Hit']);
    await expect.poll(async () => (await stub.ask('/a')).text).toBe('new');
    expect(stub.seen).toHaveLength(2);
  });

  it('is served during stale-if-error when the origin fails', async () => {
    s3 = (_request, response) =>
      object(response, 'kept', { 'cache-control': 'max-age=60, stale-if-error=30' });
    await stub.ask('/a');
    s3 = (_request, response) => response.writeHead(503).end();
    stub.tick(80);
    expect((await stub.ask('/a')).text).toBe('kept');
    stub.tick(30);
    expect((await stub.ask('/a')).status).toBe(503);
  });
});

describe('an error', () => {
  it('is cached for a second, which protects a failing function', async () => {
    const failing = originCode(`throw new Error('no')`);
    const first = await stub.ask(failing);
    expect([first.status, verdict(first)]).toEqual([503, 'LambdaExecutionError']);
    const second = await stub.ask(failing);
    expect([second.status, verdict(second)]).toEqual([503, 'Error']);
    expect(stub.cloudFront.counts().renders).toBe(1);
    stub.tick(1);
    await stub.ask(failing);
    expect(stub.cloudFront.counts().renders).toBe(2);
  });

  it('has the lifetime that the function sets', async () => {
    s3 = (_request, response) => missing(response);
    const path = originCode(`response.headers['cache-control'] = [{ value: 'max-age=60' }];
      response.body = 'gone'; return response`);
    await stub.ask(path);
    stub.tick(59);
    const hit = await stub.ask(path);
    expect([hit.status, hit.text, verdict(hit), hit.headers['age']]).toEqual([
      404,
      'gone',
      'Error',
      '59',
    ]);
  });
});

describe('a conditional request that misses', () => {
  it('is forwarded, and a partial or conditional answer is not cached', async () => {
    s3 = (request, response) => {
      if (request.headers['if-none-match']) response.writeHead(304, { etag: '"one"' }).end();
      else response.writeHead(206, { 'content-range': 'bytes 0-1/10' }).end('01');
    };
    const part = await stub.ask('/a', { headers: { range: 'bytes=0-1' } });
    expect([part.status, part.text, part.headers['content-range']]).toEqual([
      206,
      '01',
      'bytes 0-1/10',
    ]);
    const same = await stub.ask('/a', { headers: { 'if-none-match': '"one"' } });
    expect([same.status, same.text, verdict(same)]).toEqual([304, '', 'Miss']);
    const date = await stub.ask('/a', {
      headers: { 'if-modified-since': 'Wed, 01 Jul 2026 10:00:00 GMT' },
    });
    expect(verdict(date)).toBe('Miss');
    expect(
      stub.seen.map(({ headers }) => [
        headers.range,
        headers['if-none-match'],
        headers['if-modified-since'],
      ]),
    ).toEqual([
      ['bytes=0-1', undefined, undefined],
      [undefined, '"one"', undefined],
      [undefined, undefined, 'Wed, 01 Jul 2026 10:00:00 GMT'],
    ]);
  });

  it('gets the whole object that origin-response made, which is cached', async () => {
    s3 = (_request, response) => missing(response);
    const made = originCode(`response.status = '200'; response.body = '0123456789';
      response.headers['cache-control'] = [{ value: 'max-age=60' }]; return response`);
    const first = await stub.ask(made, { headers: { range: 'bytes=0-1' } });
    expect([first.status, first.text]).toEqual([200, '0123456789']);
    const second = await stub.ask(made, { headers: { range: 'bytes=0-1' } });
    expect([second.status, second.text, verdict(second)]).toEqual([206, '01', 'Hit']);
  });

  it('with If-Range fetches the whole object', async () => {
    await stub.ask('/a', { headers: { range: 'bytes=0-1', 'if-range': '"one"' } });
    expect(stub.seen[0]?.headers.range).toBeUndefined();
  });
});
