import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { copyFile, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { parseArgs, promisify } from 'node:util';
import { deployedFunctions } from './assets.ts';
import { cliPackage } from './cli-package.ts';
import { clientPackage } from './client-package.ts';
import { bundleFunction, drawingProcess, root } from './functions.ts';
import { licencesOf } from './licences.ts';
import { nameRepository, packPackage } from './npm-package.ts';
import { agreedVersion } from './release-version.ts';
import { softwareBill } from './sbom.ts';

/*
 * Writes everything that is released to `dist/release`: both packages, the zips of the functions with the
 * licences of what they contain, the template, the bill of materials and the checksums.
 * `--tag v1.2.0` refuses a tag that is not the version. `--check` compares the versions and writes nothing.
 * `--repository https://github.com/OWNER/NAME` names the repository in the packages.
 */

const dist = path.join(root, 'dist');
const release = path.join(dist, 'release');

const readText = (file: string): Promise<string> => readFile(path.join(root, file), 'utf8');
const versionOf = async (file: string): Promise<string> => JSON.parse(await readText(file)).version;

/** The manifests and the lock whose version is that of the release. */
const versioned = ['package.json', 'package-lock.json', 'cli/package.json', 'client/package.json'];

async function checkVersion(tag: string | undefined): Promise<string> {
  const versions = versioned.map(async (file) => [file, await versionOf(file)] as const);
  const manifests = Object.fromEntries(await Promise.all(versions));
  return agreedVersion({ changelog: await readText('CHANGELOG.md'), manifests }, tag);
}

/** Builds and packs one of the packages. */
async function releasePackage(
  name: string,
  build: (folder: string) => Promise<unknown>,
  repository: string | undefined,
): Promise<void> {
  const folder = path.join(dist, name);
  await build(folder);
  if (repository !== undefined) await nameRepository(folder, repository);
  await packPackage(folder, release);
}

/**
 * Makes the template and the zips as `cdk synth` does, but never for the account of someone's credentials. The
 * template is that of the settings in cdk.json.
 */
async function releaseStack(): Promise<void> {
  const out = path.join(dist, 'release-cdk');
  const { CDK_DEFAULT_ACCOUNT: _account, CDK_CONTEXT_JSON: _context, ...rest } = process.env;
  await rm(out, { recursive: true, force: true });
  await promisify(execFile)(process.execPath, ['--import', 'tsx', 'infra/app.ts'], {
    cwd: root,
    env: { ...rest, CDK_OUTDIR: out },
  });
  const zips = path.join(dist, 'zips');
  for (const { zip } of Object.values(deployedFunctions))
    await copyFile(path.join(zips, zip), path.join(release, zip));
  for (const file of await readdir(out))
    if (file.endsWith('.template.json'))
      await copyFile(path.join(out, file), path.join(release, file));
}

/** The licences of the packages in the zips. sharp brings its own. */
async function functionLicences(): Promise<string> {
  const entries = Object.values(deployedFunctions).map(({ entry }) => entry);
  const modules = await Promise.all([...entries, drawingProcess.entry].map(bundleFunction));
  return licencesOf(modules.flatMap(({ inputs }) => inputs));
}

/** The checksums in the form that `sha256sum --check` reads. */
async function checksums(): Promise<string> {
  const names = (await readdir(release)).toSorted();
  const lines = names.map(async (name) => {
    const bytes = await readFile(path.join(release, name));
    return `${createHash('sha256').update(bytes).digest('hex')}  ${name}\n`;
  });
  return (await Promise.all(lines)).join('');
}

async function writeRelease(repository: string | undefined): Promise<string> {
  const write = (name: string, text: string) => writeFile(path.join(release, name), text);
  await rm(release, { recursive: true, force: true });
  await mkdir(release, { recursive: true });
  await releasePackage('cli', cliPackage, repository);
  await releasePackage('client', clientPackage, repository);
  await releaseStack();
  await write('THIRD-PARTY-LICENSES.txt', await functionLicences());
  await write('sbom.cdx.json', await softwareBill());
  const sums = await checksums();
  await write('SHA256SUMS', sums);
  return sums;
}

const { values } = parseArgs({
  options: {
    check: { type: 'boolean' },
    tag: { type: 'string' },
    repository: { type: 'string' },
  },
});
const version = await checkVersion(values.tag);
if (values.check) console.log(`The version is ${version}.`);
else console.log(`Signet ${version} in dist/release:\n${await writeRelease(values.repository)}`);
