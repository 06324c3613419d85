import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type HostileSource, hostileSources, soundImages } from './hostile-sources.ts';

type Ended = {
  readonly index: number;
  readonly end: string;
  /** Of the process since it has rendered one sound image; it never shrinks. */
  readonly grownMb: number;
};
type Worked = {
  readonly index: number;
  /** Of the processor; it says something only beside another's. */
  readonly work: number;
};

/** An honest photograph of 12 megapixels: anybody may have one like it rendered. */
const photograph = fileURLToPath(
  new URL('../../local/demo/samples/observatory.jpg', import.meta.url),
);
const script = fileURLToPath(new URL('./hostile-child.ts', import.meta.url));
const sources = await hostileSources();
let folder = '';
let rendered: readonly Ended[] = [];
let worked: readonly Worked[] = [];
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
  // Last, because its pixels would hide what the others make the process grow by.
  files.push(photograph);
  const child = spawn(process.execPath, ['--import', 'tsx', script, ...files], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let output = '';
  child.stdout.on('data', (chunk: Buffer) => {
    output += chunk.toString();
  });
  exit = await once(child, 'close');
  const lines = output.split('\n').filter((line) => line !== '');
  const read = lines.map((line) => JSON.parse(line) as Ended | Worked);
  rendered = read.filter((one) => 'end' in one);
  worked = read.filter((one) => 'work' in one);
}

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'signet-hostile-'));
  await measure(sources);
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const photographAt = sources.length + 1;
const endsOf = (file: number) =>
  rendered.filter(({ index }) => index === file).map(({ end }) => end);
const worksOf = (file: number) =>
  worked.filter(({ index }) => index === file).map(({ work }) => work);

describe('a hostile source, rendered as it is and resized', () => {
  it.each(sources.map((source, index) => ({ ...source, index })))(
    '$name: $ends, for less work than two photographs',
    ({ index, ends }) => {
      expect(endsOf(index + 1)).toHaveLength(2);
      for (const end of endsOf(index + 1)) expect(ends).toContain(end);
      expect(worksOf(index + 1)).toHaveLength(2);
      const photographed = Math.max(...worksOf(photographAt));
      expect(Math.max(...worksOf(index + 1)) / photographed).toBeLessThan(2);
    },
  );

  it('valid images of the same kinds are rendered, so that refusals are meaningful', () => {
    for (const file of [0, photographAt]) expect(endsOf(file)).toEqual(['rendered', 'rendered']);
  });

  it('all of them together grow the process by less than 64 MB and never crash it', () => {
    expect(exit).toEqual([0, null]);
    const hostile = rendered.filter(({ index }) => index > 0 && index < photographAt);
    expect(Math.max(...hostile.map(({ grownMb }) => grownMb))).toBeLessThan(64);
  });
});
