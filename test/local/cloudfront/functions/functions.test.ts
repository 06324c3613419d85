import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import {
  missing,
  object,
  originCode,
  type StubDistribution,
  startStubDistribution,
  viewerCode,
} from '../stub-distribution.ts';

let stub: StubDistribution;

beforeAll(async () => {
  stub = await startStubDistribution({
    s3: (request, response) => {
      if (request.url?.includes('/there')) object(response, 'an image');
      else missing(response);
    },
  });
});

afterAll(() => stub.close());
afterEach(() => stub.logged.splice(0));

function reasons(): string {
  return stub.logged.filter((line) => line.startsWith('cloudfront: ')).join('\n');
}

describe('the viewer-request event', () => {
  it('has the shape of Lambda@Edge', async () => {
    const code = `return { status: '200', body: JSON.stringify(event) }`;
    const answer = await stub.ask('/a%2fb?c=%20', {
      headers: { ...viewerCode(code).headers, Host: 'img.example', 'X-Two': ['1', '2'] },
    });
    const { config, request } = JSON.parse(answer.text).Records[0].cf;
    expect(config).toEqual({
      distributionDomainName: expect.stringMatching(/^[a-z0-9]+\.cloudfront\.net$/),
      distributionId: expect.stringMatching(/^[A-Z0-9]+$/),
      eventType: 'viewer-request',
      requestId: answer.headers['x-amz-cf-id'],
    });
    expect(request).toEqual({
      clientIp: '127.0.0.1',
      headers: {
        host: [{ key: 'Host', value: 'img.example' }],
        'x-code': [{ key: 'x-code', value: expect.any(String) }],
        'x-two': [
          { key: 'X-Two', value: '1' },
          { key: 'X-Two', value: '2' },
        ],
      },
      method: 'GET',
      querystring: 'c=%20',
      uri: '/a%2fb',
    });
  });
});

describe('the origin-response event', () => {
  it('has the rewritten request, the S3 origin and no body', async () => {
    const code = `response.status = '200'; response.headers = { ...response.headers,
      'cache-control': [{ value: 'no-store' }] }; response.body = JSON.stringify(event);
      return response`;
    const path = originCode(code, 'a%2Bb');
    const answer = await stub.ask(`${path}?query`, { headers: { Cookie: 'a=b' } });
    const { config, request, response } = JSON.parse(answer.text).Records[0].cf;
    expect(config.eventType).toBe('origin-response');
    expect(config.requestId).toBe(answer.headers['x-amz-cf-id']);
    expect(request.uri).toBe(path);
    expect(request.querystring).toBe('');
    expect(Object.keys(request.headers).sort()).toEqual(
      ['host', 'user-agent', 'via', 'x-forwarded-for'].sort(),
    );
    expect(request.headers.host[0].value).toBe('derivatives.s3.us-east-1.amazonaws.com');
    expect(request.origin.s3).toEqual({
      authMethod: 'none',
      customHeaders: {},
      domainName: 'derivatives.s3.us-east-1.amazonaws.com',
      path: '',
    });
    expect(response.status).toBe('200');
    expect(response.body).toBeUndefined();
  });

  it('has the status and headers of S3, chunked for an error', async () => {
    const code = `const seen = JSON.stringify({ ...response });
      response.headers['cache-control'] = [{ value: 'no-store' }];
      response.body = seen; return response`;
    const answer = await stub.ask(originCode(code));
    expect(answer.status).toBe(404);
    const seen = JSON.parse(answer.text);
    expect(seen.status).toBe('404');
    expect(seen.statusDescription).toBe('Not Found');
    expect(seen.headers['transfer-encoding']).toEqual([
      { key: 'Transfer-Encoding', value: 'chunked' },
    ]);
    expect(seen.headers['content-length']).toBeUndefined();
    expect(seen.headers['connection']).toBeUndefined();
  });
});

