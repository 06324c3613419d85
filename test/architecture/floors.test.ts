import { existsSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  files,
  imports,
  printImport,
  root,
  sources,
  topFolderOf,
  topFolders,
} from './source-tree.ts';

/**
 * The floors of shared/, from the ground up. A folder imports from itself and from folders before it.
 * Files directly in shared/ are the ground: they import only each other.
 */
const floors: readonly string[] = [
  ...['url', 'operations', 'inspect', 'recipe', 'keys', 'policy', 'versions', 'request', 'objects'],
  ...['adapters', 'deployment'],
];

const inShared = (file: string): boolean => topFolderOf(file) === 'shared';

/** The floor of a file of shared/: 0 for the ground, -1 for a folder that has no floor. */
function floorOf(file: string): number {
  const [, folder = '', name] = file.split('/');
  if (name === undefined) return 0;
  return floors.includes(folder) ? floors.indexOf(folder) + 1 : -1;
}

describe('the source tree', () => {
  it('has files and imports in every top folder', () => {
    for (const folder of topFolders)
      expect([folder, imports.some(({ from }) => topFolderOf(from) === folder)]).toEqual([
        folder,
        true,
      ]);
    expect(imports.filter(({ to }) => to === 'sharp').length).toBeGreaterThan(3);
  });

  it('has no folder in shared/ without a floor, and no floor without a folder', () => {
    expect(files.filter((file) => inShared(file) && floorOf(file) < 0)).toEqual([]);
    const folders = new Set(files.filter(inShared).map((file) => file.split('/')[1]));
    expect(floors.filter((floor) => !folders.has(floor))).toEqual([]);
  });

  it('has imports in shared/ that lead down or stay on the floor', () => {
    const upward = imports.filter(
      ({ from, to }) => inShared(from) && inShared(to) && floorOf(to) > floorOf(from),
    );
    expect(upward.map(printImport)).toEqual([]);
  });

  it('has no cycle of imports', () => {
    const next = (file: string): readonly string[] =>
      imports.filter(({ from, to }) => from === file && sources.has(to)).map(({ to }) => to);
    const done = new Set<string>();
    const cycles: string[] = [];
    const walk = (file: string, above: readonly string[]): void => {
      if (above.includes(file)) cycles.push([...above, file].join(' → '));
      if (done.has(file) || above.includes(file)) return;
      for (const one of next(file)) walk(one, [...above, file]);
      done.add(file);
    };
    for (const file of files) walk(file, []);
    expect(cycles).toEqual([]);
  });

  it('imports no file that does not exist', () => {
    const missing = imports.filter(
      ({ to }) =>
        topFolders.some((folder) => folder === topFolderOf(to)) &&
        !sources.has(to) &&
        // A style sheet imports nothing, so it is not among the sources.
        !(to.endsWith('.css') && existsSync(path.join(root, to))),
    );
    expect(missing.map(printImport)).toEqual([]);
  });
});

const core = imports.filter(({ from }) => inShared(from) && !from.startsWith('shared/adapters/'));

describe('the core', () => {
  it('imports neither Node nor AWS', () => {
    const impure = core.filter(({ to }) => /^(?:node:|@aws-sdk\/|@smithy\/|aws-lambda)/.test(to));
    expect(impure.map(printImport)).toEqual([]);
  });

  it('needs three small packages at run time, and sharp for its types alone', () => {
    const packages = core.filter(({ to }) => !sources.has(to));
    const running = packages.filter(({ typeOnly }) => !typeOnly).map(({ to }) => to);
    const types = packages.filter(({ typeOnly }) => typeOnly).map(({ to }) => to);
    expect([...new Set(running)].toSorted()).toEqual([...['jose', 'leven', 'valibot']]);
    expect([...new Set(types)]).toEqual(['sharp']);
  });

  it('imports nothing from outside shared/', () => {
    const outward = imports.filter(
      ({ from, to }) => inShared(from) && sources.has(to) && !inShared(to),
    );
    expect(outward.map(printImport)).toEqual([]);
  });
});

/** What a top folder may run besides shared/ and itself, and why. */
const neighbours: Readonly<Record<string, readonly string[]>> = {
  render: [],
  // The origin-response function draws images.
  edge: ['render'],
  tasks: [],
  client: [],
  operator: [],
  // The commands print what the operator's functions return.
  cli: ['operator'],
  // A second door onto the operator's functions. It shows code that is made by the client's own.
  console: ['operator', 'client'],
  // The documentation shows the commands, and the mistakes that explain knows.
  build: ['cli', 'operator'],
  // The stack builds what it deploys.
  infra: ['build'],
  // The local stack bundles the functions and works off purges as the deployed task does.
  local: ['build', 'tasks'],
  // Measurements run what viewers and backends run, bundled as it is deployed.
  bench: ['render', 'edge', 'client', 'local', 'build'],
};

