import { mkdir, rm, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import type { EdgeConfig } from '../edge/config.ts';

/** The checkout. */
export const root = fileURLToPath(new URL('..', import.meta.url));

/** What is written into the two functions at the edge. */
export type EdgeConfigs = {
  readonly viewerRequest: EdgeConfig;
  readonly originResponse: EdgeConfig;
};

export type BundledFunctions = {
  readonly viewerRequest: string;
  readonly originResponse: string;
};

/** SDK parts that are still CommonJS look for `require`, which an ES module does not have. */
const requireShim =
  "import { createRequire as signetRequire } from 'node:module';" +
  'const require = signetRequire(import.meta.url);';

/**
 * The code of an entry and of all it imports, as one ES module; `entry` is a path below the
 * checkout, or an absolute one. At the edge there are no environment variables, so a configuration
 * is written in; an ordinary function gets none. Neither the checkout's path nor the Node that
 * builds has a part in it. Throws esbuild's errors.
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
    // sharp brings a native library; it lies beside the bundle instead of in it.
    external: ['sharp'],
    banner: { js: requireShim },
    define: config === undefined ? {} : { SIGNET_CONFIG: JSON.stringify(config) },
    legalComments: 'none',
    logLevel: 'warning',
    // Who asked for it writes it: esbuild would report a full disk as a defect of the code.
    write: false,
  });
  const [output] = outputFiles;
  if (output === undefined) throw new Error(`esbuild has made nothing of ${entry}`);
  return output.contents;
}

async function writeBundle(entry: string, outfile: string, config: EdgeConfig): Promise<void> {
  const code = await bundle(entry, config);
  await mkdir(path.dirname(outfile), { recursive: true });
  await writeFile(outfile, code);
}

/** The bundle finds sharp where Node looks for packages: in a `node_modules` above it. */
async function linkPackages(folder: string): Promise<void> {
  const link = path.join(folder, 'node_modules');
  await rm(link, { recursive: true, force: true });
  await symlink(path.join(root, 'node_modules'), link, 'junction');
}

/**
 * Bundles both functions with a configuration written in, as they would be deployed, each into a
 * folder of its own. The answer is their paths.
 */
export async function bundleFunctions(
  folder: string,
  configs: EdgeConfigs,
): Promise<BundledFunctions> {
  const viewerRequest = path.join(folder, 'viewer-request', 'index.mjs');
  const originResponse = path.join(folder, 'origin-response', 'index.mjs');
  await mkdir(path.dirname(originResponse), { recursive: true });
  await linkPackages(path.dirname(originResponse));
  await Promise.all([
    writeBundle('edge/viewer-request.ts', viewerRequest, configs.viewerRequest),
    writeBundle('edge/origin-response.ts', originResponse, configs.originResponse),
  ]);
  return { viewerRequest, originResponse };
}
