import { execFile } from 'node:child_process';
import { copyFile, mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { root } from '../../build/functions.ts';
import { isProof } from '../proof/cases.ts';

const run = promisify(execFile);
const runRelease = (...words: readonly string[]) =>
  run('npm', ['run', '--silent', 'release', '--', ...words], { cwd: root });

const versionIn = async (file: string): Promise<string> =>
  JSON.parse(await readFile(path.join(root, file), 'utf8')).version;

describe('npm run release', () => {
  it('finds the same version in every manifest and in the changelog of this checkout', async () => {
    const { stdout } = await runRelease('--check');
    expect(stdout).toBe(`The version is ${await versionIn('client/package.json')}.\n`);
  });

  it('refuses a tag that is not the version', async () => {
    const version = await versionIn('package.json');
    await expect(runRelease('--check', '--tag', 'v99.0.0')).rejects.toThrow(
      `The tag is v99.0.0 and the version is ${version}; tag the commit v${version}`,
    );
  });
});

const release = path.join(root, 'dist', 'release');

/* It builds everything twice, for half a minute of CPU time, and writes to the folder of the checkout. */
describe.runIf(isProof)('what is released', () => {
  let first = '';
  beforeAll(async () => {
    first = await mkdtemp(path.join(tmpdir(), 'signet-release-'));
    await runRelease('--repository', 'https://github.com/example/signet');
    for (const name of await readdir(release))
      await copyFile(path.join(release, name), path.join(first, name));
    await runRelease('--repository', 'https://github.com/example/signet');
  });
  afterAll(() => rm(first, { recursive: true, force: true }));

  it('is two packages, four zips, the template, and what describes them', async () => {
    const version = await versionIn('package.json');
    expect(await readdir(first)).toEqual([
      ...['SHA256SUMS', 'THIRD-PARTY-LICENSES.txt', 'origin-response.zip', 'purge.zip'],
      ...['sbom.cdx.json', 'secrets.zip', `signet-images-cli-${version}.tgz`],
      ...[`signet-images-client-${version}.tgz`, 'signet.template.json', 'viewer-request.zip'],
    ]);
  });

  it('has checksums that sha256sum accepts, of every other file', async () => {
    const { stdout } = await run('sha256sum', ['--check', '--strict', 'SHA256SUMS'], {
      cwd: first,
    });
    const checked = stdout
      .trim()
      .split('\n')
      .map((line) => line.replace(/: OK$/, ''));
    expect(['SHA256SUMS', ...checked]).toEqual((await readdir(first)).toSorted());
  });

  it('has the same bytes when it is built again', async () => {
    const sums = (folder: string) => readFile(path.join(folder, 'SHA256SUMS'), 'utf8');
    expect(await sums(release)).toBe(await sums(first));
  });

  it('names the repository in both packages', async () => {
    for (const name of (await readdir(first)).filter((one) => one.endsWith('.tgz'))) {
      const { stdout } = await run('tar', [
        '-xzOf',
        path.join(first, name),
        'package/package.json',
      ]);
      expect(JSON.parse(stdout).repository.url).toBe('git+https://github.com/example/signet.git');
    }
  });
});
