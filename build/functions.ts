import { mkdir, rm, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import type { EdgeConfig } from '../edge/config.ts';

const root = fileURLToPath(new URL('..', import.meta.url));

export type BundledFunctions = {
  readonly viewerRequest: string;
  readonly originResponse: string;
};

/** SDK parts that are still CommonJS look for `require`, which an ES module does not have. */
const requireShim =
  "import { createRequire as signetRequire } from 'node:module';" +
  'const require = signetRequire(import.meta.url);';

async function bundle(entry: string, outfile: string, config: EdgeConfig): Promise<void> {
  const { outputFiles } = await build({
    absWorkingDir: root,
    entryPoints: [entry],
    outfile,
    bundle: true,
    minify: true,
    platform: 'node',
    target: 'node20',
    format: 'esm',
    mainFields: ['module', 'main'],
    // sharp brings a native library; it lies beside the bundle instead of in it.
    external: ['sharp'],
    banner: { js: requireShim },
    define: { SIGNET_CONFIG: JSON.stringify(config) },
    legalComments: 'none',
    logLevel: 'warning',
    // Written below: esbuild would report a full disk as a defect of the code.
    write: false,
  });
  await mkdir(path.dirname(outfile), { recursive: true });
  for (const { contents } of outputFiles) await writeFile(outfile, contents);
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
  configs: { readonly viewerRequest: EdgeConfig; readonly originResponse: EdgeConfig },
): Promise<BundledFunctions> {
  const viewerRequest = path.join(folder, 'viewer-request', 'index.mjs');
  const originResponse = path.join(folder, 'origin-response', 'index.mjs');
  await mkdir(path.dirname(originResponse), { recursive: true });
  await linkPackages(path.dirname(originResponse));
  await Promise.all([
    bundle('edge/viewer-request.ts', viewerRequest, configs.viewerRequest),
    bundle('edge/origin-response.ts', originResponse, configs.originResponse),
  ]);
  return { viewerRequest, originResponse };
}
