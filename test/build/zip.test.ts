import { execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, rm, symlink, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { unzipSync } from 'fflate';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { filesBelow, zipOf } from '../../build/zip.ts';
import { zipEntries } from './zip-entries.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
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
afterEach(() => rm(folder, { recursive: true, force: true }));

async function write(below: string, names: readonly string[], time: Date): Promise<string> {
  for (const name of names) {
    const file = path.join(folder, below, name);
    await mkdir(path.dirname(file), { recursive: true });
    await writeFile(file, files.get(name) ?? name);
    await utimes(file, time, time);
  }
  return path.join(folder, below);
}

/** The zip of a folder, made by another process. */
function zippedIn(zone: string, below: string): Buffer {
  const script = `
    import { filesBelow, zipOf } from './build/zip.ts';
    process.stdout.write(zipOf(await filesBelow(process.argv[1])));
  `;
  const args = ['--import', 'tsx', '--input-type=module', '-e', script, below];
  return execFileSync(process.execPath, args, { cwd: root, env: { ...process.env, TZ: zone } });
}

describe('a zip', () => {
  it('has in it what went in', () => {
    const unzipped = Object.entries(unzipSync(zipOf(files)));
    expect(unzipped.map(([name, bytes]) => [name, Buffer.from(bytes).toString()])).toEqual(
      contents.toSorted(([one], [other]) => (one < other ? -1 : 1)),
    );
  });

  it('compresses', () => {
    expect(zipOf(new Map([['zeros', new Uint8Array(100_000)]])).length).toBeLessThan(500);
  });

  it('has plain files that everybody may read and nobody may run', () => {
    const entries = zipEntries(zipOf(files));
    expect(entries).toHaveLength(files.size);
    for (const { madeBy, mode } of entries)
      expect({ madeBy, mode }).toEqual({ madeBy: 3, mode: 0o100_644 });
  });

  it('dates them from midnight of the first day that a zip can tell', () => {
    const firstDay = (1 << 5) | 1;
    for (const { date, time } of zipEntries(zipOf(files)))
      expect({ date, time }).toEqual({ date: firstDay, time: 0 });
  });

  it('has its names sorted, whatever order they came in', () => {
    const names = zipEntries(zipOf(new Map([...files].toReversed()))).map(({ name }) => name);
    expect(names).toEqual([
      ...['a.txt', 'a/b', 'index.mjs', 'node_modules/a/empty', 'node_modules/b/index.js', 'Ü.txt'],
    ]);
  });

  it.each(['Pacific/Kiritimati', 'America/Los_Angeles'])(
    'has the same bytes from another folder, of files of another time, in %s',
    async (zone) => {
      const one = await write('one', [...files.keys()], new Date('2001-02-03T04:05:06Z'));
      const names = [...files.keys()].toReversed();
      const other = await write('else/where', names, new Date('2031-12-31T23:59:59Z'));
      const here = Buffer.from(zipOf(await filesBelow(one)));
      expect(zippedIn(zone, other).equals(here)).toBe(true);
    },
  );
});

describe('the files below a folder', () => {
  it('are named by the path from there, with no folder among them', async () => {
    const below = await write('one', [...files.keys()], new Date());
    await mkdir(path.join(below, 'empty'));
    const found = await filesBelow(below);
    expect([...found.keys()].toSorted()).toEqual([...files.keys()].toSorted());
    expect(found.get('a.txt')?.toString()).toBe('before the folder');
  });

  it('are those that are wanted', async () => {
    const below = await write('one', ['a.ts', 'a.js'], new Date());
    await symlink('a.js', path.join(below, 'link.ts'));
    const found = await filesBelow(below, (name) => !name.endsWith('.ts'));
    expect([...found.keys()]).toEqual(['a.js']);
  });

  it.each([
    { to: 'a file', target: 'file' },
    { to: 'a folder', target: 'folder' },
    { to: 'nothing', target: 'gone' },
  ])('are refused with a symbolic link to $to among them', async ({ target }) => {
    const below = await write('one', ['file', 'folder/file'], new Date());
    const link = path.join(below, 'folder', 'link');
    await symlink(path.join(below, target), link);
    await expect(filesBelow(below)).rejects.toThrow(
      `${link} is a symbolic link, which does not work on Lambda; replace it with a copy`,
    );
  });

  it('are refused with a pipe among them', async () => {
    const pipe = path.join(folder, 'pipe');
    execFileSync('mkfifo', [pipe]);
    await expect(filesBelow(folder)).rejects.toThrow(
      `${pipe} is neither a file nor a folder, so it cannot be zipped; remove it`,
    );
  });
});
