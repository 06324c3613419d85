import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, readdir, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sourceFolders } from '../../bin/source-key.js';
import { root } from '../../build/functions.ts';
import type { Ran } from '../cli/signet.ts';

let folder = '';
let checkout = '';
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'signet-program-'));
  checkout = path.join(folder, 'checkout');
  await mkdir(path.join(folder, 'shared'));
  for (const name of [...sourceFolders.signet, 'package.json'])
    await cp(path.join(root, name), path.join(checkout, name), { recursive: true });
});
afterAll(() => rm(folder, { recursive: true, force: true }));

function run(...words: readonly string[]): Promise<Ran> {
  const program = path.join(checkout, 'bin', 'signet.js');
  const env = {
    ...process.env,
    XDG_CACHE_HOME: path.join(folder, 'own'),
    TMPDIR: path.join(folder, 'shared'),
  };
  return new Promise((resolve) => {
    const child = execFile(
      process.execPath,
      [program, ...words],
      { env },
      (_error, stdout, stderr) => resolve({ code: child.exitCode, stdout, stderr }),
    );
  });
}

const cache = (): string => path.join(checkout, 'node_modules', '.cache', 'signet');

describe('a checkout without packages', () => {
  it('says what to type', async () => {
    const message = 'a package is missing; run: npm ci';
    expect(await run('--version')).toEqual({ code: 1, stdout: '', stderr: `signet: ${message}\n` });
    const { stderr } = await run('tenant', 'list', '--json');
    expect(JSON.parse(stderr)).toEqual({ error: 'internal', message });
  });
});

describe('a checkout with packages', () => {
  beforeAll(async () => {
    const packages = path.join(checkout, 'node_modules');
    await mkdir(packages);
    for (const name of await readdir(path.join(root, 'node_modules')))
      if (!name.startsWith('.'))
        await symlink(path.join(root, 'node_modules', name), path.join(packages, name));
  });

  it('bundles a program at its first start, and only then', async () => {
    const runs = [await run('--version'), await run('--version')];
    expect(runs.map(({ code, stderr }) => ({ code, stderr }))).toEqual([
      { code: 0, stderr: '' },
      { code: 0, stderr: '' },
    ]);
    expect(await readdir(cache())).toHaveLength(1);
  });

  it('neither reads nor writes the temporary folder that all users share', async () => {
    expect(await readdir(path.join(folder, 'shared'))).toEqual([]);
  });

  it('runs a source that has changed, and says in which line it is wrong, without a stack trace', async () => {
    const main = path.join(checkout, 'cli', 'main.ts');
    await writeFile(main, "process.stdout.write('changed\\n');\n");
    expect(await run('--version')).toEqual({ code: 0, stdout: 'changed\n', stderr: '' });
    expect(await readdir(cache())).toHaveLength(2);
    await writeFile(main, "process.stdout.write('changed';\n");
    const { code, stderr } = await run('--version');
    expect(code).toBe(1);
    expect(stderr).toMatch(/^signet: the program could not be built: .*\ncli\/main\.ts:1:/);
    expect(stderr).not.toMatch(/^\s+at /m);
  });
});
