import { appendFile, mkdtemp, rename, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { followFile } from '../../../operator/logs/follow-file.ts';

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'signet-follow-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

let files = 0;
const freshFile = (): string => {
  files += 1;
  return path.join(folder, `${files}.log`);
};

/** Reads until a read returns nothing, twice: a file that was replaced is opened by the read after. */
async function readAll(followed: ReturnType<typeof followFile>) {
  const lines: string[] = [];
  let skipped = 0;
  for (let quiet = 0; quiet < 2; ) {
    const read = await followed.read();
    lines.push(...read.lines);
    skipped += read.skipped;
    quiet = read.lines.length === 0 ? quiet + 1 : 0;
  }
  return { lines, skipped };
}

describe('a file that is followed', () => {
  it('need not exist yet', async () => {
    const file = freshFile();
    const followed = followFile(file);
    expect(await readAll(followed)).toEqual({ lines: [], skipped: 0 });
    await writeFile(file, 'one\n');
    expect((await readAll(followed)).lines).toEqual(['one']);
    await followed.close();
  });

  it('gives a line when it is whole', async () => {
    const file = freshFile();
    await writeFile(file, 'one\ntw');
    const followed = followFile(file);
    expect((await readAll(followed)).lines).toEqual(['one']);
    await appendFile(file, 'o\nthree\n');
    expect((await readAll(followed)).lines).toEqual(['two', 'three']);
    await followed.close();
  });

  const replacements: readonly (readonly [string, (file: string) => Promise<void>])[] = [
    ['was rotated', (file) => rename(file, `${file}.1`)],
    ['was removed', (file) => rm(file)],
    ['was cut', (file) => truncate(file, 0)],
  ];
  it.each(replacements)('goes on at its beginning after it %s', async (_what, replace) => {
    const file = freshFile();
    await writeFile(file, 'a long first line\n');
    const followed = followFile(file);
    await readAll(followed);
    await appendFile(file, 'last of the old\n');
    expect((await readAll(followed)).lines).toEqual(['last of the old']);
    await replace(file);
    await readAll(followed);
    await writeFile(file, 'new\n');
    expect((await readAll(followed)).lines).toEqual(['new']);
    await followed.close();
  });

  it('begins near its end, with the names of its columns', async () => {
    const file = freshFile();
    await writeFile(file, `#Fields: a b\n${'0123456789\n'.repeat(100_000)}last\n`);
    const { lines, skipped } = await readAll(followFile(file));
    expect([lines[0], lines.at(-1), skipped]).toEqual(['#Fields: a b', 'last', 0]);
    expect(lines.length).toBeLessThan(30_000);
    expect(new Set(lines.slice(1, -1))).toEqual(new Set(['0123456789']));
  });

  it('passes over what comes faster than it is read, and says how much', async () => {
    const file = freshFile();
    await writeFile(file, 'first\n');
    const followed = followFile(file);
    await readAll(followed);
    await appendFile(file, `${'0123456789\n'.repeat(900_000)}last\n`);
    const { lines, skipped } = await readAll(followed);
    expect(lines.at(-1)).toBe('last');
    expect(skipped).toBeGreaterThan(9_000_000);
    expect(lines.every((line) => line === 'last' || line === '0123456789')).toBe(true);
    await followed.close();
  });

  it('leaves out a line of any length without holding it', async () => {
    const file = freshFile();
    await writeFile(file, `${'x'.repeat(200_000)}\nnext\n`);
    expect((await readAll(followFile(file))).lines).toEqual(['next']);
  });
});
