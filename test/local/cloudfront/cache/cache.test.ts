import type http from 'node:http';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  type Answer,
  missing,
  object,
  originCode,
  type Stand,
  startStand,
  viewerCode,
} from '../stand.ts';

type S3Answer = (request: http.IncomingMessage, response: http.ServerResponse) => void;

let stand: Stand;
let s3: S3Answer;

beforeEach(async () => {
  s3 = (_request, response) => object(response, '0123456789', { 'cache-control': 'max-age=60' });
  stand = await startStand({ s3: (request, response) => s3(request, response) });
});
afterEach(() => stand.close());

function verdict({ headers }: Answer): string | undefined {
  return String(headers['x-cache']).replace(' from cloudfront', '');
}

/** Answers 304 to the tag it has, as S3 does. */
function revalidating(etag: string, body: string, headers: http.OutgoingHttpHeaders): S3Answer {
  return (request, response) => {
    if (request.headers['if-none-match'] !== etag) object(response, body, { ...headers, etag });
    else response.writeHead(304, { etag, ...headers }).end();
  };
}

describe('an object', () => {
  it('is fetched once and served with its age until it is stale', async () => {
    const first = await stand.ask('/a');
    expect(verdict(first)).toBe('Miss');
    expect(first.headers['age']).toBeUndefined();
    stand.tick(59.5);
    const second = await stand.ask('/a');
    expect(verdict(second)).toBe('Hit');
    expect(second.headers['age']).toBe('59');
    expect(second.text).toBe('0123456789');
    expect(second.headers['content-type']).toBe('image/webp');
    stand.tick(0.5);
    expect(verdict(await stand.ask('/a'))).toBe('Miss');
    expect(stand.cloudFront.counts()).toEqual({
      originRequests: 2,
      renders: 2,
      hits: 1,
      misses: 2,
    });
  });

  it('is keyed by the path after viewer-request and nothing else', async () => {
    await stand.ask('/a?one');
    const same = [
      await stand.ask('/a?two'),
      await stand.ask('/a', { headers: { Accept: 'image/avif', Cookie: 'a=b' } }),
      await stand.ask('/b', viewerCode(`request.uri = '/a'; return request`)),
    ];
    expect(same.map(verdict)).toEqual(['Hit', 'Hit', 'Hit']);
    expect(verdict(await stand.ask('/A'))).toBe('Miss');
    expect(verdict(await stand.ask('/%61'))).toBe('Miss');
  });

  it('made by origin-response is cached under the status it was given', async () => {
    s3 = (_request, response) => missing(response);
    const made = originCode(`response.status = '200'; response.body = 'made ' + events;
      response.headers['cache-control'] = [{ value: 'max-age=60' }]; return response`);
    expect((await stand.ask(made)).text).toBe('made 1');
    const again = await stand.ask(made);
    expect([again.status, again.text, verdict(again)]).toEqual([200, 'made 1', 'Hit']);
  });

  it('is dropped when its newer version may not be kept', async () => {
    await stand.ask('/a');
    stand.tick(61);
    s3 = (_request, response) => object(response, 'new', { 'cache-control': 'no-store' });
    expect((await stand.ask('/a')).text).toBe('new');
    expect(verdict(await stand.ask('/a'))).toBe('Miss');
  });
});

describe('a HEAD', () => {
  it('is answered from the cached GET', async () => {
    await stand.ask('/a');
    const head = await stand.ask('/a', { method: 'HEAD' });
    expect([head.status, head.text, verdict(head)]).toEqual([200, '', 'Hit']);
    expect(head.headers['content-length']).toBe('10');
    const ranged = await stand.ask('/a', { method: 'HEAD', headers: { range: 'bytes=0-1' } });
    expect(ranged.status).toBe(200);
  });

  it('that misses goes to the origin as a HEAD and is not kept as the GET', async () => {
    const head = await stand.ask('/a', { method: 'HEAD' });
    expect(verdict(head)).toBe('Miss');
    expect(head.headers['content-length']).toBe('10');
    expect(stand.seen.map(({ method }) => method)).toEqual(['HEAD']);
    expect(verdict(await stand.ask('/a'))).toBe('Miss');
  });
});

describe('an OPTIONS request', () => {
  it('is never answered from the cache nor kept', async () => {
    await stand.ask('/a');
    const options = [
      await stand.ask('/a', { method: 'OPTIONS' }),
      await stand.ask('/a', { method: 'OPTIONS' }),
    ];
    expect(options.map(verdict)).toEqual(['Miss', 'Miss']);
    expect(stand.seen.map(({ method }) => method)).toEqual(['GET', 'OPTIONS', 'OPTIONS']);
  });
});

