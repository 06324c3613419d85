import { execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, rm, symlink, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { unzipSync } from 'fflate';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { filesBelow, zipOf } from '../../build/zip.ts';
import { zipEntries } from './zip-entries.ts';

const contents = [
  ['index.mjs', 'export const handler = 1;\n'.repeat(100)],
  ['node_modules/b/index.js', 'b'],
  ['node_modules/a/empty', ''],
  ['a/b', 'a folder'],
  ['a.txt', 'before the folder'],
  ['Ü.txt', 'after all of ASCII'],
] as const;
const files = new Map<string, Buffer>(contents.map(([name, text]) => [name, Buffer.from(text)]));

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'signet-zip-'));
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await rm(folder, { recursive: true, force: true });
});

async function write(below: string, names: readonly string[], time: Date): Promise<string> {
  for (const name of names) {
    const file = path.join(folder, below, name);
    await mkdir(path.dirname(file), { recursive: true });
    await writeFile(file, files.get(name) ?? name);
    await utimes(file, time, time);
  }
  return path.join(folder, below);
}

describe('a zip', () => {
  it('contains the files that it was made from', () => {
    const unzipped = Object.entries(unzipSync(zipOf(files)));
    expect(unzipped.map(([name, bytes]) => [name, Buffer.from(bytes).toString()])).toEqual(
      contents.toSorted(([one], [other]) => (one < other ? -1 : 1)),
    );
  });

  it('compresses', () => {
    expect(zipOf(new Map([['zeros', new Uint8Array(100_000)]])).length).toBeLessThan(500);
  });

  it('has plain files that every user may read and none may execute', () => {
    const entries = zipEntries(zipOf(files));
    expect(entries).toHaveLength(files.size);
    for (const { madeBy, mode } of entries)
      expect({ madeBy, mode }).toEqual({ madeBy: 3, mode: 0o100_644 });
  });

  it('dates them at midnight of the first day that a zip can store', () => {
    const firstDay = (1 << 5) | 1;
    for (const { date, time } of zipEntries(zipOf(files)))
      expect({ date, time }).toEqual({ date: firstDay, time: 0 });
  });

  it('sorts its names', () => {
    const names = zipEntries(zipOf(new Map([...files].toReversed()))).map(({ name }) => name);
    expect(names).toEqual([
      ...['a.txt', 'a/b', 'index.mjs', 'node_modules/a/empty', 'node_modules/b/index.js', 'Ü.txt'],
    ]);
  });

  it.each([
    ['Pacific/Kiritimati', -14 * 60],
    ['America/Los_Angeles', 8 * 60],
  ])(
    'has the same bytes from another folder, with other file times, in the time zone %s',
    async (zone, offset) => {
      const one = await write('one', [...files.keys()], new Date('2001-02-03T04:05:06Z'));
      const names = [...files.keys()].toReversed();
      const other = await write('else/where', names, new Date('2031-12-31T23:59:59Z'));
      const here = Buffer.from(zipOf(await filesBelow(one)));
      vi.stubEnv('TZ', zone);
      expect(new Date('2031-12-31').getTimezoneOffset()).toBe(offset);
      expect(Buffer.from(zipOf(await filesBelow(other))).equals(here)).toBe(true);
    },
  );
});

describe('the files below a folder', () => {
  it('are named by their relative path, and include no folder', async () => {
    const below = await write('one', [...files.keys()], new Date());
    await mkdir(path.join(below, 'empty'));
    const found = await filesBelow(below);
    expect([...found.keys()].toSorted()).toEqual([...files.keys()].toSorted());
    expect(found.get('a.txt')?.toString()).toBe('before the folder');
  });

  it('are only those that are wanted', async () => {
    const below = await write('one', ['a.ts', 'a.js'], new Date());
    await symlink('a.js', path.join(below, 'link.ts'));
    const found = await filesBelow(below, (name) => !name.endsWith('.ts'));
    expect([...found.keys()]).toEqual(['a.js']);
  });

  it.each([
    { to: 'a file', target: 'file' },
    { to: 'a folder', target: 'folder' },
    { to: 'nothing', target: 'gone' },
  ])('may not include a symbolic link to $to', async ({ target }) => {
    const below = await write('one', ['file', 'folder/file'], new Date());
    const link = path.join(below, 'folder', 'link');
    await symlink(path.join(below, target), link);
    await expect(filesBelow(below)).rejects.toThrow(
      `${link} is a symbolic link, which does not work on Lambda; replace it with a copy`,
    );
  });

  it('may not include a pipe', async () => {
    const pipe = path.join(folder, 'pipe');
    execFileSync('mkfifo', [pipe]);
    await expect(filesBelow(folder)).rejects.toThrow(
      `${pipe} is neither a file nor a folder, so it cannot be zipped; remove it`,
    );
  });
});
