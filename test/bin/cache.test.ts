import { execFile } from 'node:child_process';
import {
  chmod,
  chown,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rename,
  rm,
  stat,
  symlink,
  utimes,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { addFolder, cacheFolders, findFolder } from '../../bin/cache.js';

let home = '';
let cache = '';
beforeEach(async () => {
  home = await mkdtemp(path.join(tmpdir(), 'signet-cache-'));
  cache = path.join(home, 'cache');
});
afterEach(() => rm(home, { recursive: true, force: true }));

const prefix = 'program-key-';

/** Adds a folder with a module and a part of it. */
const add = (text = 'good'): Promise<string> =>
  addFolder([cache], prefix, async (folder: string) => {
    await writeFile(path.join(folder, 'main.mjs'), text);
    await mkdir(path.join(folder, 'parts'));
    await writeFile(path.join(folder, 'parts', 'one.mjs'), 'part');
  });
const find = (): string | undefined => findFolder([cache], prefix);

describe('a folder of the cache', () => {
  it('is found after it was added, with what was written', async () => {
    const added = await add();
    expect(find()).toBe(added);
    expect(await readFile(path.join(added, 'main.mjs'), 'utf8')).toBe('good');
  });

  it('is not found under another key', async () => {
    await add();
    expect(findFolder([cache], 'program-other-')).toBeUndefined();
  });

  it('is not there at all if it could not be filled', async () => {
    const failing = addFolder([cache], prefix, () => Promise.reject(new Error('broken')));
    await expect(failing).rejects.toThrow('broken');
    expect(await readdir(cache)).toEqual([]);
  });

  it('is its own for each of many starts at the same time', async () => {
    const added = await Promise.all(Array.from({ length: 8 }, () => add()));
    expect(new Set(added).size).toBe(8);
    expect(added).toContain(find());
  });

  it('is deleted a day later, when another is added', async () => {
    const [old, recent] = [await add(), await add()];
    const twoDaysAgo = Date.now() / 1_000 - 172_800;
    await utimes(old, twoDaysAgo, twoDaysAgo);
    const added = await add();
    const names = [recent, added].map((folder) => path.basename(folder));
    expect((await readdir(cache)).toSorted()).toEqual(names.toSorted());
  });
});

describe('a damaged folder', () => {
  it.each([
    ['an empty file', (folder: string) => writeFile(path.join(folder, 'main.mjs'), '')],
    ['another content', (folder: string) => writeFile(path.join(folder, 'main.mjs'), 'evil')],
    ['a missing part', (folder: string) => rm(path.join(folder, 'parts', 'one.mjs'))],
    ['half a list', (folder: string) => writeFile(path.join(folder, 'seal.json'), '{"main')],
    ['no list', (folder: string) => rm(path.join(folder, 'seal.json'))],
  ])('with %s is passed over, and another is added beside it', async (_what, damage) => {
    const added = await add();
    await damage(added);
    expect(find()).toBeUndefined();
    const again = await add();
    expect(find()).toBe(again);
  });
});

describe('a folder that somebody else could have written', () => {
  const writableByAll = (folder: string) => chmod(folder, 0o777);
  const linked = async (folder: string) => {
    const real = path.join(home, 'real');
    await rename(folder, real);
    await symlink(real, folder);
  };

  it.each([
    ['every user can write it', writableByAll],
    ['its group can write it', (folder: string) => chmod(folder, 0o775)],
    ['it is a link', linked],
  ])('is not run: %s', async (_what, change) => {
    await change(await add());
    expect(find()).toBeUndefined();
  });

  it.each([
    ['every user can write it', writableByAll],
    ['it is a link', linked],
  ])('is not run in a cache where %s', async (_what, change) => {
    await add();
    await change(cache);
    expect(find()).toBeUndefined();
  });

  it.runIf(process.getuid?.() === 0)('is not run if another user owns it', async () => {
    const added = await add();
    await chown(added, 65_534, 65_534);
    expect(find()).toBeUndefined();
    await chown(added, 0, 0);
    await chown(cache, 65_534, 65_534);
    expect(find()).toBeUndefined();
  });

  it('cannot be written under any umask', async () => {
    const before = process.umask(0);
    try {
      const added = await add();
      const entries = await readdir(added, { recursive: true });
      const modes = entries.map(async (name) => (await stat(path.join(added, name))).mode & 0o022);
      expect(await Promise.all(modes)).toEqual(entries.map(() => 0));
    } finally {
      process.umask(before);
    }
  });
});

describe('the caches', () => {
  it('are beside the packages, then that of the user, and never the shared temporary folder', async () => {
    await mkdir(path.join(home, 'node_modules'));
    expect(cacheFolders(home)[0]).toBe(path.join(home, 'node_modules', '.cache', 'signet'));
    expect(cacheFolders(path.join(home, 'none'))).toHaveLength(1);
    expect(cacheFolders(home)).not.toContain(path.join(tmpdir(), 'signet'));
  });

  it('are tried in order until one can be written', async () => {
    await writeFile(path.join(home, 'file'), '');
    const closed = path.join(home, 'file', 'cache');
    const added = await addFolder([closed, cache], prefix, async () => undefined);
    expect(path.dirname(added)).toBe(cache);
    expect(findFolder([closed, cache], prefix)).toBe(added);
  });

  it('are replaced by a folder for one run if none can be written', async () => {
    const module = new URL('../../bin/cache.js', import.meta.url).href;
    const program = `
      import { existsSync } from 'node:fs';
      import { addFolder } from ${JSON.stringify(module)};
      const folder = await addFolder([], 'key-', async () => undefined);
      console.log(existsSync(folder), folder);`;
    const words = ['--input-type=module', '--eval', program];
    const { stdout } = await promisify(execFile)(process.execPath, words, {
      env: { ...process.env, TMPDIR: home },
    });
    expect(stdout).toMatch(new RegExp(`^true ${home}/signet-`));
    expect(await readdir(home)).toEqual([]);
  });
});
