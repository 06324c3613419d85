import { readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { transform } from 'esbuild';
import { vi } from 'vitest';
import { root } from '../../build/functions.ts';
import { installed } from './installed-package.ts';
import { acme } from './test-edge.ts';

const readme = readFileSync(path.join(root, 'client', 'README.md'), 'utf8');
const all = [...readme.matchAll(/^```ts\n([\s\S]*?)^```$/gm)].map(([, code = '']) => code);

/** The framework that an example uses, if any. */
export const frameworkOf = (code: string): string | undefined =>
  /'@signet-images\/client\/(express|fastify|hono|next|unpic)'/.exec(code)?.[1];

export const examples = all.filter((code) => frameworkOf(code) === undefined);
/** Examples that import a framework, which may not be installed. */
export const frameworkExamples = all.filter((code) => frameworkOf(code) !== undefined);

/** Runs an example next to the installed package, with acme's settings, and returns its exports. */
export async function exportsOf(
  code: string,
  name: string,
): Promise<Readonly<Record<string, unknown>>> {
  for (const [variable, value] of Object.entries(acme))
    vi.stubEnv(`SIGNET_${variable.toUpperCase()}`, value);
  const file = path.join(installed.home, `${name}.mjs`);
  const { code: script } = await transform(code, { loader: 'ts', format: 'esm' });
  await writeFile(file, script);
  return import(file);
}