describe('a viewer-request result', () => {
  const header = (name: string, key = name) =>
    `return { status: '200', headers: { '${name}': [{ key: '${key}', value: 'x' }] } }`;
  const bad: readonly (readonly [string, string, RegExp])[] = [
    ['nothing', 'return undefined', /not an object/],
    ['a string', `return 'x'`, /not an object/],
    ['a list', `return [request]`, /not an object/],
    ['an empty object', 'return {}', /method was changed/],
    ['a uri without a slash', `request.uri = 'x'; return request`, /uri/],
    ['a uri with a space', `request.uri = '/a b'; return request`, /uri/],
    ['a uri with raw unicode', `request.uri = '/é'; return request`, /uri/],
    ['a uri with a query', `request.uri = '/a?b'; return request`, /uri/],
    ['no querystring', `delete request.querystring; return request`, /querystring/],
    ['another method', `request.method = 'HEAD'; return request`, /method was changed/],
    ['no headers', `delete request.headers; return request`, /headers is not an object/],
    ['no Host', `delete request.headers.host; return request`, /read-only header host/],
    ['another Host', `request.headers.host[0].value = 'x'; return request`, /header host/],
    ['a Via', `request.headers.via = [{ value: 'x' }]; return request`, /header via/],
    ['X-Cache', `request.headers['x-cache'] = [{ value: 'x' }]; return request`, /x-cache/],
    ['X-Edge-A', `request.headers['x-edge-a'] = [{ value: 'x' }]; return request`, /x-edge-a/],
    ['a status that is a number', 'return { status: 200 }', /status 200/],
    ['a status of 100', `return { status: '100' }`, /status "100"/],
    ['a status of 600', `return { status: '600' }`, /status "600"/],
    ['a Content-Length', header('content-length'), /read-only header content-length/],
    ['a Transfer-Encoding', header('transfer-encoding'), /transfer-encoding/],
    ['X-Amz-Cf-Id', header('x-amz-cf-id'), /disallowed header x-amz-cf-id/],
    ['Connection', header('connection'), /disallowed header connection/],
    ['an upper-case header name', header('X-A'), /lower-case/],
    ['a key that is another name', header('x-a', 'X-B'), /another name/],
    ['a header that is a string', `return { status: '200', headers: { a: 'b' } }`, /not a list/],
    ['a value that is a number', `return { status: '200', headers: { a: [{ value: 1 }] } }`, /no/],
    ['a value with a line feed', header('x-a').replace("'x'", `'x\\ny'`), /HTTP does not allow/],
    ['a body that is an object', `return { status: '200', body: {} }`, /body is not a string/],
    ['an unknown encoding', `return { status: '200', body: '', bodyEncoding: 'hex' }`, /neither/],
    ['invalid base64', `return { status: '200', body: 'é', bodyEncoding: 'base64' }`, /base64/],
    ['40 KB and a byte', `return { status: '200', body: 'x'.repeat(40961) }`, /40961 bytes/],
    [
      '40 KB with its headers',
      `return { status: '200', headers: { 'x-a': [{ value: 'b' }] }, body: 'x'.repeat(40955) }`,
      /40963 bytes/,
    ],
  ];

  it.each(bad)('that is %s is 502 LambdaValidationError', async (_name, code, reason) => {
    const answer = await stub.ask('/there', viewerCode(code));
    expect(answer.status).toBe(502);
    expect(answer.headers['x-cache']).toBe('LambdaValidationError from cloudfront');
    expect(answer.text).toContain('<H1>502 ERROR</H1>');
    expect(reasons()).toMatch(reason);
    expect(stub.logged[0]).toContain(`viewer-request ${answer.headers['x-amz-cf-id']}`);
  });

  it('may leave a read-only or disallowed header as the viewer sent it', async () => {
    const answer = await stub.ask('/there/1', { headers: { via: '1.0 x', 'x-real-ip': '::1' } });
    expect(answer.status).toBe(200);
  });

  it('that is a response is returned and never cached', async () => {
    const code = `return { status: '200', headers: { 'cache-control': [{ value: 'max-age=9' }],
      'x-a': [{ key: 'X-A', value: '1' }, { value: '2' }] }, bodyEncoding: 'base64', body: 'aGk=' }`;
    const answer = await stub.ask('/generated', viewerCode(code));
    expect(answer.status).toBe(200);
    expect(answer.text).toBe('hi');
    expect(answer.headers['x-a']).toBe('1, 2');
    expect(answer.headers['content-length']).toBe('2');
    expect(answer.headers['x-cache']).toBe('LambdaGeneratedResponse from cloudfront');
    const { hits, misses } = stub.cloudFront.counts();
    const next = await stub.ask('/generated');
    expect(next.status).toBe(404);
    expect(stub.cloudFront.counts()).toMatchObject({ hits, misses: misses + 1 });
  });

  it('may be 40 KB, including headers', async () => {
    const answer = await stub.ask(
      '/',
      viewerCode(`return { status: '200', body: 'x'.repeat(40960) }`),
    );
    expect(answer.body.length).toBe(40_960);
  });
});

