import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';
import { importFromCore, leanSources } from './client-sources.ts';
import { root } from './functions.ts';

/** The entries of the package, by the names of their modules. */
export const entries = [
  ...(['signet', 'strict', 'policy', 'html'] as const),
  ...(['next', 'unpic', 'express', 'fastify', 'hono'] as const),
] as const;
export type Entry = (typeof entries)[number];

/**
 * Bundles an entry of the client into one ES module. The entries besides the core import shared classes
 * from the core. The modules need WebCrypto and other web globals, but nothing from Node.
 */
export async function clientModule(entry: Entry): Promise<Uint8Array> {
  const { outputFiles } = await build({
    absWorkingDir: root,
    entryPoints: [`client/${entry}.ts`],
    bundle: true,
    minify: true,
    // Node prints the source line of an uncaught error, so lines are kept short.
    lineLimit: 1200,
    platform: 'browser',
    target: 'es2023',
    format: 'esm',
    plugins: entry === 'signet' ? [leanSources] : [leanSources, importFromCore],
    legalComments: 'none',
    logLevel: 'warning',
    write: false,
  });
  const [output] = outputFiles;
  if (output === undefined) throw new Error(`esbuild produced no output for ${entry}`);
  return output.contents;
}

/** The size of the bytes after gzip with the best compression. */
export const gzippedBytes = (bytes: Uint8Array): number => gzipSync(bytes, { level: 9 }).length;