describe('a stale object', () => {
  it('is revalidated with its tag, and origin-response sees the 304', async () => {
    const headers = { 'cache-control': 'max-age=60', 'x-amz-meta-x': '1' };
    s3 = revalidating('"v1"', 'body', headers);
    await stand.ask('/a');
    stand.tick(61);
    const refreshed = await stand.ask('/a', { headers: { 'if-none-match': '"other"' } });
    expect([refreshed.status, refreshed.text, verdict(refreshed)]).toEqual([
      200,
      'body',
      'RefreshHit',
    ]);
    expect(stand.seen[1]?.headers['if-none-match']).toBe('"v1"');
    expect(stand.cloudFront.counts().renders).toBe(2);
    stand.tick(59);
    const hit = await stand.ask('/a');
    expect([verdict(hit), hit.headers['age']]).toEqual(['Hit', '59']);
  });

  it('without a tag is revalidated by its date', async () => {
    s3 = (_request, response) => {
      const modified = { 'last-modified': 'Wed, 01 Jul 2026 10:00:00 GMT' };
      response.writeHead(200, { ...modified, 'cache-control': 'max-age=60' }).end('x');
    };
    await stand.ask('/a');
    stand.tick(61);
    await stand.ask('/a');
    expect(stand.seen[1]?.headers['if-modified-since']).toBe('Wed, 01 Jul 2026 10:00:00 GMT');
  });

  it('is replaced when the origin has another', async () => {
    s3 = revalidating('"v1"', 'old', { 'cache-control': 'max-age=60' });
    await stand.ask('/a');
    stand.tick(61);
    s3 = revalidating('"v2"', 'new', { 'cache-control': 'max-age=60' });
    expect((await stand.ask('/a')).text).toBe('new');
    expect((await stand.ask('/a')).text).toBe('new');
    expect(stand.seen).toHaveLength(2);
  });

  it('is served for the time of stale-while-revalidate and fetched meanwhile', async () => {
    const headers = { 'cache-control': 'max-age=60, stale-while-revalidate=30' };
    s3 = revalidating('"v1"', 'old', headers);
    await stand.ask('/a');
    stand.tick(80);
    s3 = revalidating('"v2"', 'new', headers);
    const stale = await stand.ask('/a');
    expect([stale.text, verdict(stale)]).toEqual(['old', 'Hit']);
    await expect.poll(async () => (await stand.ask('/a')).text, { timeout: 20_000 }).toBe('new');
    expect(stand.seen).toHaveLength(2);
  });

  it('is served for the time of stale-if-error when the origin fails', async () => {
    s3 = (_request, response) =>
      object(response, 'kept', { 'cache-control': 'max-age=60, stale-if-error=30' });
    await stand.ask('/a');
    s3 = (_request, response) => response.writeHead(503).end();
    stand.tick(80);
    expect((await stand.ask('/a')).text).toBe('kept');
    stand.tick(30);
    expect((await stand.ask('/a')).status).toBe(503);
  });
});

describe('an error', () => {
  it('is cached for a second, so that a failing function is not called by everybody', async () => {
    const failing = originCode(`throw new Error('no')`);
    const first = await stand.ask(failing);
    expect([first.status, verdict(first)]).toEqual([503, 'LambdaExecutionError']);
    const second = await stand.ask(failing);
    expect([second.status, verdict(second)]).toEqual([503, 'Error']);
    expect(stand.cloudFront.counts().renders).toBe(1);
    stand.tick(1);
    await stand.ask(failing);
    expect(stand.cloudFront.counts().renders).toBe(2);
  });

  it('keeps what the function said about its life', async () => {
    s3 = (_request, response) => missing(response);
    const path = originCode(`response.headers['cache-control'] = [{ value: 'max-age=60' }];
      response.body = 'gone'; return response`);
    await stand.ask(path);
    stand.tick(59);
    const hit = await stand.ask(path);
    expect([hit.status, hit.text, verdict(hit), hit.headers['age']]).toEqual([
      404,
      'gone',
      'Error',
      '59',
    ]);
  });
});

describe('a conditional request that misses', () => {
  it('is forwarded, and what it brings of a part or a condition is not kept', async () => {
    s3 = (request, response) => {
      if (request.headers['if-none-match']) response.writeHead(304, { etag: '"one"' }).end();
      else response.writeHead(206, { 'content-range': 'bytes 0-1/10' }).end('01');
    };
    const part = await stand.ask('/a', { headers: { range: 'bytes=0-1' } });
    expect([part.status, part.text, part.headers['content-range']]).toEqual([
      206,
      '01',
      'bytes 0-1/10',
    ]);
    const same = await stand.ask('/a', { headers: { 'if-none-match': '"one"' } });
    expect([same.status, same.text, verdict(same)]).toEqual([304, '', 'Miss']);
    const date = await stand.ask('/a', {
      headers: { 'if-modified-since': 'Wed, 01 Jul 2026 10:00:00 GMT' },
    });
    expect(verdict(date)).toBe('Miss');
    expect(
      stand.seen.map(({ headers }) => [
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

  it('gets the whole of what origin-response made, which is kept', async () => {
    s3 = (_request, response) => missing(response);
    const made = originCode(`response.status = '200'; response.body = '0123456789';
      response.headers['cache-control'] = [{ value: 'max-age=60' }]; return response`);
    const first = await stand.ask(made, { headers: { range: 'bytes=0-1' } });
    expect([first.status, first.text]).toEqual([200, '0123456789']);
    const second = await stand.ask(made, { headers: { range: 'bytes=0-1' } });
    expect([second.status, second.text, verdict(second)]).toEqual([206, '01', 'Hit']);
  });

  it('with If-Range asks for the whole object', async () => {
    await stand.ask('/a', { headers: { range: 'bytes=0-1', 'if-range': '"one"' } });
    expect(stand.seen[0]?.headers.range).toBeUndefined();
  });
});
