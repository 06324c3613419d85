import http from 'node:http';
import net, { type AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { createOrigin, type Origin } from '../../../local/cloudfront/origin.ts';
import { readRawRequest } from '../../../local/http/raw-request.ts';
import { verifySignature } from '../../../local/http/sigv4.ts';
import { type StubDistribution, startStubDistribution } from './stub-distribution.ts';

const identity = { accessKeyId: 'cdn', secretAccessKey: 'cdn-secret', allows: () => true };
const closers: (() => unknown)[] = [];

afterEach(async () => {
  for (const close of closers.splice(0)) await close();
});

async function listen(server: net.Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closers.push(() => new Promise((resolve) => server.close(resolve)));
  return (server.address() as AddressInfo).port;
}

function originAt(port: number, timeouts?: { connectMs: number; responseMs: number }): Origin {
  const origin = createOrigin(
    { host: '127.0.0.1', port, bucket: 'derivatives', ...identity },
    timeouts,
  );
  closers.unshift(() => origin.close());
  return origin;
}

describe('a request to the origin', () => {
  const uris = [
    '/demo/a.jpg__op__resize,w_400__op__format,f_webp',
    '/demo/a%2Bb%20c%25d%28e%29%27%22.jpg__op__format,f_src',
    '/demo/%E5%9B%BE%20%F0%9F%98%80.jpg',
    '/demo/e%CC%81%3F%23%26%3D%5B%5D.jpg',
    "/demo/~!*'();:@&=+$,[]",
    '/a//b/./c/../d',
  ];

  it.each(uris)('for %s has the unchanged path and a signature that S3 accepts', async (uri) => {
    const checked: unknown[] = [];
    const port = await listen(
      http.createServer((message, response) => {
        const request = readRawRequest(message);
        checked.push(request.path, request.query);
        const payloadHash = request.headers.get('x-amz-content-sha256') ?? '';
        verifySignature(request, {
          identities: [identity],
          region: 'us-east-1',
          service: 's3',
          payloadHash,
          nowMillis: Date.now(),
        });
        checked.push(payloadHash);
        response.end('ok');
      }),
    );
    const headers = [['if-none-match', '"one"']] as const;
    const answer = await originAt(port).fetch({ method: 'GET', uri, headers });
    expect(answer).toMatchObject({ kind: 'answered', status: 200, body: Buffer.from('ok') });
    const empty = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855';
    expect(checked).toEqual([`/derivatives${uri}`, [], empty]);
  });

  it('is retried if the reused connection was just closed', async () => {
    let requests = 0;
    const server = http.createServer((_request, response) => {
      requests += 1;
      if (requests === 2) response.socket?.resetAndDestroy();
      else response.end(`answer ${requests}`);
    });
    const origin = originAt(await listen(server));
    const ask = () => origin.fetch({ method: 'GET', uri: '/a', headers: [] });
    expect(await ask()).toMatchObject({ body: Buffer.from('answer 1') });
    expect(await ask()).toMatchObject({ body: Buffer.from('answer 3') });
  });
});

describe('an origin that fails', () => {
  it('is 502 when nothing listens', async () => {
    const server = net.createServer();
    const port = await listen(server);
    await new Promise((resolve) => server.close(resolve));
    const answer = await originAt(port).fetch({ method: 'GET', uri: '/a', headers: [] });
    expect(answer).toMatchObject({
      kind: 'failed',
      status: 502,
      reason: expect.stringMatching('ECONNREFUSED'),
    });
  });

  const wrong: readonly (readonly [string, string, number])[] = [
    ['hangs up', '', 502],
    ['answers what is not HTTP', 'hello\r\n\r\n', 502],
    ['hangs up in the middle', 'HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf', 502],
  ];

  it.each(wrong)('because it %s is 502', async (_name, sent, status) => {
    const port = await listen(
      net.createServer((socket) => {
        socket.on('error', () => undefined);
        socket.once('data', () => socket.end(sent));
      }),
    );
    const answer = await originAt(port).fetch({ method: 'GET', uri: '/a', headers: [] });
    expect(answer).toMatchObject({ kind: 'failed', status });
  });

  const slow: readonly (readonly [string, string])[] = [
    ['never answers', ''],
    ['stops in the middle', 'HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf'],
  ];

  it.each(slow)('because it %s is 504', async (_name, sent) => {
    const sockets: net.Socket[] = [];
    const port = await listen(
      net.createServer((socket) => {
        sockets.push(socket);
        socket.on('error', () => undefined);
        socket.write(sent);
      }),
    );
    closers.unshift(() =>
      sockets.forEach((socket) => {
        socket.destroy();
      }),
    );
    const origin = originAt(port, { connectMs: 100, responseMs: 150 });
    const answer = await origin.fetch({ method: 'GET', uri: '/a', headers: [] });
    expect(answer).toMatchObject({ kind: 'failed', status: 504 });
  });
});

describe('what a viewer sees of the origin', () => {
  let stub: StubDistribution;
  afterEach(() => stub.close());

  it('is a 502 page if the origin is down, logged with its reason and cached for a second', async () => {
    stub = await startStubDistribution({ originPort: 1 });
    const first = await stub.ask('/a');
    expect([first.status, first.headers['x-cache']]).toEqual([502, 'Error from cloudfront']);
    expect(first.text).toContain('<H1>502 ERROR</H1>');
    expect(stub.logged.join()).toContain('ECONNREFUSED');
    await stub.ask('/a');
    expect(stub.cloudFront.counts()).toEqual({
      originRequests: 1,
      renders: 0,
      hits: 1,
      misses: 1,
    });
    stub.tick(1);
    await stub.ask('/a');
    expect(stub.cloudFront.counts().originRequests).toBe(2);
  });

  it('includes only the range and conditions of the viewer', async () => {
    stub = await startStubDistribution();
    const headers = {
      Cookie: 'a=b',
      Accept: 'image/*',
      Authorization: 'x',
      Range: 'bytes=0-1',
      'X-A': '1',
    };
    await stub.ask('/a?b=c', { headers });
    expect(stub.seen[0]?.url).toBe('/derivatives/a');
    expect(Object.keys(stub.seen[0]?.headers ?? {}).sort()).toEqual([
      'authorization',
      'connection',
      'host',
      'range',
      'x-amz-content-sha256',
      'x-amz-date',
    ]);
    expect(stub.seen[0]?.headers.authorization).toContain('Credential=cdn/');
  });
});
