import { execFile } from 'node:child_process';
import { cp, lstat, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { root } from './functions.ts';

/** What is installed: the packages that run, or also those that build, test and deploy. */
export type Install = 'production' | 'all';

const flags: Readonly<Record<Install, readonly string[]>> = {
  production: ['--omit=dev'],
  all: [],
};

/** The most that an installation on Linux x64 may have, in bytes. Every larger package needs a reason. */
export const installLimits: Readonly<Record<Install, number>> = {
  production: 80_000_000,
  all: 480_000_000,
};

/** The blocks of most file systems, in bytes. Packages have thousands of small files, and each fills a block. */
const blockBytes = 4_096;

/** The bytes that the files of a folder take up in blocks of 4 kB, about what `du` shows. */
async function bytesOf(folder: string): Promise<number> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile());
  const sizes = files.map(async ({ parentPath, name }) => lstat(path.join(parentPath, name)));
  return (await Promise.all(sizes)).reduce(
    (sum, { size }) => sum + Math.ceil(size / blockBytes) * blockBytes,
    0,
  );
}

/** Installs the locked packages into an empty folder, and returns their bytes. Throws npm's failure. */
export async function measureInstall(install: Install): Promise<number> {
  const folder = await mkdtemp(path.join(tmpdir(), 'signet-install-'));
  try {
    for (const file of ['package.json', 'package-lock.json', '.npmrc'])
      await cp(path.join(root, file), path.join(folder, file));
    await promisify(execFile)('npm', ['ci', ...flags[install]], { cwd: folder });
    return await bytesOf(path.join(folder, 'node_modules'));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
