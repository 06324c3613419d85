import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** A file imports from its own floor and from those below it. */
const floors: readonly (readonly string[])[] = [
  [
    ...['limits', 'refusal', 'ports', 'harmless', 'parameter', 'image-type', 'nearest', 'prices'],
    ...['cost-estimate', 'delivery', 'permissions', 'expiry'],
  ],
  ['operations/', 'signature', 'accept', 'target', 'policy-record'],
  ['recipe', 'keyring', 'scope', 'host-map', 'grant'],
  [
    ...['spelling', 'request-url', 'storage-key', 'policy-schema', 'policy', 'policy-issues'],
    ...['policy-warnings', 'starter-policy', 'snap', 'admission'],
    ...['allowed-values', 'rule-diff', 'policy-diff', 'policy-json-schema', 'policy-fields'],
    ...['value-blocks', 'step-count', 'policy-cost'],
  ],
  ['mint', 'stages', 'stores/'],
  ['adapters/'],
];
const doorFloor = floors.length;
const doors = ['edge', 'tasks', 'infra', 'local', 'cli', 'client'];
const houses = ['shared', ...doors, 'build', 'demo'];

type Import = { readonly from: string; readonly to: string; readonly typeOnly: boolean };

function filesBelow(folder: string): readonly string[] {
  return readdirSync(path.join(root, folder), { recursive: true, withFileTypes: true })
    .filter((one) => one.isFile() && /\.(?:ts|mjs|js)$/.test(one.name))
    .map((one) => path.relative(root, path.join(one.parentPath, one.name)).replaceAll('\\', '/'))
    .toSorted();
}

const files = houses.flatMap(filesBelow);
const sources = new Map(files.map((file) => [file, readFileSync(path.join(root, file), 'utf8')]));

