import { once } from 'node:events';
import http from 'node:http';
import net from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { maxLineBytes } from '../../../../operator/logs/line-splitter.ts';
import {
  missing,
  object,
  originCode,
  type StubDistribution,
  type StubOptions,
  startStubDistribution,
  viewerCode,
} from '../stub-distribution.ts';
import { valuesOf } from './read-access-log.ts';

const large = 'x'.repeat(40_000_000);
let stub: StubDistribution;
let stubs: StubDistribution[] = [];

async function start(options: StubOptions = {}): Promise<StubDistribution> {
  const started = await startStubDistribution(options);
  stubs.push(started);
  return started;
}

beforeAll(async () => {
  stub = await start({
    s3: (request, response) => {
      const headers = { 'cache-control': 'max-age=60' };
      if (request.headers['if-none-match'] === '"one"') response.writeHead(304, headers).end();
      else if (request.url?.startsWith('/derivatives/there')) object(response, 'picture', headers);
      else if (request.url === '/derivatives/large') object(response, large);
      else missing(response);
    },
    localPage: () => ({ contentType: 'text/html', body: 'gallery' }),
  });
});
afterAll(async () => {
  for (const one of stubs) await one.close();
  stubs = [];
});

/** The lines that come after `from` of the log, once there are `count`. */
async function linesAfter(of: StubDistribution, from: number, count = 1) {
  await expect.poll(() => of.accessed.length - from).toBeGreaterThanOrEqual(count);
  return of.accessed.slice(from).map(valuesOf);
}

/** Asks and returns the values of the one line that this writes. */
async function lineOf(path: string, init: http.RequestOptions = {}, of = stub) {
  const from = of.accessed.length;
  const answer = await of.ask(path, init);
  const lines = await linesAfter(of, from);
  expect(lines).toHaveLength(1);
  return { answer, values: lines[0] ?? {} };
}

const types = (values: Readonly<Record<string, string>>) => [
  values['sc-status'],
  values['x-edge-result-type'],
  values['x-edge-response-result-type'],
  values['x-edge-detailed-result-type'],
];

/** Sends bytes and returns all that comes back until the connection is closed. */
async function raw(text: string | Buffer): Promise<Buffer> {
  const socket = net.connect(stub.cloudFront.port, '127.0.0.1');
  await once(socket, 'connect');
  const chunks: Buffer[] = [];
  socket.on('data', (chunk: Buffer) => chunks.push(chunk));
  socket.on('error', () => undefined);
  socket.write(text);
  await once(socket, 'close');
  return Buffer.concat(chunks);
}

const close = 'Connection: close\r\n\r\n';

describe('a request', () => {
  it('is logged with what the viewer sent and got', async () => {
    const headers = {
      Host: 'b:8080',
      Referer: 'http://a/\xe9',
      'User-Agent': 'curl/8 "a"',
      'X-Forwarded-For': '198.51.100.7, 192.0.2.1',
      Cookie: 'signet-grant=secret',
    };
    const { answer, values } = await lineOf('/there/a%20b?exp=1&sig=%41', { headers });
    expect(values).toMatchObject({
      date: '2026-08-01',
      time: '00:00:00',
      'x-edge-location': answer.headers['x-amz-cf-pop'],
      'c-ip': '127.0.0.1',
      'cs-method': 'GET',
      'cs(Host)': 'd111111abcdef8.cloudfront.net',
      'cs-uri-stem': '/there/a%2520b',
      'sc-status': '200',
      'cs(Referer)': 'http://a/%E9',
      'cs(User-Agent)': 'curl/8%20%22a%22',
      'cs-uri-query': 'exp=1&sig=%2541',
      'cs(Cookie)': '-',
      'x-edge-request-id': answer.headers['x-amz-cf-id'],
      'x-host-header': 'b:8080',
      'cs-protocol': 'http',
      'x-forwarded-for': '198.51.100.7,%20192.0.2.1',
      'cs-protocol-version': 'HTTP/1.1',
      'sc-content-type': 'image/webp',
      'sc-content-len': '7',
    });
    expect(values['time-taken']).toMatch(/^[0-9]+\.[0-9]{3}$/);
    expect(Number(values['time-to-first-byte'])).toBeLessThanOrEqual(Number(values['time-taken']));
    expect(values['c-port']).toMatch(/^[1-9][0-9]+$/);
  });

  it('is logged with the bytes on the wire, also one of several on a connection', async () => {
    const from = stub.accessed.length;
    const one = `GET /there/wire HTTP/1.1\r\nHost: a\r\n\r\n`;
    const last = `GET /there/wire HTTP/1.1\r\nHost: a\r\n${close}`;
    const received = await raw(one + one + last);
    const lines = await linesAfter(stub, from, 3);
    expect(lines.map((values) => values['cs-bytes'])).toEqual(
      [one, one, last].map(({ length }) => String(length)),
    );
    const answers = received.toString('latin1').split(/(?=HTTP\/1\.1 200)/);
    expect(lines.map((values) => values['sc-bytes'])).toEqual(
      answers.map(({ length }) => String(length)),
    );
  });

  it('is logged with every byte that HTTP allows in a header', async () => {
    const from = stub.accessed.length;
    const bytes = Array.from({ length: 256 }, (_, byte) => byte);
    const allowed = Buffer.from(bytes.filter((byte) => byte === 9 || (byte > 31 && byte !== 127)));
    const agent = `a${allowed.toString('latin1')}b`;
    const text = `GET /there/bytes HTTP/1.1\r\nHost: a\r\nUser-Agent: ${agent}\r\n${close}`;
    await raw(Buffer.from(text, 'latin1'));
    const [values = {}] = await linesAfter(stub, from);
    expect(values['sc-status']).toBe('200');
    const read = values['cs(User-Agent)']?.replace(/%([0-9A-F]{2})/g, (_all, hex: string) =>
      String.fromCharCode(Number.parseInt(hex, 16)),
    );
    expect(read).toBe(agent);
  });

  it('is logged in a line that replay can read, however long it is', async () => {
    const from = stub.accessed.length;
    const agent = '"'.repeat(12_000);
    const path = `/${"'".repeat(8_000)}`;
    await stub.ask(path, { headers: { 'user-agent': agent } });
    await expect.poll(() => stub.accessed.length).toBe(from + 1);
    const [line = ''] = stub.accessed.slice(from);
    expect(valuesOf(line)['cs(User-Agent)']).toBe('%22'.repeat(12_000));
    expect(Buffer.byteLength(line)).toBeLessThan(maxLineBytes);
  });

  it('is logged with the bytes of its body', async () => {
    const from = stub.accessed.length;
    const text = `OPTIONS /a HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n${close}12345`;
    await raw(text);
    const [values] = await linesAfter(stub, from);
    expect(values).toMatchObject({ 'cs-method': 'OPTIONS', 'cs-bytes': String(text.length) });
  });
});

