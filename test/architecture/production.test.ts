import { readFileSync } from 'node:fs';
import path from 'node:path';
import { build } from 'esbuild';
import { beforeAll, describe, expect, it } from 'vitest';
import { localEntries } from '../../build/functions.ts';
import { root } from './source-tree.ts';

const manifest = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8')) as Record<
  'dependencies' | 'devDependencies',
  Record<string, string>
>;

/** What `npm start`, `signet` and the console run and bundle. */
const entryPoints = [
  ...['bin/start.js', 'bin/signet.js', 'build/programs.ts', 'local/main.ts', 'cli/main.ts'],
  ...['bin/console.js', 'console/main.ts', 'console/page/main.tsx'],
  ...localEntries,
];

const packageOf = (what: string): string => /^(?:@[^/]+\/)?[^/]+/.exec(what)?.[0] ?? what;

/** The packages that the entries import, directly or through other files of the project, and who imports them. */
let importers: ReadonlyMap<string, string>;
beforeAll(async () => {
  const { metafile } = await build({
    absWorkingDir: root,
    entryPoints,
    ...{ jsx: 'automatic', jsxImportSource: 'preact', tsconfigRaw: {} },
    ...{ bundle: true, packages: 'external', platform: 'node', format: 'esm' },
    ...{ write: false, outdir: 'nowhere', metafile: true, logLevel: 'error' },
  });
  importers = new Map(
    Object.entries(metafile.inputs).flatMap(([file, { imports }]) =>
      imports
        .filter(({ external, path: what }) => external && !what.startsWith('node:'))
        .map(({ path: what }) => [packageOf(what), file] as const),
    ),
  );
});

describe('what runs after npm ci --omit=dev', () => {
  it('imports no package for development', () => {
    const { dependencies } = manifest;
    const missing = [...importers].filter(([name]) => dependencies[name] === undefined);
    expect(missing.map(([name, file]) => `${file} imports ${name}`)).toEqual([]);
  });

  it('imports every package that it installs', () => {
    const unused = Object.keys(manifest.dependencies).filter((name) => !importers.has(name));
    expect(unused).toEqual([]);
  });

  it('installs no package for development that another package could use too', () => {
    const { packages } = JSON.parse(readFileSync(path.join(root, 'package-lock.json'), 'utf8')) as {
      packages: Record<string, { devOptional?: boolean }>;
    };
    // npm installs these in spite of --omit=dev. valibot could use TypeScript, which is why that has another name here.
    const kept = Object.entries(packages).filter(([, { devOptional }]) => devOptional);
    expect(kept.map(([place]) => place)).toEqual([]);
  });

  it('lists no package twice', () => {
    const { dependencies, devDependencies } = manifest;
    expect(Object.keys(dependencies).filter((name) => name in devDependencies)).toEqual([]);
  });
});
