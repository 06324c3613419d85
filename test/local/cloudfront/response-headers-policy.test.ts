import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  missing,
  object,
  originCode,
  type StubDistribution,
  startStubDistribution,
  viewerCode,
} from './stub-distribution.ts';

let stub: StubDistribution;

const policy = {
  'x-content-type-options': 'nosniff',
  'content-security-policy': "default-src 'none'; sandbox",
  'strict-transport-security': 'max-age=63072000; includeSubDomains',
  'cross-origin-resource-policy': 'cross-origin',
  'timing-allow-origin': '*',
  vary: 'Accept, Origin',
};

const removed = {
  server: 'AmazonS3',
  'x-amz-request-id': 'ABC',
  'x-amz-id-2': 'id',
  'x-amz-version-id': 'v1',
  'x-amz-server-side-encryption': 'AES256',
  'x-amz-meta-source-etag': '"a"',
  'x-amz-meta-cache-tag': 's-one',
  'cache-tag': 's-one',
};

beforeAll(async () => {
  stub = await startStubDistribution({
    s3: (request, response) => {
      const weak = { vary: 'Origin', 'content-security-policy': 'none' };
      if (request.url?.includes('/there')) object(response, 'an image', { ...removed, ...weak });
      else missing(response);
    },
    localPage: () => ({ contentType: 'text/html; charset=utf-8', body: '<h1>Signet</h1>' }),
  });
});
afterAll(() => stub.close());

describe('the response headers policy', () => {
  const answers: readonly (readonly [string, string, object, number])[] = [
    ['a miss', '/there', {}, 200],
    ['a hit', '/there', {}, 200],
    ['a 304', '/there', { headers: { 'if-none-match': '"one"' } }, 304],
    ['a part', '/there', { headers: { range: 'bytes=0-1' } }, 206],
    ['a HEAD', '/there', { method: 'HEAD' }, 200],
    ['an error of the origin', '/gone', {}, 404],
    ['a generated answer', '/x', viewerCode(`return { status: '403' }`), 403],
    ['a failed function', originCode(`throw new Error('x')`), {}, 503],
    ['a refused method', '/there', { method: 'PUT' }, 403],
  ];

  it.each(answers)('applies to %s', async (_name, path, init, status) => {
    const { headers, status: got } = await stub.ask(path, init);
    expect(got).toBe(status);
    expect(headers).toMatchObject(policy);
    for (const name of Object.keys(removed)) expect(headers[name]).toBeUndefined();
    expect(headers['via']).toMatch(/^1\.1 \S+\.cloudfront\.net \(CloudFront\)$/);
    expect(headers['x-amz-cf-pop']).toBeTypeOf('string');
    expect(headers['x-amz-cf-id']).toMatch(/^[A-Za-z0-9_-]{56}$/);
    expect(headers['date']).toBeTypeOf('string');
  });
});

describe('CORS headers', () => {
  const origin = 'https://www.example.com';
  const corsOf = ({ headers }: { readonly headers: object }): object =>
    Object.fromEntries(
      Object.entries(headers).filter(([name]) => name.startsWith('access-control-')),
    );
  const exposed = { 'access-control-expose-headers': 'x-signet-error, etag, server-timing' };
  const open = { 'access-control-allow-origin': '*', ...exposed };

  it.each([
    ['a miss', '/there/1', {}],
    ['a hit', '/there/1', {}],
    ['a 304', '/there/1', { 'if-none-match': '"one"' }],
    ['a part', '/there/1', { range: 'bytes=0-1' }],
    ['an error of the origin', '/gone', {}],
  ])('are on %s only if the request has an Origin', async (_name, path, headers) => {
    expect(corsOf(await stub.ask(path, { headers }))).toEqual({});
    expect(corsOf(await stub.ask(path, { headers: { ...headers, origin } }))).toEqual(open);
  });

  it('are on the answers of viewer-request only if it writes them', async () => {
    const ask = (code: string) => {
      const { headers } = viewerCode(code);
      return stub.ask('/x', { headers: { ...headers, origin } });
    };
    expect(corsOf(await ask(`return { status: '403' }`))).toEqual({});
    const own = `{ 'access-control-allow-origin': [{ value: 'null' }] }`;
    expect(corsOf(await ask(`return { status: '403', headers: ${own} }`))).toEqual({
      'access-control-allow-origin': 'null',
    });
  });

  it('with a list, are for the pages on it, which may use credentials', async () => {
    const listed = await startStubDistribution({
      s3: (_request, response) => object(response, 'an image'),
      corsOrigins: [origin],
    });
    const ask = async (page: string) =>
      corsOf(await listed.ask('/a', { headers: { origin: page } }));
    const own = {
      'access-control-allow-origin': origin,
      'access-control-allow-credentials': 'true',
      ...exposed,
    };
    // The second answer is a hit: what the cache holds depends on no page.
    for (const _time of [1, 2]) {
      expect(await ask(origin)).toEqual(own);
      expect(await ask('https://evil.example')).toEqual({});
      expect(await ask('null')).toEqual({});
    }
    await listed.close();
  });
});

describe('the local page', () => {
  it('answers only GET / and runs no function', async () => {
    const page = await stub.ask('/', viewerCode(`throw new Error('not for the function')`));
    expect([page.status, page.text]).toEqual([200, '<h1>Signet</h1>']);
    expect(page.headers['content-type']).toBe('text/html; charset=utf-8');
    expect(page.headers['cache-control']).toBe('no-store');
    expect(page.headers['content-security-policy']).toMatch(/^default-src 'none'; /);
    expect(page.headers['via']).toBeUndefined();
    const others = [await stub.ask('//'), await stub.ask('/', { method: 'HEAD' })];
    expect(others.map(({ status }) => status)).toEqual([404, 404]);
  });
});
