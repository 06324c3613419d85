import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { unzipSync } from 'fflate';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Assets, buildAssets, checkSize, deployedFunctions } from '../../build/assets.ts';
import { accessAt, edgeConfig, testBuckets } from '../edge/edge-config.ts';
import { buildElsewhere } from './another-checkout.ts';
import { elfTarget, isElf } from './elf.ts';
import { writeUnzipped } from './unzip.ts';
import { zipEntries } from './zip-entries.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
/** No server listens at this address, and the tests make no requests. */
const config = edgeConfig(accessAt('http://127.0.0.1:9'), {
  buckets: { ...testBuckets, sources: 'canary-bucket' },
});
const configs = { viewerRequest: config, originResponse: config, purge: { sources: {} } };
const names = ['viewerRequest', 'originResponse', 'purge', 'secrets'] as const;

let folder = '';
let functions: typeof deployedFunctions;
let assets: Assets;
const zips = new Map<keyof Assets, Buffer>();
const contents = new Map<keyof Assets, Record<string, Uint8Array>>();

const zipOf = (name: keyof Assets): Buffer => zips.get(name) ?? Buffer.alloc(0);
const filesOf = (name: keyof Assets): Readonly<Record<string, Uint8Array>> =>
  contents.get(name) ?? {};
const codeOf = (name: keyof Assets): string =>
  Buffer.from(filesOf(name)['index.mjs'] ?? []).toString();

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'signet-assets-'));
  // This function would contain a configuration if it were given one.
  const entry = path.join(folder, 'curious.mjs');
  await writeFile(entry, 'export const handler = () => SIGNET_CONFIG;');
  functions = { ...deployedFunctions, secrets: { ...deployedFunctions.secrets, entry } };
  const relative = path.relative(process.cwd(), path.join(folder, 'assets'));
  const again = path.join(folder, 'again');
  [assets] = await Promise.all([
    buildAssets(relative, configs, functions),
    buildElsewhere(path.join(folder, 'another checkout'), again, configs, functions),
  ]);
  for (const name of names) {
    zips.set(name, await readFile(assets[name]));
    contents.set(name, unzipSync(zipOf(name)));
  }
});
afterAll(() => rm(folder, { recursive: true, force: true }));

describe('the zip', () => {
  it.each([
    { name: 'viewerRequest', bytes: 1_000_000 },
    { name: 'originResponse', bytes: 50_000_000 },
    { name: 'purge', bytes: 1_000_000 },
    { name: 'secrets', bytes: 1_000_000 },
  ] as const)('of $name has fewer than $bytes bytes', ({ name, bytes }) => {
    expect(zipOf(name).length).toBeGreaterThan(100);
    expect(zipOf(name).length).toBeLessThan(bytes);
  });

  it.each(names)('of %s has an absolute path, next to the others', (name) => {
    expect(path.dirname(assets[name])).toBe(path.join(folder, 'assets'));
    expect(path.extname(assets[name])).toBe('.zip');
  });

  it.each(['viewerRequest', 'purge', 'secrets'] as const)('of %s contains one file', (name) => {
    expect(Object.keys(filesOf(name))).toEqual(['index.mjs']);
  });

  it('of originResponse also contains the process that draws and sharp, and nothing else', () => {
    const [draw, code, ...rest] = Object.keys(filesOf('originResponse'));
    expect([draw, code]).toEqual(['draw.mjs', 'index.mjs']);
    expect(rest).toContain('node_modules/sharp/package.json');
    expect(rest.filter((name) => !name.startsWith('node_modules/'))).toEqual([]);
    const unzipped = Object.values(filesOf('originResponse'));
    const bytes = unzipped.reduce((sum, { length }) => sum + length, 0);
    expect(bytes).toBeLessThan(250_000_000);
  });

  it.each(names)('of %s contains plain files with plain names', (name) => {
    const entries = zipEntries(zipOf(name));
    expect(entries.filter(({ mode }) => mode !== 0o100_644)).toEqual([]);
    const plain = /^(?:[\w@-][\w@.+-]*\/)*[\w@-][\w@.+-]*$/;
    expect(entries.filter((entry) => !plain.test(entry.name))).toEqual([]);
    expect(entries.filter((entry) => /\.(?:ts|mts|cts|map)$/.test(entry.name))).toEqual([]);
  });

  it('of originResponse runs on Linux x64 with glibc, on whatever machine it is built', () => {
    const compiled = Object.values(filesOf('originResponse')).filter(isElf);
    expect(compiled).toHaveLength(2);
    for (const bytes of compiled)
      expect(elfTarget(bytes)).toEqual({ x64: true, glibc: true, musl: false });
  });
});

/** Returns a boolean, so that a failure does not print half a megabyte of code. */
const has = (name: keyof Assets, what: RegExp): boolean => what.test(codeOf(name));

