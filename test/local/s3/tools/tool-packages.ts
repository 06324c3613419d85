import { readdirSync } from 'node:fs';
import path from 'node:path';
import { keepFolder, runProgram } from '../../../../bench/packages/kept-folder.ts';

/*
 * Installs tools with the clients of their registries, as the machine configures them, into folders of their
 * own. Their versions are pinned, so that each run uses the same ones.
 */

const kind = 'signet-s3-tools';

/** Installs a Python package and what it needs. Returns a folder for PYTHONPATH. */
export function installPython(name: string, version: string): string {
  return keepFolder(kind, `pip-${name}@${version}`, (folder) => {
    const quiet = ['--quiet', '--disable-pip-version-check', '--root-user-action', 'ignore'];
    runProgram(
      'python3',
      ['-m', 'pip', 'install', ...quiet, '--target', '.', `${name}==${version}`],
      folder,
    );
  });
}

/** Installs packages of npm without their scripts. Returns the folder above node_modules. */
export function installNpm(packages: Readonly<Record<string, string>>): string {
  const wanted = Object.entries(packages).map(([name, version]) => `${name}@${version}`);
  return keepFolder(kind, `npm-${wanted.join('+')}`, (folder) => {
    const quiet = ['--silent', '--ignore-scripts', '--no-audit', '--no-fund', '--no-save'];
    runProgram('npm', ['install', '--prefix', '.', ...quiet, ...wanted], folder);
  });
}

/** The packages of Debian that version 2 of the aws CLI needs besides Python itself. */
const awsLibraries = [
  ...['awscrt', 'cffi-backend', 'colorama', 'cryptography', 'dateutil', 'distro', 'docutils'],
  ...['jmespath', 'prompt-toolkit', 'pyasn1', 'roman', 'ruamel.yaml', 'ruamel.yaml.clib', 'six'],
  ...['urllib3', 'wcwidth'],
];

/** Unpacks Debian's aws CLI and its libraries, without installing them. Returns the root of its files. */
export function unpackAws2(version: string): string {
  return keepFolder(kind, `apt-awscli@${version}`, (folder) => {
    const libraries = awsLibraries.map((name) => `python3-${name}`);
    runProgram('apt-get', ['-qq', 'download', `awscli=${version}`, ...libraries], folder);
    for (const deb of readdirSync(folder).filter((name) => name.endsWith('.deb')))
      runProgram('dpkg-deb', ['-x', path.join(folder, deb), folder], folder);
  });
}
