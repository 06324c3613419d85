import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type HostileSource, hostileSources, soundImages } from './hostile-sources.ts';

type Measured = {
  readonly index: number;
  readonly recipe: string;
  readonly end: string;
  readonly milliseconds: number;
  /** Of the process since it has rendered one sound image; it never shrinks. */
  readonly grownMb: number;
};

const script = fileURLToPath(new URL('./hostile-child.ts', import.meta.url));
const sources = await hostileSources();
let folder = '';
let measured: readonly Measured[] = [];
let exit: unknown[] = [];

async function write(name: string, bytes: Buffer): Promise<string> {
  const file = path.join(folder, name);
  await writeFile(file, bytes);
  return file;
}

async function measure(all: readonly HostileSource[]): Promise<void> {
  const { png } = await soundImages();
  const files = [await write('sound', png)];
  for (const [index, { bytes }] of all.entries()) files.push(await write(String(index), bytes));
  const child = spawn(process.execPath, ['--import', 'tsx', script, ...files], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let output = '';
  child.stdout.on('data', (chunk: Buffer) => {
    output += chunk.toString();
  });
  exit = await once(child, 'close');
  const lines = output.split('\n').filter((line) => line !== '');
  measured = lines.map((line) => JSON.parse(line) as Measured);
}

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'signet-hostile-'));
  await measure(sources);
}, 60_000);
afterAll(() => rm(folder, { recursive: true, force: true }));

describe('a hostile source, rendered as it is and resized', () => {
  it.each(sources.map((source, index) => ({ ...source, index })))(
    '$name: $ends, in under a second of work',
    ({ index, ends }) => {
      const runs = measured.filter((one) => one.index === index + 1);
      expect(runs).toHaveLength(2);
      for (const { end, milliseconds } of runs) {
        expect(ends).toContain(end);
        expect(milliseconds).toBeLessThan(1_000);
      }
    },
  );

  it('the sound image beside them is rendered, so that a refusal means something', () => {
    expect(measured.filter(({ index }) => index === 0).map(({ end }) => end)).toEqual([
      'rendered',
      'rendered',
    ]);
  });

  it('all of them together grow the process by less than 64 MB and never crash it', () => {
    expect(exit).toEqual([0, null]);
    const hostile = measured.filter(({ index }) => index > 0);
    expect(Math.max(...hostile.map(({ grownMb }) => grownMb))).toBeLessThan(64);
  });
});
