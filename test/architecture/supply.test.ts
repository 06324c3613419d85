import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

type Package = {
  readonly version?: string;
  readonly resolved?: string;
  readonly integrity?: string;
  readonly hasInstallScript?: boolean;
  /** It is in the archive of another package, which has its own hash. */
  readonly inBundle?: boolean;
};
const read = <T>(file: string): T =>
  JSON.parse(readFileSync(new URL(`../../${file}`, import.meta.url), 'utf8')) as T;

type Manifest = Partial<Record<'dependencies' | 'devDependencies', Record<string, string>>>;
const manifests = ['', '.ci/node24/', 'cli/', 'test/frameworks/', 'bench/peers/'].map((folder) =>
  read<Manifest>(`${folder}package.json`),
);
const locks = [
  'package-lock.json',
  '.ci/node24/package-lock.json',
  'test/frameworks/package-lock.json',
  'bench/peers/package-lock.json',
];

function packagesIn(lock: string): readonly [string, Package][] {
  const { packages } = read<{ packages: Record<string, Package> }>(lock);
  return Object.entries(packages).filter(([name, { inBundle }]) => name !== '' && !inBundle);
}

describe('the dependencies', () => {
  it('are pinned to exact versions', () => {
    const ranges = manifests.flatMap(({ dependencies, devDependencies }) =>
      Object.values({ ...dependencies, ...devDependencies }),
    );
    expect(ranges.filter((range) => !/^(?:npm:[\w@/.-]+@)?\d+\.\d+\.\d+$/.test(range))).toEqual([]);
    expect(ranges.length).toBeGreaterThan(10);
  });

  it.each(locks)('are locked by SHA-512 in %s, and come from nowhere but the registry', (lock) => {
    const packages = packagesIn(lock);
    const unlocked = packages.filter(([, { integrity }]) => !integrity?.startsWith('sha512-'));
    const elsewhere = packages.filter(([, { resolved }]) => resolved !== undefined);
    expect(unlocked).toEqual([]);
    expect(elsewhere).toEqual([]);
    expect(packages.length).toBeGreaterThan(0);
  });

  it('have no install script but those that are not needed', () => {
    const scripted = packagesIn('package-lock.json')
      .filter(([, { hasInstallScript }]) => hasInstallScript)
      .map(([name]) => name.replace(/^.*node_modules\//, ''));
    // Both only check or speed up what their optional packages bring; fsevents is for macOS.
    expect(scripted.filter((name) => !['esbuild', 'fsevents', 'sharp'].includes(name))).toEqual([]);
  });
});

const workflowFolder = new URL('../../.github/workflows/', import.meta.url);
const workflows = readdirSync(workflowFolder).map(
  (name) => [name, readFileSync(new URL(name, workflowFolder), 'utf8')] as const,
);

/** The jobs of a workflow: their names, and their lines. */
const jobsOf = (text: string): readonly (readonly [name: string, lines: string])[] =>
  [
    ...(text.split(/^jobs:\n/m)[1] ?? '').matchAll(
      /^ {2}(\w+):\n((?: {4}.*\n|\s*\n| {2}#.*\n)+)/gm,
    ),
  ].map(([, name = '', lines = '']) => [name, lines]);

const permissionsOf = (lines: string): readonly string[] =>
  [...lines.matchAll(/^ {6}([a-z-]+: (?:read|write))$/gm)].map(([, one = '']) => one);

describe('the workflows', () => {
  it.each(workflows)('%s uses actions by the commit, with the version beside it', (_name, text) => {
    const used = [...text.matchAll(/uses: *(.*)$/gm)].map(([, action = '']) => action);
    expect(used.length).toBeGreaterThan(0);
    const pinned = /^[\w-]+\/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/;
    expect(used.filter((action) => !pinned.test(action))).toEqual([]);
  });

  it('use one commit of each action', () => {
    const used = workflows.flatMap(([, text]) => [...text.matchAll(/uses: *([^@]+)(@.*)$/gm)]);
    const commits = new Set(used.map(([, action, commit]) => `${action}${commit}`));
    expect(commits.size).toBe(new Set(used.map(([, action]) => action)).size);
  });

  it('give each job only the permissions that it needs', () => {
    for (const [, text] of workflows) expect(text).toMatch(/^permissions: \{\}$/m);
    const granted = workflows.flatMap(([file, text]) =>
      jobsOf(text).map(([name, lines]) => [`${file} ${name}`, permissionsOf(lines)]),
    );
    expect(Object.fromEntries(granted)).toEqual({
      'ci.yml all': ['contents: read'],
      'ci.yml suite': ['contents: read'],
      'release.yml build': ['contents: read'],
      'release.yml attach': ['contents: write'],
      'release.yml publish': ['id-token: write'],
    });
  });

  it('publish to the registry only after an approval, and only what the tested build made', () => {
    const jobs = new Map(jobsOf(new Map(workflows).get('release.yml') ?? ''));
    const publishing = [...jobs].filter(([, lines]) => /npm publish|NPM_TOKEN/.test(lines));
    expect(publishing.map(([name]) => name)).toEqual(['publish']);
    expect(jobs.get('publish')).toMatch(/^ {4}needs: build$[\s\S]*^ {4}environment: npm$/m);
    expect(jobs.get('publish')).not.toMatch(/checkout|npm (?:ci|install|run)/);
    const build = jobs.get('build') ?? '';
    const order = ['--tag "$TAG" --check', '- run: .ci/run', '--tag "$TAG" --repository'];
    const places = order.map((step) => build.indexOf(step));
    expect(places).not.toContain(-1);
    expect(places).toEqual(places.toSorted((one, other) => one - other));
  });
});