describe('the doors', () => {
  it.each(Object.entries(neighbours))('%s runs code of shared/ and of %j', (folder, open) => {
    const across = imports.filter(
      ({ from, to, typeOnly }) =>
        topFolderOf(from) === folder &&
        sources.has(to) &&
        !['shared', folder, ...open].includes(topFolderOf(to)) &&
        !(folder === 'build' && topFolderOf(to) === 'edge' && typeOnly),
    );
    expect(across.map(printImport)).toEqual([]);
  });

  it('the entries of functions are imported by no other file', () => {
    const entries = ['edge/origin-response.ts', 'edge/viewer-request.ts'];
    expect(imports.filter(({ to }) => entries.includes(to)).map(printImport)).toEqual([]);
  });
});

describe('sharp', () => {
  it('is loaded by the renderer, by the code that paints the demo images, and as a peer to measure beside', () => {
    const others = ['local/demo/paint/', 'bench/peers/'];
    const loading = imports.filter(
      ({ from, to, typeOnly }) =>
        to === 'sharp' && !typeOnly && !others.some((folder) => from.startsWith(folder)),
    );
    expect(loading.map(({ from }) => from)).toEqual(['render/render.ts']);
  });
});

/** What is named alike in several files, and why. */
const sharedNames: Readonly<Record<string, string>> = {
  handler: 'Lambda looks for this name in each function',
  grantHandler: 'each framework has an entry of its own with the same public name',
};

describe('an exported name', () => {
  it('is defined once', () => {
    const places = new Map<string, Set<string>>();
    const definition =
      /^export (?:async )?(?:function\*?|const|let|class|type|interface|enum) (\w+)/gm;
    // A module that prints code of another one quotes its exports.
    for (const [file, source] of sources)
      for (const [, name = ''] of source.replace(/`[^`]*`/g, '').matchAll(definition))
        places.set(name, (places.get(name) ?? new Set()).add(file));
    const repeated = [...places].filter(([, where]) => where.size > 1).map(([name]) => name);
    expect(repeated.toSorted()).toEqual(Object.keys(sharedNames).toSorted());
  });
});

/** Casts through `unknown`: each makes a brand or crosses into a library that cannot type it. */
const forcedCasts: Readonly<Record<string, string>> = {
  'build/generated-blocks.ts': 'reads a schema of valibot from outside',
  'client/signet.ts': 'process exists in Node alone',
  'shared/adapters/crypto.ts': 'a root key is opaque outside the adapter',
  'shared/policy/fields.ts': 'reads a schema of valibot from outside',
  'shared/policy/json-schema.ts': 'reads a schema of valibot from outside',
  'shared/recipe/canonical.ts': 'the one place that makes a canonical recipe',
  'shared/request/admission.ts': 'the one place that makes a signed URL',
  'shared/request/stages.ts': 'the one place that makes an authorized request',
};

describe('a cast through unknown', () => {
  it('occurs only where a brand is made or a library cannot be typed', () => {
    const casting = [...sources].filter(([, source]) => source.includes('as unknown as'));
    expect(casting.map(([file]) => file).toSorted()).toEqual(Object.keys(forcedCasts).toSorted());
  });

  it('makes each brand once', () => {
    const makers = [
      'shared/recipe/canonical.ts',
      'shared/request/admission.ts',
      'shared/request/stages.ts',
    ];
    const counts = makers.map((file) => sources.get(file)?.match(/as unknown as/g)?.length);
    expect(counts).toEqual([1, 1, 1]);
  });
});

describe('a file', () => {
  const vague = /^(?:index|utils?|helpers?|types?|common|constants|misc)\./;

  it('is named after the thing in it', () => {
    expect(files.filter((file) => vague.test(path.posix.basename(file)))).toEqual([]);
  });

  it('has no more than 300 lines', () => {
    const long = [...sources].filter(([, source]) => source.split('\n').length > 301);
    expect(long.map(([file]) => file)).toEqual([]);
  });

  it('has no default export', () => {
    const defaults = [...sources].filter(([, source]) => /^export default/m.test(source));
    expect(defaults.map(([file]) => file)).toEqual([]);
  });
});
