import { cp, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { Plugin } from 'esbuild';
import { bundlePage } from './console-page.ts';
import { bundleFunction, bundleProgram, localEntries, prebuiltFile, root } from './functions.ts';
import { licencesOf } from './licences.ts';
import { publishedManifest } from './npm-package.ts';

/*
 * The package of the command line. It holds the commands and the stack on one machine as bundled programs,
 * and the code of the functions, so that its user needs no bundler. Only sharp is left to npm, because its
 * libraries differ between platforms.
 */

/** The folders of the programs by their entries. They find their files at the same relative paths. */
const bundled = {
  'cli/main.ts': 'cli',
  'local/main.ts': 'local',
  'console/main.ts': 'console',
} as const;

/** Files and folders that the modules read. */
const copied = {
  LICENSE: 'LICENSE',
  'cli/README.md': 'README.md',
  'local/demo/samples': 'local/samples',
  'local/cloudfront/functions/container.mjs': 'local/container.mjs',
} as const;

/** Messages that say how to start the stack in a checkout say how to start it with the package. */
const nameStartCommand: Plugin = {
  name: 'start command',
  setup: ({ onLoad }) =>
    onLoad({ filter: /[\\/](?:cli|console|operator|local)[\\/].*\.tsx?$/ }, async (file) => {
      const source = await readFile(file.path, 'utf8');
      const contents = source.replaceAll('npm start', 'npx signet-start');
      return { contents, loader: file.path.endsWith('x') ? 'tsx' : 'ts' };
    }),
};

/** A program of the package. State in its own folder would be lost when npm replaces the package. */
const program = (module: string): string => `#!/usr/bin/env node
import { homedir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= 'true';
process.env.SIGNET_HOME ||= join(homedir(), '.signet');
process.env.SIGNET_FUNCTIONS = fileURLToPath(new URL('../functions', import.meta.url));
process.env.SIGNET_CONSOLE ||= fileURLToPath(new URL('console.js', import.meta.url));
process.env.SIGNET_CONSOLE_PAGE = fileURLToPath(new URL('../console/page', import.meta.url));

await import('../${module}');
`;

const programs = {
  'bin/signet.js': 'cli/main.js',
  'bin/start.js': 'local/main.js',
  'bin/console.js': 'console/main.js',
} as const;

async function writeBelow(
  folder: string,
  name: string,
  content: string | Uint8Array,
  mode = 0o644,
): Promise<void> {
  const file = path.join(folder, name);
  await mkdir(path.dirname(file), { recursive: true });
  await writeFile(file, content, { mode });
}

/** Writes a program into a folder of the package. Returns the files that it was made from. */
async function writeProgram(folder: string, entry: string): Promise<readonly string[]> {
  const { files, inputs } = await bundleProgram(entry, {
    plugins: [nameStartCommand],
    extension: '.js',
  });
  for (const { name, code } of files) await writeBelow(folder, name, code);
  return inputs;
}

/** Writes the programs, the page of the console and the functions. Returns the files that they were made from. */
async function writeModules(folder: string): Promise<readonly string[]> {
  const writtenPrograms = Object.entries(bundled).map(([entry, name]) =>
    writeProgram(path.join(folder, name), entry),
  );
  const writtenFunctions = localEntries.map(async (entry) => {
    const { code, inputs } = await bundleFunction(entry);
    await writeBelow(folder, `functions/${prebuiltFile(entry)}`, code);
    return inputs;
  });
  const writtenPage = bundlePage([nameStartCommand]).then(async ({ files, inputs }) => {
    for (const { name, code } of files) await writeBelow(folder, `console/page/${name}`, code);
    return inputs;
  });
  return (await Promise.all([...writtenPrograms, ...writtenFunctions, writtenPage])).flat();
}

/** Builds the package to publish. Empties the folder first. Throws if it cannot be built. */
export async function cliPackage(folder: string): Promise<void> {
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  const inputs = await writeModules(folder);
  await writeBelow(folder, 'THIRD-PARTY-LICENSES.txt', await licencesOf(inputs));
  for (const [name, module] of Object.entries(programs))
    await writeBelow(folder, name, program(module), 0o755);
  for (const [from, to] of Object.entries(copied))
    await cp(path.join(root, from), path.join(folder, to), { recursive: true });
  await writeBelow(folder, 'package.json', await publishedManifest('cli'));
}