describe('the result types', () => {
  it('tell a miss, a hit, and a hit that was confirmed', async () => {
    const results = [];
    for (const seconds of [0, 1, 61]) {
      stub.tick(seconds);
      results.push(types((await lineOf('/there/cached')).values));
    }
    const equal = (result: string) => ['200', result, result, result];
    expect(results).toEqual([equal('Miss'), equal('Hit'), equal('RefreshHit')]);
  });

  const code = (text: string) => viewerCode(text).headers;
  const refused = code(`return { status: '403', body: 'no' }`);
  const broken = code(`return { status: 200 }`);
  const thrown = code(`throw new Error('x')`);
  const generated = 'LambdaGeneratedResponse';

  it.each([
    ['304', '/there/x', { headers: { 'if-none-match': '"one"' } }, ['304', 'Hit', 'Hit', 'Hit']],
    ['206', '/there/x', { headers: { range: 'bytes=0-1' } }, ['206', 'Hit', 'Hit', 'Hit']],
    ['416', '/there/x', { headers: { range: 'bytes=99-' } }, ['416', 'Error', 'Error', 'Error']],
    ['HEAD', '/there/x', { method: 'HEAD' }, ['200', 'Hit', 'Hit', 'Hit']],
    ['OPTIONS', '/none', { method: 'OPTIONS' }, ['404', 'Error', 'Error', 'Error']],
    ['an object that is missing', '/none', {}, ['404', 'Error', 'Error', 'Error']],
    [
      'a refusal of viewer-request',
      '/x',
      { headers: refused },
      ['403', generated, generated, generated],
    ],
    [
      'an invalid answer of viewer-request',
      '/x',
      { headers: broken },
      ['502', ...Array(3).fill('LambdaValidationError')],
    ],
    [
      'a failure of viewer-request',
      '/x',
      { headers: thrown },
      ['503', ...Array(3).fill('LambdaExecutionError')],
    ],
    [
      'a failure of origin-response',
      originCode(`throw new Error('x')`),
      {},
      ['503', ...Array(3).fill('LambdaExecutionError')],
    ],
    ['POST', '/x', { method: 'POST' }, ['403', 'Error', 'Error', 'InvalidRequestMethod']],
    [
      'a foreign host',
      '/x',
      { headers: { host: 'evil.test' } },
      ['403', 'Error', 'Error', 'InvalidRequestBlocked'],
    ],
    ['a target that is no path', '*', {}, ['400', 'Error', 'Error', 'InvalidRequest']],
  ])('tell %s', async (_what, path, init, expected) => {
    await stub.ask('/there/x');
    const { answer, values } = await lineOf(path, init);
    expect(types(values)).toEqual(expected);
    expect(values['sc-status']).toBe(String(answer.status));
    expect(answer.headers['x-cache']).toBe(`${expected[1]} from cloudfront`);
  });

  it('tell an origin that is away', async () => {
    const away = await start({ originPort: 1 });
    const { values } = await lineOf('/x', {}, away);
    expect(types(values)).toEqual(['502', 'Error', 'Error', 'OriginConnectError']);
  });

  it('tell a GET with a body', async () => {
    const from = stub.accessed.length;
    const text = `GET /x HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n${close}hi`;
    await raw(text);
    const [values = {}] = await linesAfter(stub, from);
    expect(types(values)).toEqual(['403', 'Error', 'Error', 'InvalidRequest']);
    expect(values['cs-bytes']).toBe(String(text.length));
  });

  it('tell CONNECT', async () => {
    const from = stub.accessed.length;
    const text = 'CONNECT a:443 HTTP/1.1\r\nHost: a\r\n\r\n';
    const { length } = await raw(text);
    const [values = {}] = await linesAfter(stub, from);
    expect(types(values)).toEqual(['403', 'Error', 'Error', 'InvalidRequestMethod']);
    expect(values).toMatchObject({
      'cs-method': 'CONNECT',
      'cs-uri-stem': 'a:443',
      'sc-bytes': String(length),
      'cs-bytes': String(text.length),
    });
  });

  it('have the range of a part', async () => {
    await stub.ask('/there/part');
    const { values } = await lineOf('/there/part', { headers: { range: 'bytes=2-4' } });
    expect([values['sc-range-start'], values['sc-range-end']]).toEqual(['2', '4']);
  });
});

