import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';
import { importFromCore, leanSources } from './client-sources.ts';
import { root } from './functions.ts';

/** What the package exports, and what it is called in it. */
export const entries = [
  ...(['signet', 'strict', 'policy', 'html'] as const),
  ...(['next', 'unpic', 'express', 'fastify', 'hono'] as const),
] as const;
export type Entry = (typeof entries)[number];

/**
 * An entry of the client as one ES module, with all it imports; those besides the core import from
 * it what there has to be one of. It asks for WebCrypto and other globals of the web, and nothing of Node.
 */
export async function clientModule(entry: Entry): Promise<Uint8Array> {
  const { outputFiles } = await build({
    absWorkingDir: root,
    entryPoints: [`client/${entry}.ts`],
    bundle: true,
    minify: true,
    // An error that nobody catches prints the line from which it was thrown.
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
  if (output === undefined) throw new Error(`esbuild has made nothing of ${entry}`);
  return output.contents;
}

export const gzippedBytes = (bytes: Uint8Array): number => gzipSync(bytes, { level: 9 }).length;
