import { PutObjectCommand } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  bucket,
  errorCode,
  type Running,
  send,
  sendRaw,
  signedRequest,
  startEmbedded,
} from '../embedded-s3.ts';

let embedded: Running;
const rejections: unknown[] = [];
const note = (reason: unknown): void => void rejections.push(reason);
beforeAll(async () => {
  process.on('unhandledRejection', note);
  embedded = await startEmbedded();
  await embedded.s3.send(new PutObjectCommand({ Bucket: bucket, Key: 'x', Body: 'x' }));
});
afterAll(async () => {
  process.off('unhandledRejection', note);
  await embedded.discard();
});

describe('hostile bytes', () => {
  const cases: readonly [string, string | Buffer, string][] = [
    ['a broken escape', 'GET /b/%zz HTTP/1.1\r\nhost: localhost\r\n\r\n', '400'],
    ['an escape cut short', 'GET /b/%e HTTP/1.1\r\nhost: localhost\r\n\r\n', '400'],
    ['escaped bytes that are no UTF-8', 'GET /b/%ff%fe HTTP/1.1\r\nhost: localhost\r\n\r\n', '400'],
    ['an overlong slash', 'GET /b/%c0%af HTTP/1.1\r\nhost: localhost\r\n\r\n', '400'],
    ['a surrogate', 'GET /b/%ed%a0%80 HTTP/1.1\r\nhost: localhost\r\n\r\n', '400'],
    [
      'raw bytes that are no UTF-8',
      Buffer.from('GET /b/\xff\xfe HTTP/1.1\r\nhost: localhost\r\n\r\n', 'latin1'),
      '400',
    ],
    [
      'a broken escape in the query',
      'GET /b?prefix=%zz HTTP/1.1\r\nhost: localhost\r\n\r\n',
      '400',
    ],
    ['a NUL in the key', 'GET /b/a%00b HTTP/1.1\r\nhost: localhost\r\n\r\n', '400'],
    ['no bucket', 'GET //x HTTP/1.1\r\nhost: localhost\r\n\r\n', '400'],
    ['a whole URL as target', 'GET http://h/b/x HTTP/1.1\r\nhost: localhost\r\n\r\n', '400'],
    ['an asterisk as target', 'OPTIONS * HTTP/1.1\r\nhost: localhost\r\n\r\n', '400'],
    ['no host', 'GET /b/x HTTP/1.1\r\n\r\n', '403'],
    ['two hosts', 'GET /b/x HTTP/1.1\r\nhost: localhost\r\nhost: i\r\n\r\n', '400'],
    [
      'two credentials',
      'GET /b/x HTTP/1.1\r\nhost: localhost\r\nauthorization: a\r\nauthorization: b\r\n\r\n',
      '400',
    ],
    [
      'two lengths',
      'PUT /b/x HTTP/1.1\r\nhost: localhost\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\nx',
      '400',
    ],
    [
      'a length and a coding',
      'PUT /b/x HTTP/1.1\r\nhost: localhost\r\ncontent-length: 1\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n',
      '400',
    ],
    [
      'a negative length',
      'PUT /b/x HTTP/1.1\r\nhost: localhost\r\ncontent-length: -1\r\n\r\n',
      '400',
    ],
    [
      'a header as long as a book',
      `GET /b/x HTTP/1.1\r\nhost: localhost\r\nx: ${'y'.repeat(40_000)}\r\n\r\n`,
      '400',
    ],
    [
      'a path as long as a book',
      `GET /b/${'y'.repeat(40_000)} HTTP/1.1\r\nhost: localhost\r\n\r\n`,
      '400',
    ],
    ['an unknown method', 'EXPLODE /b/x HTTP/1.1\r\nhost: localhost\r\n\r\n', '501'],
    ['a tunnel', 'CONNECT h:443 HTTP/1.1\r\nhost: localhost\r\n\r\n', '501'],
    [
      'a greeting in another protocol',
      Buffer.from([0x16, 3, 1, 2, 0, 1, 0, 1, 0xfc, 3, 3, 10, 13]),
      '400',
    ],
    ['a bare line feed in a header', 'GET /b/x HTTP/1.1\r\nhost: localhost\nx: y\r\n\r\n', '400'],
  ];
  it.each(cases)('%s get an error in XML', async (_, bytes, status) => {
    const answer = await sendRaw(embedded.port, bytes);
    expect(answer.slice(0, 12)).toBe(`HTTP/1.1 ${status}`);
    expect(answer).toContain('<Error><Code>');
    expect(answer.toLowerCase()).toContain('x-amz-request-id: ');
  });

  it('are escaped in answers', async () => {
    const reply = await send(embedded.port, 'GET', `/${bucket}/<script>&"'`, {});
    expect(reply.body.toString()).toContain('&lt;script&gt;&amp;&quot;&apos;');
    expect(reply.body.toString()).not.toContain('<script>');
  });

  it('that stop in the middle do not stop the server', async () => {
    const torn = [
      '',
      'GE',
      'GET /b/x HTTP/1.1\r\nhost',
      'PUT /b/x HTTP/1.1\r\nhost: localhost\r\ncontent-length: 9\r\n\r\nabc',
    ];
    await Promise.all(torn.map((bytes) => sendRaw(embedded.port, bytes, 100)));
    const reply = await signedRequest({ ...embedded, path: `/${bucket}/x` });
    expect(reply.body.toString()).toBe('x');
    expect(rejections).toEqual([]);
    expect(embedded.lines).toEqual([]);
  });

  it('in a key do not lead out of the bucket', async () => {
    for (const key of ['../../etc/passwd', '..%2f..%2fetc%2fpasswd', './/..', '%2e%2e/%2e%2e/x']) {
      const reply = await signedRequest({ ...embedded, path: `/${bucket}/${key}` });
      expect([reply.status, errorCode(reply)]).toEqual([404, 'NoSuchKey']);
    }
  });
});

describe('a HEAD', () => {
  it.each([
    ['unsigned', false, 403],
    ['of a missing key', true, 404],
  ])('%s has no body', async (_, signed, status) => {
    const path = `/${bucket}/missing`;
    const reply = signed
      ? await signedRequest({ ...embedded, method: 'HEAD', path })
      : await send(embedded.port, 'HEAD', path, {});
    expect([reply.status, reply.body.length]).toEqual([status, 0]);
    const raw = await sendRaw(embedded.port, `HEAD ${path} HTTP/1.1\r\nhost: localhost\r\n\r\n`);
    expect(raw.endsWith('\r\n\r\n')).toBe(true);
  });
});
