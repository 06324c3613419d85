import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type LineProcess, startLineProcess } from '../../../bench/line-process.ts';
import { draw, quartered } from '../../render/rendering.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'signet-bench-'));
const file = (name: string): string => path.join(folder, name);
let service: LineProcess;
let source: Buffer;

beforeAll(async () => {
  source = await quartered(40, 30, ['red', 'green', 'blue', 'yellow']).png().toBuffer();
  writeFileSync(file('source.png'), source);
  const program = new URL('../../../bench/pictures/signet-process.ts', import.meta.url);
  const args = ['--import', 'tsx', fileURLToPath(program)];
  service = startLineProcess(process.execPath, args);
});
afterAll(() => {
  service.stop();
  rmSync(folder, { recursive: true });
});

it.each([
  [{ type: 'auto' }, 'resize,w_20__op__format,f_avif'],
  [{ type: 'jpg', quality: 60 }, 'resize,w_20__op__quality,q_60__op__format,f_jpg'],
])('what is measured as %j is what the renderer draws', async (how, recipe) => {
  const job = { source: file('source.png'), out: file('out'), width: 20, ...how };
  const { bytes } = await draw(source, recipe);
  const drawn = await service.ask(job);
  expect(drawn).toMatchObject({ bytes: bytes.length, cpu: expect.any(Number) });
  expect(readFileSync(file('out'))).toEqual(Buffer.from(bytes));
});

it('a source that is no image is named', async () => {
  writeFileSync(file('text'), 'text');
  const job = { source: file('text'), out: file('out'), width: 20, type: 'auto' };
  await expect(service.ask(job)).rejects.toThrow(`${file('text')} is no image`);
});
