import { once } from 'node:events';
import net from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  missing,
  object,
  type StubDistribution,
  startStubDistribution,
} from './stub-distribution.ts';

let stub: StubDistribution;

beforeAll(async () => {
  stub = await startStubDistribution({
    s3: (request, response) => {
      if (request.url?.startsWith('/derivatives/there')) object(response, 'an image');
      else missing(response);
    },
    localPage: () => ({ contentType: 'text/html; charset=utf-8', body: '<h1>Signet</h1>' }),
  });
});

afterAll(() => stub.close());

async function raw(text: string | Buffer): Promise<string> {
  const socket = net.connect(stub.cloudFront.port, '127.0.0.1');
  await once(socket, 'connect');
  const chunks: Buffer[] = [];
  socket.on('data', (chunk: Buffer) => chunks.push(chunk));
  socket.on('error', () => undefined);
  socket.write(text);
  const timer = setTimeout(() => socket.destroy(), 60_000);
  await once(socket, 'close');
  clearTimeout(timer);
  return Buffer.concat(chunks).toString('latin1');
}

const close = 'Connection: close\r\n\r\n';

describe('the viewer server', () => {
  const refused: readonly (readonly [string, string | Buffer, number])[] = [
    ['an HTTP/1.1 request without Host', `GET /x HTTP/1.1\r\n${close}`, 400],
    ['two Hosts', `GET /x HTTP/1.1\r\nHost: a\r\nHost: b\r\n${close}`, 400],
    ['raw bytes in the path', Buffer.from(`GET /é HTTP/1.1\r\nHost: a\r\n${close}`), 400],
    ['a path without a slash', `GET x HTTP/1.1\r\nHost: a\r\n${close}`, 400],
    ['what is not HTTP', '\x16\x03\x01\x02\x00\x01\x00\r\n\r\n', 400],
    ['a space in a header name', `GET / HTTP/1.1\r\nHo st: a\r\n${close}`, 400],
    ['POST', `POST /x HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n${close}`, 403],
    ['TRACE', `TRACE /x HTTP/1.1\r\nHost: a\r\n${close}`, 403],
    ['CONNECT', `CONNECT a:443 HTTP/1.1\r\nHost: a\r\n\r\n`, 403],
    ['a GET with a body', `GET /x HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\nhi`, 403],
    ['8,192 bytes of URL', `GET /${'a'.repeat(8191)} HTTP/1.1\r\nHost: a\r\n${close}`, 414],
    ['a long query', `GET /x?${'a'.repeat(8189)} HTTP/1.1\r\nHost: a\r\n${close}`, 414],
    ['a long header', `GET /x HTTP/1.1\r\nHost: a\r\nb: ${'c'.repeat(20_480)}\r\n${close}`, 431],
    ['a huge header', `GET /x HTTP/1.1\r\nHost: a\r\nb: ${'c'.repeat(300_000)}\r\n${close}`, 431],
  ];

  it.each(refused)('answers %s with an error page', async (_name, text, status) => {
    const answer = await raw(text);
    expect(answer).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `));
    expect(answer).toContain('x-cache: Error from cloudfront');
    expect(answer).toContain("content-security-policy: default-src 'none'; sandbox");
    expect(answer).toContain(`<H1>${status} ERROR</H1>`);
    expect(answer).not.toMatch(/\r\nserver:/i);
    const after = await stub.ask('/there');
    expect(after.status).toBe(200);
  });

  it('accepts a URL of 8,191 bytes', async () => {
    const answer = await stub.ask(`/${'a'.repeat(8190)}`);
    expect(answer.status).toBe(404);
  });

  const targets: readonly (readonly [string, string, string])[] = [
    ['GET //a/../b/./c HTTP/1.1', '//a/../b/./c', ''],
    ['GET /%2e%2E/%2f%5C/a%20b+c HTTP/1.1', '/%2e%2E/%2f%5C/a%20b+c', ''],
    ['GET /a"<>^`{|}\\b HTTP/1.1', '/a"<>^`{|}\\b', ''],
    ['GET /a?b=%zz&&c=/?d HTTP/1.1', '/a', 'b=%zz&&c=/?d'],
    ['GET http://other.example/a?b HTTP/1.1', '/a', 'b'],
    ['GET HTTP://other.example//x?b HTTP/1.1', '//x', 'b'],
  ];

  it.each(targets)('shows the function the unchanged %s', async (line, uri, querystring) => {
    const code = `return { status: '200', body: request.uri + ' ' + request.querystring }`;
    const header = Buffer.from(code).toString('base64');
    const answer = await raw(`${line}\r\nHost: a\r\nx-code: ${header}\r\n${close}`);
    expect(answer.split('\r\n\r\n')[1]).toBe(`${uri} ${querystring}`);
  });
});
