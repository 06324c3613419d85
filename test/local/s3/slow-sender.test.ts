import { readdir } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import {
  bucket,
  errorCode,
  owner,
  type Running,
  sendRaw,
  signedRequest,
  signerFor,
  startEmbedded,
} from './embedded-s3.ts';

vi.mock('../../../local/s3/limits.ts', async (original) => ({
  ...(await original<typeof import('../../../local/s3/limits.ts')>()),
  bodyIdleMillis: 150,
}));

let embedded: Running;
beforeAll(async () => {
  embedded = await startEmbedded();
});
afterAll(() => embedded.discard());

it('a body that falls silent is answered RequestTimeout and leaves nothing', async () => {
  const { port } = embedded;
  const path = `/${bucket}/slow`;
  const host = `127.0.0.1:${port}`;
  const headers = { host, 'x-amz-content-sha256': 'UNSIGNED-PAYLOAD', 'content-length': '1000' };
  const target = { method: 'PUT', protocol: 'http:', hostname: '127.0.0.1', port, path, query: {} };
  const signed = await signerFor(owner).sign({ ...target, headers });
  const lines = Object.entries(signed.headers).map(([name, value]) => `${name}: ${value}\r\n`);
  const bytes = `PUT ${path} HTTP/1.1\r\n${lines.join('')}\r\nonly the beginning`;
  const answer = await sendRaw(port, bytes, 1_000);
  expect(answer).toContain('HTTP/1.1 400');
  expect(answer).toContain('<Code>RequestTimeout</Code>');
  expect(await readdir(join(embedded.folder, 'incoming'))).toEqual([]);
  expect(errorCode(await signedRequest({ ...embedded, path }))).toBe('NoSuchKey');
});

it('a body sent in drips, each within its time, is taken', async () => {
  const { port } = embedded;
  const path = `/${bucket}/drips`;
  const host = `127.0.0.1:${port}`;
  const headers = { host, 'x-amz-content-sha256': 'UNSIGNED-PAYLOAD', 'content-length': '6' };
  const target = { method: 'PUT', protocol: 'http:', hostname: '127.0.0.1', port, path, query: {} };
  const signed = await signerFor(owner).sign({ ...target, headers });
  const lines = Object.entries(signed.headers).map(([name, value]) => `${name}: ${value}\r\n`);
  const socket = connect(port, '127.0.0.1');
  socket.write(`PUT ${path} HTTP/1.1\r\n${lines.join('')}\r\n`);
  const answer = new Promise<string>((resolve) => {
    socket.once('data', (chunk) => resolve(chunk.toString()));
  });
  for (const drip of 'drips!') {
    await new Promise((resolve) => setTimeout(resolve, 50));
    socket.write(drip);
  }
  expect(await answer).toContain('HTTP/1.1 200');
  socket.destroy();
});