describe('a viewer who leaves', () => {
  it('before the answer gets status 000', async () => {
    const from = stub.accessed.length;
    let arrived = (): void => undefined;
    const waiting = new Promise<void>((resolve) => {
      arrived = resolve;
    });
    const gate = http.createServer(() => arrived());
    await new Promise<void>((resolve) => gate.listen(0, '127.0.0.1', resolve));
    const { port } = gate.address() as net.AddressInfo;
    const init = viewerCode(`return fetch('http://127.0.0.1:${port}/')`);
    const client = http.get({ ...init, host: '127.0.0.1', port: stub.cloudFront.port, path: '/x' });
    client.on('error', () => undefined);
    await waiting;
    client.destroy();
    const [values = {}] = await linesAfter(stub, from);
    expect(types(values)).toEqual(['000', 'Error', 'Error', 'ClientCommError']);
    expect(values).toMatchObject({ 'sc-bytes': '0', 'sc-content-type': '-' });
    gate.closeAllConnections();
    gate.close();
    await expect.poll(() => stub.logged.join('\n')).toContain('viewer-request');
    expect(stub.accessed).toHaveLength(from + 1);
  });

  it('during the answer gets its status, and the bytes that were sent', async () => {
    const from = stub.accessed.length;
    const socket = net.connect(stub.cloudFront.port, '127.0.0.1');
    socket.on('error', () => undefined);
    socket.write('GET /large HTTP/1.1\r\nHost: a\r\n\r\n');
    await once(socket, 'readable');
    socket.resetAndDestroy();
    const [values = {}] = await linesAfter(stub, from);
    expect(types(values)).toEqual(['200', 'Error', 'Miss', 'ClientCommError']);
    expect(values['sc-content-len']).toBe(String(large.length));
    expect(Number(values['sc-bytes'])).toBeGreaterThan(0);
    expect(Number(values['sc-bytes'])).toBeLessThan(large.length / 2);
  });

  it('gets the whole body if he stays', async () => {
    const { answer, values } = await lineOf('/large');
    expect(answer.text === large).toBe(true);
    expect(Number(values['sc-bytes'])).toBeGreaterThan(large.length);
  });
});

describe('what CloudFront does not log', () => {
  it.each([
    ['a long URL', `GET /${'a'.repeat(8_191)} HTTP/1.1\r\nHost: a\r\n${close}`, 414],
    ['long headers', `GET /x HTTP/1.1\r\nHost: a\r\nb: ${'c'.repeat(20_480)}\r\n${close}`, 431],
    ['very long ones', `GET /x HTTP/1.1\r\nHost: a\r\nb: ${'c'.repeat(300_000)}\r\n${close}`, 431],
    ['a path of other bytes', Buffer.from(`GET /é HTTP/1.1\r\nHost: a\r\n${close}`), 400],
    ['what is not HTTP', '\x16\x03\x01\x02\x00\x01\x00\r\n\r\n', 400],
    ['the gallery', `GET / HTTP/1.1\r\nHost: a\r\n${close}`, 200],
  ])('is %s', async (_what, text, status) => {
    const from = stub.accessed.length;
    expect((await raw(text)).toString('latin1')).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
    // The next request has a line, and no bytes of the one before.
    const last = `GET /there/after HTTP/1.1\r\nHost: a\r\n${close}`;
    const { length } = await raw(last);
    expect(await linesAfter(stub, from)).toMatchObject([
      { 'cs-uri-stem': '/there/after', 'sc-bytes': String(length) },
    ]);
  });
});
