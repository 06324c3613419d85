import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { build } from 'esbuild';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Entry, entries, gzippedBytes } from '../../build/client-bundle.ts';
import { packPackage } from '../../build/npm-package.ts';
import { signet } from '../../client/signet.ts';
import { strict } from '../../client/strict.ts';
import { runs } from '../shared/request/outcome.ts';
import { installed, run } from './installed-package.ts';
import { cases } from './mint-outcome.ts';
import { type MintCall, randomCalls } from './random-requests.ts';
import { acme } from './test-edge.ts';

const codeOf = (entry: Entry): Uint8Array => installed.modules.get(entry) ?? Buffer.of();

describe('the package', () => {
  it('has a core of at most 4,000 bytes', () => {
    expect(gzippedBytes(codeOf('signet'))).toBeLessThanOrEqual(4_000);
    expect(gzippedBytes(codeOf('signet'))).toBeGreaterThan(1_000);
  });

  it('has small modules for the other entries', () => {
    expect(gzippedBytes(codeOf('html'))).toBeLessThan(1_000);
    // These two contain the grammar, and what the spellings of OSS and BOS mean in it.
    expect(gzippedBytes(codeOf('strict'))).toBeLessThan(9_500);
    expect(gzippedBytes(codeOf('policy'))).toBeLessThan(22_000);
    expect(gzippedBytes(codeOf('next'))).toBeLessThan(500);
    expect(gzippedBytes(codeOf('unpic'))).toBeLessThan(1_500);
    for (const entry of ['express', 'fastify', 'hono'] as const)
      expect(gzippedBytes(codeOf(entry))).toBeLessThan(1_000);
  });

  it('uses nothing from Node and imports only its own core', () => {
    for (const [entry, code] of installed.modules) {
      const text = Buffer.from(code).toString();
      const imported = [...text.matchAll(/\b(?:import|from)\s*\(?["']([^"']+)["']/g)];
      expect(imported.map(([, what]) => what).filter((what) => what !== './signet.js')).toEqual([]);
      expect([entry, text.match(/\b(?:(?:Buffer|__dirname|sharp)\b|require\(|node:)/)]).toEqual([
        entry,
        null,
      ]);
    }
  });

  it('is complete when it is published, and has no dependencies', async () => {
    const { stdout } = await run('npm', ['pack', '--dry-run', '--json'], { cwd: installed.folder });
    const [{ files = [] } = {}] = JSON.parse(stdout) as { files: { path: string }[] }[];
    const names = files.map((file) => file.path).toSorted();
    const found = await readdir(installed.folder, { recursive: true, withFileTypes: true });
    const written = found
      .filter((entry) => entry.isFile())
      .map((entry) => path.relative(installed.folder, path.join(entry.parentPath, entry.name)));
    expect(names).toEqual(written.toSorted());
    for (const entry of entries) expect(names).toContain(`${entry}.js`);
    const manifest = JSON.parse(
      await readFile(path.join(installed.folder, 'package.json'), 'utf8'),
    );
    expect(manifest).toMatchObject({ type: 'module', sideEffects: false });
    expect(Object.keys(manifest).filter((name) => /ependencies$|^private$/.test(name))).toEqual([]);
  });

  it('is packed as a file with the same bytes every time, which npm installs', async () => {
    const [one, other] = ['one', 'other'].map((name) => path.join(installed.home, name));
    await mkdir(`${one}`);
    await mkdir(`${other}`);
    const packed = await packPackage(installed.folder, `${one}`);
    const again = await packPackage(installed.folder, `${other}`);
    expect(path.basename(packed)).toBe('signet-images-client-0.1.0.tgz');
    expect(await readFile(again)).toEqual(await readFile(packed));
    await writeFile(path.join(`${one}`, 'package.json'), '{"private":true,"type":"module"}');
    await run('npm', ['install', '--offline', '--no-audit', packed], { cwd: `${one}` });
    const script =
      "import { SignetError } from '@signet-images/client'; console.log(SignetError.name)";
    const { stdout } = await run(process.execPath, ['--input-type=module', '-e', script], {
      cwd: `${one}`,
    });
    expect(stdout).toBe('SignetError\n');
  });

  it('has a README without links to files that it does not contain', async () => {
    const text = await readFile(path.join(installed.folder, 'README.md'), 'utf8');
    const targets = [...text.matchAll(/\]\(([^)]+)\)/g)].map(([, target]) => target);
    expect(targets.length).toBeGreaterThan(0);
    expect(targets.filter((target) => !/^(?:#|https:)/.test(target ?? ''))).toEqual([]);
  });

  it('is tree-shaken by an importer', async () => {
    const importing = async (contents: string): Promise<number> => {
      const { outputFiles } = await build({
        stdin: { contents, resolveDir: installed.home },
        ...{ bundle: true, minify: true, format: 'esm', write: false, logLevel: 'error' },
      });
      return gzippedBytes(outputFiles[0]?.contents ?? Buffer.of());
    };
    const whole = gzippedBytes(codeOf('signet'));
    const error = await importing("export { SignetError } from '@signet-images/client'");
    const granted = await importing("export { withGrant } from '@signet-images/client'");
    expect(error).toBeLessThan(whole / 8);
    expect(granted).toBeLessThan(whole - 700);
    expect(await importing("import '@signet-images/client/policy'")).toBeLessThan(50);
  });
});

describe('the code that is removed from the bundles', () => {
  it('changes no decision', async () => {
    const core = await import(path.join(installed.folder, 'signet.js'));
    const { strict: built } = await import(path.join(installed.folder, 'strict.js'));
    const ours = strict(signet(acme));
    const theirs: typeof ours = built(core.signet(acme));
    const how = { expires: new Date(1_893_456_000_000) };
    const answerOf = async (minter: typeof ours, { path: name, operations }: MintCall) => {
      const answer = await minter.url(name, operations, how).catch((thrown: unknown) => thrown);
      return answer instanceof Error ? `${answer.name}: ${answer.message}` : answer;
    };
    const agree = async (call: MintCall): Promise<void> => {
      expect(await answerOf(theirs, call)).toBe(await answerOf(ours, call));
    };
    await fc.assert(fc.asyncProperty(randomCalls, agree), runs(Math.ceil(cases / 10)));
  });
});
