import { existsSync } from 'node:fs';
import { mkdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type { BuildOptions, Plugin } from 'esbuild';
import type { EdgeConfig } from '../edge/config.ts';
import type { SourceEntries } from '../shared/policy/source-entries.ts';

/** The root folder of the checkout. */
export const root = fileURLToPath(new URL('..', import.meta.url));

/** The configurations that are compiled into the two edge functions. */
export type EdgeConfigs = {
  readonly viewerRequest: EdgeConfig;
  readonly originResponse: EdgeConfig;
};

/** The configurations of all functions that have one. */
export type FunctionConfigs = EdgeConfigs & {
  readonly purge: { readonly sources: SourceEntries };
};

/** The paths of the bundles. */
export type BundledFunctions = {
  readonly viewerRequest: string;
  readonly originResponse: string;
};

/** Some SDK modules are CommonJS and call `require`, which an ES module does not have. */
const requireShim =
  "import { createRequire as signetRequire } from 'node:module';" +
  'const require = signetRequire(import.meta.url);';

/** The SDK imports its package.json files only for their versions; the rest is 8 KB in each function. */
const packageVersions: Plugin = {
  name: 'package-versions',
  setup({ onLoad }) {
    onLoad({ filter: /node_modules[\\/].*[\\/]package\.json$/ }, async (file) => {
      const { version } = JSON.parse(await readFile(file.path, 'utf8'));
      return { contents: JSON.stringify({ version }), loader: 'json' };
    });
  },
};

/** An ES module, and the files that it was made from, as paths relative to the checkout. */
export type Module = { readonly code: Uint8Array; readonly inputs: readonly string[] };

/** What all bundles have in common. Their output depends neither on the path of the checkout nor on the version of Node. */
const commonOptions = {
  absWorkingDir: root,
  bundle: true,
  minify: true,
  platform: 'node',
  target: 'node20',
  format: 'esm',
  mainFields: ['module', 'main'],
  // sharp has a native library, which is deployed next to the bundle. esbuild has a program.
  external: ['sharp', 'esbuild'],
  banner: { js: requireShim },
  legalComments: 'none',
  logLevel: 'warning',
  metafile: true,
  // The caller writes the files: esbuild would report a full disk as an error in the code.
  write: false,
} as const satisfies BuildOptions;

/**
 * Every client of the SDK imports all ways to find credentials, and clients of the services that give them:
 * 108 to 132 kB in each function. Lambda puts credentials into the environment, so functions get that way
 * alone.
 */
const replacedPackages = {
  '@aws-sdk/credential-provider-node': './shared/adapters/lambda-credentials.ts',
} as const;

/**
 * Bundles the code of a function into one ES module for Node 20. `entry` is a path relative to the checkout, or an
 * absolute path. Throws esbuild's errors.
 */
export async function bundleFunction(entry: string): Promise<Module> {
  // Loaded when it is needed, because the published package has no bundler.
  const { build } = await import('esbuild');
  const { outputFiles, metafile } = await build({
    ...commonOptions,
    entryPoints: [entry],
    plugins: [packageVersions],
    alias: replacedPackages,
  });
  const [output] = outputFiles;
  if (output === undefined) throw new Error(`esbuild produced no output for ${entry}`);
  return { code: output.contents, inputs: Object.keys(metafile.inputs) };
}

/** A program as ES modules in one folder, and the files that they were made from. */
export type Program = {
  readonly files: readonly { readonly name: string; readonly code: Uint8Array }[];
  readonly inputs: readonly string[];
};

/**
 * Bundles a program for Node 20: its entry `main`, and modules of what it imports only when it is used, such as the
 * clients of AWS. Throws esbuild's errors.
 */
export async function bundleProgram(
  entry: string,
  { plugins, extension }: { readonly plugins: Plugin[]; readonly extension: '.js' | '.mjs' },
): Promise<Program> {
  const { build } = await import('esbuild');
  const outdir = path.join(root, 'dist');
  const { outputFiles, metafile } = await build({
    ...commonOptions,
    entryPoints: { main: entry },
    plugins: [packageVersions, ...plugins],
    splitting: true,
    // The error has the same message, and whoever starts a program prints it.
    logLevel: 'silent',
    outdir,
    outExtension: { '.js': extension },
  });
  const files = outputFiles.map((file) => ({
    name: path.relative(outdir, file.path),
    code: file.contents,
  }));
  return { files, inputs: Object.keys(metafile.inputs) };
}

/**
 * Puts the configuration of a function into its first line, and so one bundle serves every installation.
 * Lambda@Edge has no environment variables, and those of other functions have room for 4 KB.
 */
function withConfig(code: Uint8Array, config: object | undefined): Uint8Array {
  if (config === undefined) return code;
  return Buffer.concat([Buffer.from(`const SIGNET_CONFIG=${JSON.stringify(config)};\n`), code]);
}

/** The code of a function, with its configuration if it has one. */
export async function bundle(entry: string, config?: object): Promise<Uint8Array> {
  const { code } = await bundleFunction(entry);
  return withConfig(code, config);
}

/** The entry of the process that draws, and its name next to the bundle of origin-response. */
export const drawingProcess = { entry: 'render/draw-process.ts', file: 'draw.mjs' } as const;

/** The entries of the functions that the local stack runs. */
export const localEntries = [
  'edge/viewer-request.ts',
  'edge/origin-response.ts',
  drawingProcess.entry,
] as const;
type LocalEntry = (typeof localEntries)[number];

/** The file of a function in a folder of prebuilt functions. */
export const prebuiltFile = (entry: LocalEntry): string => `${path.basename(entry, '.ts')}.mjs`;

/** Reads the code of a function from a folder of prebuilt functions, or bundles it if there is none. */
const codeOf = (entry: LocalEntry, prebuilt: string | undefined): Promise<Uint8Array> =>
  prebuilt === undefined ? bundle(entry) : readFile(path.join(prebuilt, prebuiltFile(entry)));

async function writeCode(
  file: string,
  reading: Promise<Uint8Array>,
  config?: EdgeConfig,
): Promise<void> {
  const code = await reading;
  await mkdir(path.dirname(file), { recursive: true });
  await writeFile(file, withConfig(code, config));
}

/** The folder of packages in which Node finds sharp from here. */
function packagesFolder(): string {
  const folders = createRequire(import.meta.url).resolve.paths('sharp') ?? [];
  const found = folders.find((folder) => existsSync(path.join(folder, 'sharp')));
  if (found === undefined) throw new Error('sharp is not installed; run: npm ci');
  return found;
}

/** Links the packages next to the bundle, where Node looks for sharp. */
async function linkPackages(folder: string): Promise<void> {
  const link = path.join(folder, 'node_modules');
  await rm(link, { recursive: true, force: true });
  await symlink(packagesFolder(), link, 'junction');
}

/**
 * Writes both edge functions with their configurations, as they are deployed, each into its own folder;
 * origin-response with the process that draws for it. `prebuilt` is a folder with their code; without it
 * they are bundled from the sources. Returns their paths.
 */
export async function bundleFunctions(
  folder: string,
  configs: EdgeConfigs,
  prebuilt?: string,
): Promise<BundledFunctions> {
  const viewerRequest = path.join(folder, 'viewer-request', 'index.mjs');
  const originResponse = path.join(folder, 'origin-response', 'index.mjs');
  const draw = path.join(path.dirname(originResponse), drawingProcess.file);
  await mkdir(path.dirname(originResponse), { recursive: true });
  await linkPackages(path.dirname(originResponse));
  const code = (entry: LocalEntry) => codeOf(entry, prebuilt);
  await Promise.all([
    writeCode(viewerRequest, code('edge/viewer-request.ts'), configs.viewerRequest),
    writeCode(originResponse, code('edge/origin-response.ts'), configs.originResponse),
    writeCode(draw, code(drawingProcess.entry)),
  ]);
  return { viewerRequest, originResponse };
}
