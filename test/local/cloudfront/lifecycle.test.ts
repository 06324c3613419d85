import { once } from 'node:events';
import http from 'node:http';
import net from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { startCloudFront } from '../../../local/cloudfront/server.ts';
import { object, type Stand, startStand, viewerCode } from './stand.ts';

const stands: Stand[] = [];

afterEach(async () => {
  for (const stand of stands.splice(0)) await stand.close();
});

async function start(options: Parameters<typeof startStand>[0] = {}): Promise<Stand> {
  const stand = await startStand(options);
  stands.push(stand);
  return stand;
}

describe('starting', () => {
  it('on a port in use fails with the original error and leaves nothing behind', async () => {
    const stand = await start();
    const fn = { file: '/nowhere.mjs', memoryMb: 128, timeoutMs: 1, maxBodyBytes: 1, workers: 1 };
    const origin = {
      host: '127.0.0.1',
      port: 1,
      bucket: 'b',
      accessKeyId: 'a',
      secretAccessKey: 's',
    };
    const { port } = stand.cloudFront;
    const began = Date.now();
    await expect(
      startCloudFront({ host: '127.0.0.1', port, viewerRequest: fn, originResponse: fn, origin }),
    ).rejects.toMatchObject({ code: 'EADDRINUSE', port });
    expect(Date.now() - began).toBeLessThan(5_000);
    expect((await stand.ask('/a')).status).toBe(404);
  });
});

describe('closing', () => {
  it('lets requests in flight finish on kept-alive connections, and refuses new ones', async () => {
    const stand = await start();
    const agent = new http.Agent({ keepAlive: true });
    const code = `return new Promise((resolve) => setTimeout(() => resolve({ status: '200', body: 'done' }), 500))`;
    const slow = stand.ask('/slow', { ...viewerCode(code), agent });
    await new Promise((resolve) => setTimeout(resolve, 200));
    const began = Date.now();
    const closed = stand.cloudFront.close();
    await expect(stand.ask('/new')).rejects.toMatchObject({ code: 'ECONNREFUSED' });
    expect((await slow).text).toBe('done');
    await closed;
    expect(Date.now() - began).toBeLessThan(3_000);
    agent.destroy();
  });

  it('lets a render finish that nobody waits for any more', async () => {
    let written = 0;
    const sink = http.createServer((_request, response) => {
      written += 1;
      response.end();
    });
    await new Promise<void>((resolve) => sink.listen(0, '127.0.0.1', resolve));
    const { port } = sink.address() as net.AddressInfo;
    const stand = await start({
      origin: `export async function handler(event) {
        console.log('rendering');
        await new Promise((resolve) => setTimeout(resolve, 400));
        await fetch('http://127.0.0.1:${port}/', { method: 'PUT', body: 'derivative' });
        return event.Records[0].cf.response; }`,
    });
    const client = http.get({ host: '127.0.0.1', port: stand.cloudFront.port, path: '/a' });
    client.on('error', () => undefined);
    await expect.poll(() => stand.logged).toContain('origin-response: rendering');
    client.destroy();
    await stand.cloudFront.close();
    expect(written).toBe(1);
    sink.closeAllConnections();
    sink.close();
  });

  it('does not wait for a connection on which nothing is asked', async () => {
    const stand = await start();
    const idle = net.connect(stand.cloudFront.port, '127.0.0.1');
    idle.on('error', () => undefined);
    await once(idle, 'connect');
    const kept = new http.Agent({ keepAlive: true });
    await stand.ask('/a', { agent: kept });
    const began = Date.now();
    await stand.cloudFront.close();
    expect(Date.now() - began).toBeLessThan(3_000);
    kept.destroy();
  });
});

describe('a connection', () => {
  it('serves many requests, one after the other and pipelined', async () => {
    const stand = await start({ s3: (_request, response) => object(response, 'image') });
    const socket = net.connect(stand.cloudFront.port, '127.0.0.1');
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

  it('that is cut in every phase of a request does no harm', async () => {
    const stand = await start({ s3: (_request, response) => object(response, 'x'.repeat(1e6)) });
    const whole = 'GET /a HTTP/1.1\r\nHost: a\r\nX-Y: z\r\n\r\n';
    for (let at = 0; at <= whole.length; at += 3) {
      const socket = net.connect(stand.cloudFront.port, '127.0.0.1');
      socket.on('error', () => undefined);
      await once(socket, 'connect');
      socket.write(whole.slice(0, at));
      await new Promise((resolve) => setTimeout(resolve, 2));
      socket.resetAndDestroy();
    }
    expect((await stand.ask('/a')).body.length).toBe(1e6);
  });
});