/** `import … from 'x'`, `import 'x'`, `export … from 'x'`, `import('x')`. */
const staticImport =
  /^(?:import|export)\s(?<type>type\s)?(?:[^'";]*?\sfrom\s)?\s*'(?<what>[^']+)'/gm;
const dynamicImport = /\bimport\(\s*'(?<what>[^']+)'/g;

function resolved(file: string, what: string): string {
  return what.startsWith('.') ? path.posix.join(path.posix.dirname(file), what) : what;
}

function importsOf(file: string): readonly Import[] {
  const source = sources.get(file) ?? '';
  return [...source.matchAll(staticImport), ...source.matchAll(dynamicImport)].map(
    ({ groups }) => ({
      from: file,
      to: resolved(file, groups?.['what'] ?? ''),
      typeOnly: groups?.['type'] !== undefined,
    }),
  );
}

const imports = files.flatMap(importsOf);
const houseOf = (file: string): string => file.split('/')[0] ?? '';
const written = ({ from, to }: Import): string => `${from} imports ${to}`;

/** The floor of a file; nothing for one that stands on no list. */
function floorOf(file: string): number | undefined {
  if (doors.includes(houseOf(file))) return doorFloor;
  const name = file.replace(/^shared\//, '').replace(/\.ts$/, '');
  const floor = floors.findIndex((names) =>
    names.some((one) => (one.endsWith('/') ? name.startsWith(one) : name === one)),
  );
  return floor < 0 ? undefined : floor;
}

const inShared = files.filter((file) => houseOf(file) === 'shared');
const core = imports.filter(
  ({ from }) => houseOf(from) === 'shared' && !from.startsWith('shared/adapters/'),
);

describe('the house', () => {
  it('is read: every folder has files and imports', () => {
    for (const house of ['shared', 'edge', 'local', 'cli', 'build'])
      expect(imports.filter(({ from }) => houseOf(from) === house).length).toBeGreaterThan(0);
    expect(imports.filter(({ to }) => to === 'sharp').length).toBeGreaterThan(3);
  });

  it('has every file of shared/ on a floor', () => {
    expect(inShared.filter((file) => floorOf(file) === undefined)).toEqual([]);
  });

  it('has no floor for a file that is gone', () => {
    const standing = (name: string): boolean =>
      inShared.some((file) =>
        file.startsWith(`shared/${name.endsWith('/') ? name : `${name}.ts`}`),
      );
    expect(floors.flat().filter((name) => !standing(name))).toEqual([]);
  });

  it('has stairs that lead down only', () => {
    const upward = imports
      .filter(({ from, to }) => sources.has(to) && floorOf(from) !== undefined)
      .filter(({ from, to }) => (floorOf(to) ?? doorFloor) > (floorOf(from) ?? 0));
    expect(upward.filter(({ from }) => houseOf(from) === 'shared').map(written)).toEqual([]);
  });

  it('has no circle of imports', () => {
    const next = (file: string): readonly string[] =>
      imports.filter(({ from, to }) => from === file && sources.has(to)).map(({ to }) => to);
    const done = new Set<string>();
    const circles: string[] = [];
    const walk = (file: string, above: readonly string[]): void => {
      if (above.includes(file)) circles.push([...above, file].join(' → '));
      if (done.has(file) || above.includes(file)) return;
      for (const one of next(file)) walk(one, [...above, file]);
      done.add(file);
    };
    for (const file of files) walk(file, []);
    expect(circles).toEqual([]);
  });

  it('imports no file that is not there', () => {
    const missing = imports.filter(({ to }) => houses.includes(houseOf(to)) && !sources.has(to));
    expect(missing.map(written)).toEqual([]);
  });
});

describe('the core', () => {
  it('knows neither Node nor AWS', () => {
    const worldly = core.filter(({ to }) => /^(?:node:|@aws-sdk\/|@smithy\/|aws-lambda)/.test(to));
    expect(worldly.map(written)).toEqual([]);
  });

  it('needs six small packages when it runs, and sharp for its types alone', () => {
    const packages = core.filter(({ to }) => !sources.has(to));
    const running = packages.filter(({ typeOnly }) => !typeOnly).map(({ to }) => to);
    const types = packages.filter(({ typeOnly }) => typeOnly).map(({ to }) => to);
    expect([...new Set(running)].toSorted()).toEqual([
      ...['blurhash', 'jose', 'leven', 'lru-cache', 'thumbhash', 'valibot'],
    ]);
    expect([...new Set(types)]).toEqual(['sharp']);
  });

  it('imports nothing from outside shared/', () => {
    const out = imports.filter(
      ({ from, to }) => houseOf(from) === 'shared' && sources.has(to) && houseOf(to) !== 'shared',
    );
    expect(out.map(written)).toEqual([]);
  });
});

/** Who may run code of whom, besides shared/. */
const neighbours: Readonly<Record<string, readonly string[]>> = {
  edge: [],
  cli: [],
  tasks: [],
  client: [],
  // The stack builds what it deploys.
  infra: ['build'],
  // The stack bundles the functions that would be deployed, and has a demo tenant.
  local: ['build', 'demo'],
  // The README shows the commands as the command line declares them.
  build: ['cli'],
  demo: [],
};

describe('the doors', () => {
  it.each(Object.entries(neighbours))(
    '%s runs no code of another door but of %j',
    (house, open) => {
      const across = imports.filter(
        ({ from, to, typeOnly }) =>
          houseOf(from) === house &&
          sources.has(to) &&
          !['shared', house, ...open].includes(houseOf(to)) &&
          !(house === 'build' && houseOf(to) === 'edge' && typeOnly),
      );
      expect(across.map(written)).toEqual([]);
    },
  );

  it('nobody imports the entry of the render function', () => {
    const entries = ['edge/origin-response.ts', 'edge/viewer-request.ts'];
    expect(imports.filter(({ to }) => entries.includes(to)).map(written)).toEqual([]);
  });
});

/** Where sharp is loaded, and why. */
const sharpLoaders: Readonly<Record<string, string>> = {
  'edge/render.ts': 'the one place where pictures are decoded',
};

describe('sharp', () => {
  it('is loaded by the renderer, and elsewhere for a stated reason', () => {
    const loading = imports.filter(
      ({ from, to, typeOnly }) => to === 'sharp' && !typeOnly && houseOf(from) !== 'demo',
    );
    expect(loading.map(({ from }) => from).toSorted()).toEqual(
      Object.keys(sharpLoaders).toSorted(),
    );
  });
});

describe('a file', () => {
  const vague = /^(?:index|utils?|helpers?|types?|common|constants|misc)\./;

  it('is named after the thing in it', () => {
    expect(files.filter((file) => vague.test(path.posix.basename(file)))).toEqual([]);
  });

  it('is one idea: no more than 300 lines', () => {
    const long = [...sources].filter(([, source]) => source.split('\n').length > 301);
    expect(long.map(([file]) => file)).toEqual([]);
  });

  it('has no default export, but for those that a tool asks for', () => {
    const defaults = [...sources].filter(([, source]) => /^export default/m.test(source));
    expect(defaults.map(([file]) => file)).toEqual([]);
  });
});