describe('the code', () => {
  it.each(['viewerRequest', 'originResponse'] as const)(
    'of %s contains its configuration',
    (name) => {
      expect(has(name, /canary-bucket/)).toBe(true);
    },
  );

  it.each(['purge', 'secrets'] as const)('of %s contains no configuration', (name) => {
    expect(has(name, /canary-bucket/)).toBe(false);
  });

  it.each(names)('of %s does not contain the path of the checkout', (name) => {
    expect(has(name, /\bhandler\b/)).toBe(true);
    expect(codeOf(name).includes(path.resolve(root))).toBe(false);
  });
});

/** Runs a script in a process whose only packages are those of the zip. */
async function runUnzipped(
  name: 'viewerRequest' | 'originResponse',
  script: string,
): Promise<string> {
  const unzipped = path.join(folder, 'unzipped', name);
  await writeUnzipped(filesOf(name), unzipped);
  for (
    let above = path.dirname(unzipped);
    above !== path.dirname(above);
    above = path.dirname(above)
  )
    expect(existsSync(path.join(above, 'node_modules'))).toBe(false);
  const args = ['--input-type=module', '-e', script, path.join(unzipped, 'index.mjs')];
  const { stdout, stderr, status } = spawnSync(process.execPath, args, {
    cwd: tmpdir(),
    env: {},
    encoding: 'utf8',
  });
  // stderr explains a failure.
  expect(status, stderr).toBe(0);
  return stdout.trim();
}

const printHandler = `
  import { pathToFileURL } from 'node:url';
  const { handler } = await import(pathToFileURL(process.argv[1]));
  console.log(typeof handler);
  // The function has started to read its keys and would log that the server is missing.
  process.exit();
`;
const printPixel = `
  import { createRequire } from 'node:module';
  const sharp = createRequire(process.argv[1])('sharp');
  const create = { width: 1, height: 1, channels: 3, background: '#c0ffee' };
  const png = await sharp({ create }).png().toBuffer();
  const { format, width, height } = await sharp(png).metadata();
  console.log(png.toString('latin1', 1, 4), format, width, height);
`;

/** The compiled part of sharp runs only on Lambda's platform. */
function isLikeLambda(): boolean {
  const report = process.report.getReport() as { header?: { glibcVersionRuntime?: string } };
  const like =
    process.platform === 'linux' && process.arch === 'x64' && report.header?.glibcVersionRuntime;
  if (!like)
    console.warn('NOT RUN: this machine is not Linux x64 with glibc, so sharp cannot load');
  return Boolean(like);
}

describe('unzipped', () => {
  it('viewerRequest has a handler', async () => {
    expect(await runUnzipped('viewerRequest', printHandler)).toBe('function');
  });

  it.runIf(isLikeLambda())('originResponse has a handler, and its sharp renders', async () => {
    expect(await runUnzipped('originResponse', printHandler)).toBe('function');
    expect(await runUnzipped('originResponse', printPixel)).toBe('PNG png 1 1');
  });
});

describe('built from another folder, at another time, in another time zone, with another Node', () => {
  it.each(names)('%s has the same bytes', async (name) => {
    const again = await readFile(path.join(folder, 'again', path.basename(assets[name])));
    expect(again.equals(zipOf(name))).toBe(true);
  });
});

describe('a function that is too large', () => {
  it.each([
    {
      size: { zipped: 1_000_000, unzipped: 0 },
      excess: '1000000 bytes, but must have fewer than 1000000',
    },
    {
      size: { zipped: 999_999, unzipped: 250_000_000 },
      excess: '250000000 bytes unzipped, but must have fewer than 250000000',
    },
  ])('is refused with $size', ({ size, excess }) => {
    expect(() => checkSize(deployedFunctions.viewerRequest, size)).toThrow(
      `viewer-request.zip has ${excess}; import less in edge/viewer-request.ts. To list ` +
        'its contents, run: npx esbuild edge/viewer-request.ts --bundle',
    );
    const smaller = { zipped: size.zipped - 1, unzipped: size.unzipped - 1 };
    expect(() => checkSize(deployedFunctions.viewerRequest, smaller)).not.toThrow();
  });

  it.each(['zippedBytes', 'unzippedBytes'] as const)(
    'is not written if it exceeds %s',
    async (limit) => {
      const entry = path.join(folder, 'small.mjs');
      await writeFile(entry, 'export const handler = () => "is not much, but it compresses";');
      const viewerRequest = { ...deployedFunctions.viewerRequest, entry, [limit]: 100 };
      const into = path.join(folder, limit);
      await expect(
        buildAssets(into, configs, { ...deployedFunctions, viewerRequest }),
      ).rejects.toThrow('fewer than 100;');
      expect(await readdir(into)).toEqual([]);
    },
  );
});
