import { readdir, stat } from 'node:fs/promises';
import { connect, type Socket } from 'node:net';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, it, vi } from 'vitest';
import { bodyIdleMillis } from '../../../local/s3/wire/limits.ts';
import {
  bucket,
  errorCode,
  owner,
  type Running,
  signedRequest,
  signerFor,
  startEmbedded,
} from './embedded-s3.ts';

let embedded: Running;
beforeAll(async () => {
  embedded = await startEmbedded();
});
afterEach(() => {
  vi.useRealTimers();
});
afterAll(() => embedded.discard());

const realTimeout = setTimeout;
/** Waits a moment of real time for network and disk. */
const moment = () => new Promise((resolve) => realTimeout(resolve, 20));

/** The number of body bytes received so far. */
async function received(): Promise<number> {
  const incoming = join(embedded.folder, 'incoming');
  const files = await Promise.all(
    (await readdir(incoming)).map((name) => stat(join(incoming, name))),
  );
  return files.reduce((sum, { size }) => sum + size, 0);
}

/** Starts a write on a fake clock. */
async function begin(name: string, length: number) {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  const { port } = embedded;
  const path = `/${bucket}/${name}`;
  const headers = {
    host: `127.0.0.1:${port}`,
    'x-amz-content-sha256': 'UNSIGNED-PAYLOAD',
    'content-length': String(length),
  };
  const target = { method: 'PUT', protocol: 'http:', hostname: '127.0.0.1', port, path, query: {} };
  const signed = await signerFor(owner).sign({ ...target, headers });
  const lines = Object.entries(signed.headers).map(([field, value]) => `${field}: ${value}\r\n`);
  const socket: Socket = connect(port, '127.0.0.1');
  let seen = '';
  socket.on('data', (chunk) => {
    seen += chunk.toString();
  });
  socket.write(`PUT ${path} HTTP/1.1\r\n${lines.join('')}\r\n`);
  /** Sends a part of the body and waits for its arrival. */
  const send = async (part: string): Promise<void> => {
    const before = await received();
    socket.write(part);
    while ((await received()) < before + part.length) await moment();
    await moment();
  };
  return { path, socket, send, seen: () => seen };
}

it('a body that pauses too long gets RequestTimeout and leaves no file', async () => {
  const { path, socket, send, seen } = await begin('slow', 1_000);
  await send('only the beginning');
  vi.advanceTimersByTime(bodyIdleMillis - 1);
  await moment();
  expect(seen()).toBe('');
  while (!seen().includes('</Error>')) {
    vi.advanceTimersByTime(1);
    await moment();
  }
  expect(seen()).toContain('HTTP/1.1 400');
  expect(seen()).toContain('<Code>RequestTimeout</Code>');
  expect(await readdir(join(embedded.folder, 'incoming'))).toEqual([]);
  expect(errorCode(await signedRequest({ ...embedded, path }))).toBe('NoSuchKey');
  socket.destroy();
});

it('a slow body without long pauses is accepted', async () => {
  const { socket, send, seen } = await begin('drips', 6);
  for (const drip of 'drips') {
    await send(drip);
    vi.advanceTimersByTime(bodyIdleMillis - 1);
  }
  socket.write('!');
  while (!seen().includes('\r\n\r\n')) await moment();
  expect(seen()).toContain('HTTP/1.1 200');
  socket.destroy();
});
