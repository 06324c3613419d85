import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { cp, mkdir, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, inject } from 'vitest';
import { type Entry, entries } from '../../build/client-bundle.ts';
import { clientPackage } from '../../build/client-package.ts';
import { root } from '../../build/functions.ts';

export const run = promisify(execFile);

/** A folder in which the package is installed as it is published. Each test file has its own. */
export const installed = {
  home: '',
  /** The folder of the package. */
  folder: '',
  modules: new Map<Entry, Uint8Array>(),
};

/** Builds the package, unless another test file builds it or has built it. Returns its folder. */
async function sharedPackage(): Promise<string> {
  const shared = inject('sharedPackage');
  const built = path.join(shared, 'package');
  const lock = path.join(shared, 'lock');
  while (!existsSync(built)) {
    const isFirst = await mkdir(lock).then(
      () => true,
      () => false,
    );
    if (isFirst && !existsSync(built)) await buildInto(built, lock);
    else await new Promise((resolve) => setTimeout(resolve, 20));
  }
  return built;
}

async function buildInto(built: string, lock: string): Promise<void> {
  const folder = path.join(lock, 'package');
  try {
    await clientPackage(folder);
    // Other files wait for this name, so it must not exist before the package is complete.
    await rename(folder, built);
  } finally {
    await rm(lock, { recursive: true, force: true });
  }
}

beforeAll(async () => {
  installed.home = await mkdtemp(path.join(tmpdir(), 'signet-client-'));
  installed.folder = path.join(installed.home, 'node_modules', '@signet-images', 'client');
  await cp(await sharedPackage(), installed.folder, { recursive: true });
  for (const entry of entries)
    installed.modules.set(entry, await readFile(path.join(installed.folder, `${entry}.js`)));
});

afterAll(() => rm(installed.home, { recursive: true, force: true }));

const compiler = path.join(root, 'node_modules', 'typescript-compiler', 'bin', 'tsc');
const strictOptions = {
  ...{ target: 'es2022', lib: ['es2022'], noEmit: true, skipLibCheck: false },
  ...{ strict: true, exactOptionalPropertyTypes: true },
};

/** Compiles modules in a project in which the package is installed. Returns the compiler's output. */
export async function compilerOutput(
  name: string,
  options: object,
  ...sources: readonly string[]
): Promise<string> {
  const project = path.join(installed.home, name);
  await mkdir(project, { recursive: true });
  const write = (file: string, text: string) => writeFile(path.join(project, file), text);
  const files = sources.map((_, at) => `app-${at}.ts`);
  await Promise.all(sources.map((source, at) => write(`app-${at}.ts`, source)));
  await write('package.json', '{"type":"module"}');
  const compilerOptions = { ...strictOptions, ...options };
  await write('tsconfig.json', JSON.stringify({ compilerOptions, files }));
  const compiling = run(process.execPath, [compiler, '-p', project]);
  return compiling.then(
    ({ stdout }) => stdout,
    (failed: { readonly stdout: string }) => failed.stdout,
  );
}
