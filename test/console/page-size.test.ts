import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { bundlePage } from '../../build/console-page.ts';

/** Files that a file imports when it is loaded, not when a view is opened. */
const importsOf = (code: string): readonly string[] =>
  [...code.matchAll(/(?:from|import)\s*"\.\/([\w-]+\.js)"/g)].map(([, name = '']) => name);

describe('the page', () => {
  it('loads at most 120 kB for the first view, without the editor and the charts', async () => {
    const { files } = await bundlePage();
    const codes = new Map(files.map(({ name, code }) => [name, Buffer.from(code).toString()]));
    const first = [...codes.keys()].filter((name) => /^(?:main|playground|index)[-.]/.test(name));
    const loaded = new Set(first);
    for (const name of loaded)
      for (const next of importsOf(codes.get(name) ?? '')) loaded.add(next);
    const bytes = [...loaded].map((name) => gzipSync(codes.get(name) ?? '').length);
    expect(loaded.size).toBeGreaterThan(3);
    expect(bytes.reduce((sum, one) => sum + one, 0)).toBeLessThanOrEqual(120_000);
    const heavy = [...loaded].filter(
      (name) => name.endsWith('.js') && /cm-editor|u-legend/.test(codes.get(name) ?? ''),
    );
    expect(heavy).toEqual([]);
  });
});
