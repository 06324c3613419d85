import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { findImgproxy, startImgproxy } from '../../../bench/peers/imgproxy.ts';

/* Tests run without imgproxy. A program of that name answers with what it was asked, so the way to it is tested. */

const folder = mkdtempSync(path.join(tmpdir(), 'signet-bench-'));
const out = path.join(folder, 'out');

const program = `#!${process.execPath}
if (process.argv[2] === 'version') {
  console.log('9.8.7');
} else {
  const [host, port] = process.env.IMGPROXY_BIND.split(':');
  const answer = ({ url }, response) => {
    response.statusCode = url.includes('missing') ? 404 : 200;
    response.end(url + ' below ' + process.env.IMGPROXY_LOCAL_FILESYSTEM_ROOT);
  };
  require('node:http').createServer(answer).listen(Number(port), host);
}
`;

beforeAll(() => {
  const file = path.join(folder, 'imgproxy');
  writeFileSync(file, program);
  chmodSync(file, 0o755);
});
afterAll(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true });
});

it('imgproxy is measured where it is on the PATH', async () => {
  vi.stubEnv('PATH', '/no/such/folder');
  expect(findImgproxy()).toBeUndefined();
  vi.stubEnv('PATH', folder);
  if (process.platform !== 'linux') return;
  expect(findImgproxy()).toBe('9.8.7');
  const { draw, stop } = await startImgproxy();
  const job = { source: '/a b.jpg', out, width: 40, type: 'auto', quality: 50 } as const;
  const drawn = await draw(job);
  const asked = '/unsafe/rs:fit:40:0/q:50/plain/local:///a%20b.jpg@avif below /';
  expect(readFileSync(out, 'utf8')).toBe(asked);
  expect(drawn.bytes).toBe(asked.length);
  expect(drawn.cpu).toBeGreaterThanOrEqual(0);
  await expect(draw({ ...job, source: '/missing.jpg' })).rejects.toThrow(
    'imgproxy answers 404 for /missing.jpg',
  );
  stop();
});
