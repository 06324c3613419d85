import { mkdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { build, type Plugin } from 'esbuild';
import type { EdgeConfig } from '../edge/config.ts';

/** The root folder of the checkout. */
export const root = fileURLToPath(new URL('..', import.meta.url));

/** The configurations that are compiled into the two edge functions. */
export type EdgeConfigs = {
  readonly viewerRequest: EdgeConfig;
  readonly originResponse: EdgeConfig;
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

/**
 * Every client of the SDK imports all ways to find credentials, and clients of the services that give them:
 * 108 to 132 kB in each function. Lambda puts credentials into the environment, so functions get that way
 * alone.
 */
const replacedPackages = {
  '@aws-sdk/credential-provider-node': './shared/adapters/lambda-credentials.ts',
} as const;

/**
 * Bundles an entry and its imports into one ES module. `entry` is a path relative to the checkout, or an
 * absolute path. Lambda@Edge has no environment variables, so the configuration of an edge function is
 * compiled in; other functions get none. The output does not depend on the path of the checkout or the
 * version of Node. Throws esbuild's errors.
 */
export async function bundle(entry: string, config?: EdgeConfig): Promise<Uint8Array> {
  const { outputFiles } = await build({
    absWorkingDir: root,
    entryPoints: [entry],
    bundle: true,
    minify: true,
    platform: 'node',
    target: 'node20',
    format: 'esm',
    mainFields: ['module', 'main'],
    // sharp has a native library, which is deployed next to the bundle.
    external: ['sharp'],
    banner: { js: requireShim },
    plugins: [packageVersions],
    alias: replacedPackages,
    define: config === undefined ? {} : { SIGNET_CONFIG: JSON.stringify(config) },
    legalComments: 'none',
    logLevel: 'warning',
    // The caller writes the file: esbuild would report a full disk as an error in the code.
    write: false,
  });
  const [output] = outputFiles;
  if (output === undefined) throw new Error(`esbuild produced no output for ${entry}`);
  return output.contents;
}

/** The entry of the process that draws, and its name next to the bundle of origin-response. */
export const drawingProcess = { entry: 'render/draw-process.ts', file: 'draw.mjs' } as const;

async function writeBundle(entry: string, outfile: string, config?: EdgeConfig): Promise<void> {
  const code = await bundle(entry, config);
  await mkdir(path.dirname(outfile), { recursive: true });
  await writeFile(outfile, code);
}

/** Links `node_modules` next to the bundle, where Node looks for sharp. */
async function linkPackages(folder: string): Promise<void> {
  const link = path.join(folder, 'node_modules');
  await rm(link, { recursive: true, force: true });
  await symlink(path.join(root, 'node_modules'), link, 'junction');
}

/**
 * Bundles both edge functions with their configurations, as they are deployed, each into its own folder;
 * origin-response with the process that draws for it.
 * Returns their paths.
 */
export async function bundleFunctions(
  folder: string,
  configs: EdgeConfigs,
): Promise<BundledFunctions> {
  const viewerRequest = path.join(folder, 'viewer-request', 'index.mjs');
  const originResponse = path.join(folder, 'origin-response', 'index.mjs');
  const draw = path.join(path.dirname(originResponse), drawingProcess.file);
  await mkdir(path.dirname(originResponse), { recursive: true });
  await linkPackages(path.dirname(originResponse));
  await Promise.all([
    writeBundle('edge/viewer-request.ts', viewerRequest, configs.viewerRequest),
    writeBundle('edge/origin-response.ts', originResponse, configs.originResponse),
    writeBundle(drawingProcess.entry, draw),
  ]);
  return { viewerRequest, originResponse };
}
