import path from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { root } from '../../build/functions.ts';
import { demoPolicy } from '../../local/demo/policy.ts';
import { compilerOutput } from './installed-package.ts';
import { examples, exportsOf } from './readme-examples.ts';
import { edgeWith, policyOf } from './test-edge.ts';

afterEach(() => {
  vi.unstubAllEnvs();
});

/** The image URLs in the exports of an example. */
const urlsIn = (exported: object): readonly string[] =>
  JSON.stringify(exported).match(/https:\/\/[^\s"\\/]+\/[^\s"\\]+/g) ?? [];

/** An edge with the policy of the demo tenant, which allows every operation. */
const edge = edgeWith(policyOf({ tenant: 'acme', ...demoPolicy }));

describe('the examples of the client’s README', () => {
  it('are five and compile', async () => {
    expect(examples).toHaveLength(5);
    const typeRoots = [path.join(root, 'node_modules', '@types')];
    const options = { module: 'nodenext', types: ['node'], typeRoots, skipLibCheck: true };
    expect(await compilerOutput('readme', options, ...examples)).toBe('');
  });

  it.each(examples.map((code, at) => [at, code] as const))(
    'mint URLs that the edge accepts: %i',
    async (at, code) => {
      const printed = vi.spyOn(console, 'error').mockReturnValue();
      const urls = urlsIn(await exportsOf(code, `example-${at}`));
      for (const url of urls) {
        const sent = url.replaceAll('&amp;', '&');
        expect(await edge(sent, 'image/avif')).toMatch(/^acme\/\S+__op__/);
      }
      expect(urls).not.toHaveLength(0);
      const refused = code.includes('console.error') ? ['denied_operation'] : [];
      expect(printed.mock.calls.map(([first]) => first)).toEqual(refused);
      printed.mockRestore();
    },
  );
});
