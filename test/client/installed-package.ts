import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll } from 'vitest';
import { clientPackage } from '../../build/client-package.ts';
import { root } from '../../build/functions.ts';

export const run = promisify(execFile);

/** A folder in which the package is installed as it is published. Each test file has its own. */
export const installed = {
  home: '',
  /** The folder of the package. */
  folder: '',
  modules: new Map() as Awaited<ReturnType<typeof clientPackage>>,
};

beforeAll(async () => {
  installed.home = await mkdtemp(path.join(tmpdir(), 'signet-client-'));
  installed.folder = path.join(installed.home, 'node_modules', '@signet-images', 'client');
  installed.modules = await clientPackage(installed.folder);
});

afterAll(() => rm(installed.home, { recursive: true, force: true }));

const compiler = path.join(root, 'node_modules', 'typescript', 'bin', 'tsc');
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
