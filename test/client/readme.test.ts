import { readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { transform } from 'esbuild';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { root } from '../../build/functions.ts';
import { acme, edge } from './client-world.ts';
import { compiled, installed } from './published.ts';

const readme = readFileSync(path.join(root, 'client', 'README.md'), 'utf8');
const examples = [...readme.matchAll(/^```ts\n([\s\S]*?)^```$/gm)].map(([, code = '']) => code);

afterEach(() => {
  vi.unstubAllEnvs();
});

/** Every URL in what an example exports. */
const urlsIn = (exported: object): readonly string[] =>
  JSON.stringify(exported).match(/https:[^\s"\\]+/g) ?? [];

describe('the examples of the client’s README', () => {
  it('are five, and compile', async () => {
    expect(examples).toHaveLength(5);
    const typeRoots = [path.join(root, 'node_modules', '@types')];
    const options = { module: 'nodenext', types: ['node'], typeRoots, skipLibCheck: true };
    expect(await compiled('readme', options, ...examples)).toBe('');
  });

  it.each(examples.map((code, at) => [at, code] as const))(
    'mint what the edge takes: %i',
    async (at, code) => {
      for (const [name, value] of Object.entries(acme))
        vi.stubEnv(`SIGNET_${name.toUpperCase()}`, value);
      const said = vi.spyOn(console, 'error').mockReturnValue();
      const file = path.join(installed.home, `example-${at}.mjs`);
      const { code: script } = await transform(code, { loader: 'ts', format: 'esm' });
      await writeFile(file, script);
      const urls = urlsIn(await import(file));
      for (const url of urls) {
        const sent = url.replaceAll('&amp;', '&');
        expect(await edge(sent, 'image/avif')).toMatch(/^acme\/\S+__op__/);
      }
      expect(urls).not.toHaveLength(0);
      const refused = code.includes('console.error') ? ['denied_operation'] : [];
      expect(said.mock.calls.map(([first]) => first)).toEqual(refused);
      said.mockRestore();
    },
  );
});