describe('an origin-response result', () => {
  const bad: readonly (readonly [string, string, RegExp])[] = [
    ['nothing', 'return undefined', /not an object/],
    ['a fresh object', `return { status: '200', headers: {}, body: 'x' }`, /transfer-encoding/],
    ['no status', 'delete response.status; return response', /status/],
    ['a number for a status', 'response.status = 200; return response', /status 200/],
    ['a Via', `response.headers.via = [{ value: 'x' }]; return response`, /via/],
    ['X-Amz-Cf-Pop', `response.headers['x-amz-cf-pop'] = [{ value: 'x' }]; return response`, /pop/],
    [
      '1 MiB of base64',
      `response.body = 'AAAA'.repeat(262144) ; response.bodyEncoding = 'base64'; return response`,
      /bytes exceed the limit/,
    ],
    ['other chunking', `response.headers['transfer-encoding'] = []; return response`, /transfer/],
  ];

  it.each(bad)('that has %s is 502 LambdaValidationError', async (name, code, reason) => {
    const answer = await stub.ask(originCode(code, encodeURIComponent(name)));
    expect(answer.status).toBe(502);
    expect(answer.headers['x-cache']).toBe('LambdaValidationError from cloudfront');
    expect(reasons()).toMatch(reason);
  });

  it('without a body sends the body of the origin', async () => {
    const answer = await stub.ask(originCode(`response.status = '503'; return response`));
    expect(answer.status).toBe(503);
    expect(answer.text).toBe('<Error><Code>NoSuchKey</Code></Error>');
  });

  it('with an empty body sends none', async () => {
    const answer = await stub.ask(originCode(`response.body = ''; return response`));
    expect(answer.status).toBe(404);
    expect(answer.text).toBe('');
    expect(answer.headers['content-length']).toBe('0');
    expect(answer.headers['transfer-encoding']).toBeUndefined();
  });

  it('with a body of just under 1 MiB encoded is sent decoded', async () => {
    const code = `response.status = '200'; response.bodyEncoding = 'base64';
      response.headers = { 'transfer-encoding': response.headers['transfer-encoding'] };
      response.body = 'AAAA'.repeat(262130); return response`;
    const answer = await stub.ask(originCode(code));
    expect(answer.status).toBe(200);
    expect(answer.body.length).toBe(262_130 * 3);
    expect(answer.headers['content-length']).toBe(String(262_130 * 3));
  });
});

describe('a function that fails', () => {
  const failures: readonly (readonly [string, string, RegExp])[] = [
    ['throws', `throw new TypeError('secret detail')`, /TypeError: secret detail/],
    ['rejects', `return Promise.reject(new Error('later'))`, /Error: later/],
    ['throws a string', `throw 'text'`, /Error: text/],
    ['returns a cycle', 'const a = {}; a.a = a; return a', /circular/],
    ['ends its process', 'process.exit(3)', /exited with code 3/],
    [
      'crashes outside the handler',
      `setTimeout(() => { throw new Error('out') }); return new Promise(() => {})`,
      /exited with code 1/,
    ],
    [
      'eats its memory',
      'const a = []; for (;;) a.push(new Array(2e6).fill(1.5))',
      /exited with SIGABRT/,
    ],
  ];

  it.each(failures)('because it %s is 503 LambdaExecutionError', async (_name, code, reason) => {
    const answer = await stub.ask('/x', viewerCode(code));
    expect(answer.status).toBe(503);
    expect(answer.headers['x-cache']).toBe('LambdaExecutionError from cloudfront');
    expect(answer.text).toContain('<H1>503 ERROR</H1>');
    expect(answer.text).not.toContain('secret detail');
    expect(reasons()).toMatch(reason);
    const next = await stub.ask('/there/next');
    expect(next.status).toBe(200);
  });

  it('at the origin is reported the same way', async () => {
    const answer = await stub.ask(originCode(`throw new Error('no')`));
    expect(answer.status).toBe(503);
    expect(answer.headers['x-cache']).toBe('LambdaExecutionError from cloudfront');
  });

  it('logs every printed line before the answer, and the stack of an exception', async () => {
    await stub.ask(
      '/x',
      viewerCode(`console.log('one\\ntwo'); console.error('three');
      throw new Error('four')`),
    );
    const lines = stub.logged.filter((line) => line.startsWith('viewer-request: '));
    expect(lines.slice(0, 2)).toEqual(['viewer-request: one', 'viewer-request: two']);
    expect(lines).toContain('viewer-request: three');
    expect(lines).toContain('viewer-request: Error: four');
  });
});
