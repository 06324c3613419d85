import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import http from 'node:http';
import net from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { startCloudFront } from '../../../local/cloudfront/server.ts';
import {
  object,
  type StubDistribution,
  startStubDistribution,
  viewerCode,
} from './stub-distribution.ts';

const stubs: StubDistribution[] = [];

afterEach(async () => {
  vi.useRealTimers();
  for (const stub of stubs.splice(0)) await stub.close();
});

async function start(
  options: Parameters<typeof startStubDistribution>[0] = {},
): Promise<StubDistribution> {
  const stub = await startStubDistribution(options);
  stubs.push(stub);
  return stub;
}

/** Stops all timers, so that anything that waits for a deadline hangs. */
const withoutDeadlines = () => vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });

/** The running child processes of this process. */
const children = (): number =>
  process.getActiveResourcesInfo().filter((one) => one === 'ProcessWrap').length;

/** A server that answers on request of the test. */
async function startGate() {
  const waiting: http.ServerResponse[] = [];
  const server = http.createServer((_request, response) => waiting.push(response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as net.AddressInfo).port}/`,
    waiting,
    open: () => {
      for (const response of waiting.splice(0)) response.end();
    },
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}

describe('starting', () => {
  it('on a port in use fails with the original error and leaves nothing behind', async () => {
    const stub = await start();
    const folder = await mkdtemp(path.join(tmpdir(), 'signet-lifecycle-'));
    const file = path.join(folder, 'sound.mjs');
    await writeFile(file, 'export const handler = () => ({});');
    const fn = { file, memoryMb: 128, timeoutMs: 1, maxBodyBytes: 1, workers: 1 };
    const origin = {
      host: '127.0.0.1',
      port: 1,
      bucket: 'b',
      accessKeyId: 'a',
      secretAccessKey: 's',
    };
    const { port } = stub.cloudFront;
    const before = children();
    await expect(
      startCloudFront({ host: '127.0.0.1', port, viewerRequest: fn, originResponse: fn, origin }),
    ).rejects.toMatchObject({ code: 'EADDRINUSE', port });
    await expect.poll(children).toBe(before);
    expect((await stub.ask('/a')).status).toBe(404);
    await rm(folder, { recursive: true });
  });
});

describe('closing', () => {
  it('finishes requests in progress on kept-alive connections, and refuses new ones', async () => {
    const stub = await start();
    const gate = await startGate();
    const agent = new http.Agent({ keepAlive: true });
    const code = `return fetch('${gate.url}').then(() => ({ status: '200', body: 'done' }))`;
    const slow = stub.ask('/slow', { ...viewerCode(code), agent });
    await expect.poll(() => gate.waiting.length).toBe(1);
    withoutDeadlines();
    const closed = stub.cloudFront.close();
    await expect(stub.ask('/new')).rejects.toMatchObject({ code: 'ECONNREFUSED' });
    gate.open();
    expect((await slow).text).toBe('done');
    await closed;
    agent.destroy();
    gate.close();
  });

  it('finishes a render whose viewer has disconnected', async () => {
    const gate = await startGate();
    const stub = await start({
      origin: `export async function handler(event) {
        await fetch('${gate.url}', { method: 'PUT', body: 'derivative' });
        console.log('written');
        return event.Records[0].cf.response; }`,
    });
    const client = http.get({ host: '127.0.0.1', port: stub.cloudFront.port, path: '/a' });
    client.on('error', () => undefined);
    await expect.poll(() => gate.waiting.length).toBe(1);
    client.destroy();
    const closed = stub.cloudFront.close();
    await expect(stub.ask('/new')).rejects.toMatchObject({ code: 'ECONNREFUSED' });
    gate.open();
    await closed;
    expect(stub.logged).toContain('origin-response: written');
    gate.close();
  });

  it('does not wait for idle connections', async () => {
    const stub = await start();
    const idle = net.connect(stub.cloudFront.port, '127.0.0.1');
    idle.on('error', () => undefined);
    await once(idle, 'connect');
    const kept = new http.Agent({ keepAlive: true });
    await stub.ask('/a', { agent: kept });
    withoutDeadlines();
    await stub.cloudFront.close();
    kept.destroy();
  });
});

describe('a connection', () => {
  it('serves many requests, one after the other and pipelined', async () => {
    const stub = await start({ s3: (_request, response) => object(response, 'image') });
    const socket = net.connect(stub.cloudFront.port, '127.0.0.1');
    let text = '';
    socket.on('data', (chunk) => {
      text += chunk.toString();
    });
    socket.write('GET /a HTTP/1.1\r\nHost: a\r\n\r\n'.repeat(3));
    await expect.poll(() => text.split('\r\n\r\nimage').length).toBe(4);
    socket.write('GET /a HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n');
    await once(socket, 'close');
    expect(text.split('\r\n\r\nimage').length).toBe(5);
  });

  it('may be closed in any phase of a request', async () => {
    const stub = await start({ s3: (_request, response) => object(response, 'x'.repeat(1e6)) });
    const whole = 'GET /a HTTP/1.1\r\nHost: a\r\nX-Y: z\r\n\r\n';
    for (let at = 0; at <= whole.length; at += 3) {
      const socket = net.connect(stub.cloudFront.port, '127.0.0.1');
      socket.on('error', () => undefined);
      await once(socket, 'connect');
      socket.write(whole.slice(0, at));
      await new Promise((resolve) => setTimeout(resolve, 2));
      socket.resetAndDestroy();
    }
    expect((await stub.ask('/a')).body.length).toBe(1e6);
  });
});
