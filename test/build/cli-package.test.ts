import { execFile, spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { cliPackage } from '../../build/cli-package.ts';
import { root } from '../../build/functions.ts';
import { packPackage } from '../../build/npm-package.ts';
import { isProof } from '../proof/cases.ts';
import { type StartedStack, startByCommand } from './started-stack.ts';

const run = promisify(execFile);

let folder = '';
let built = '';
let home = '';
let tarball = '';

/** Installs the tarball into an empty folder: with npm in the proof, otherwise unpacked beside this checkout's sharp. */
async function install(): Promise<void> {
  await mkdir(home);
  if (isProof) {
    await run('npm', ['install', '--no-audit', '--no-fund', tarball], { cwd: home });
    return;
  }
  const packages = path.join(home, 'node_modules');
  const own = path.join(packages, '@signet-images', 'cli');
  await mkdir(own, { recursive: true });
  await run('tar', ['-xzf', tarball, '-C', own, '--strip-components=1']);
  for (const name of ['sharp', '@img', 'detect-libc', 'semver'])
    await symlink(path.join(root, 'node_modules', name), path.join(packages, name));
  await mkdir(path.join(packages, '.bin'));
  await symlink('../@signet-images/cli/bin/signet.js', path.join(packages, '.bin', 'signet'));
  await symlink('../@signet-images/cli/bin/start.js', path.join(packages, '.bin', 'signet-start'));
}

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'signet-cli-'));
  built = path.join(folder, 'built');
  home = path.join(folder, 'home');
  await cliPackage(built);
  const into = path.join(folder, 'packed');
  tarball = await packPackage(built, into);
  await install();
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const environment = (variables: Readonly<Record<string, string>> = {}) => ({
  PATH: process.env['PATH'],
  HOME: home,
  ...variables,
});

function signet(words: readonly string[], variables: Readonly<Record<string, string>> = {}) {
  const program = path.join(home, 'node_modules', '.bin', 'signet');
  const { status, stdout, stderr } = spawnSync(program, words, {
    cwd: home,
    env: environment(variables),
    encoding: 'utf8',
  });
  return { status, stdout, stderr };
}

/** The files of the tarball, with their texts. */
async function filesOf(place: string): Promise<ReadonlyMap<string, string>> {
  const entries = await readdir(place, { recursive: true, withFileTypes: true });
  const names = entries
    .filter((entry) => entry.isFile())
    .map((entry) => path.relative(place, path.join(entry.parentPath, entry.name)));
  const texts = names.map(
    async (name) => [name, await readFile(path.join(place, name), 'latin1')] as const,
  );
  return new Map(await Promise.all(texts));
}

describe('the tarball of the command line', () => {
  it('contains nothing but programs, modules, functions, demo images and documents', async () => {
    const { stdout } = await run('tar', ['-tzf', tarball]);
    // The modules that a program imports only when they are used have a hash in their names.
    const names = stdout
      .trim()
      .split('\n')
      .filter(
        (name) =>
          !/^package\/(?:cli|console|console\/page|local)\/[\w-]+-[A-Z0-9]{8}\.(?:js|css)$/.test(
            name,
          ),
      )
      .toSorted();
    const samples = await readdir(path.join(root, 'local', 'demo', 'samples'));
    expect(names).toEqual(
      [
        ...['LICENSE', 'README.md', 'THIRD-PARTY-LICENSES.txt', 'package.json'],
        ...['bin/signet.js', 'bin/start.js', 'cli/main.js', 'local/main.js', 'local/container.mjs'],
        ...['bin/console.js', 'console/main.js', 'console/page/index.html'],
        ...['viewer-request', 'origin-response', 'draw-process'].map(
          (name) => `functions/${name}.mjs`,
        ),
        ...samples.map((name) => `local/samples/${name}`),
      ]
        .map((name) => `package/${name}`)
        .toSorted(),
    );
  });

  it('contains neither the path of the checkout nor the configuration of an installation', async () => {
    const files = [...(await filesOf(built))];
    expect(files.filter(([, text]) => text.includes(root)).map(([name]) => name)).toEqual([]);
    const configured = files.filter(([, text]) => /(?:const|var) SIGNET_CONFIG/.test(text));
    expect(configured.map(([name]) => name)).toEqual(['local/main.js']);
  });

  it('names the command that starts the stack of the package', async () => {
    const files = [...(await filesOf(built))].filter(([name]) => name.endsWith('.js'));
    expect(files.filter(([, text]) => text.includes('npm start'))).toEqual([]);
    const naming = files.filter(([, text]) => text.includes('npx signet-start'));
    expect(naming.map(([name]) => name)).toEqual(
      expect.arrayContaining(['cli/main.js', 'local/main.js']),
    );
  });

  it('has a manifest that npm publishes, whose one dependency is pinned as in the checkout', async () => {
    const manifest = JSON.parse(await readFile(path.join(built, 'package.json'), 'utf8'));
    const own = JSON.parse(await readFile(path.join(root, 'package.json'), 'utf8'));
    expect(manifest).toMatchObject({
      ...{ name: '@signet-images/cli', version: own.version, license: 'Apache-2.0' },
      ...{ type: 'module', engines: own.engines, dependencies: { sharp: own.dependencies.sharp } },
    });
    expect(Object.keys(manifest).filter((name) => /^private$|^scripts$/.test(name))).toEqual([]);
  });

  it('has the same bytes when it is built again, at another time and in another time zone', async () => {
    const again = path.join(folder, 'again');
    const script = `
      const { cliPackage } = await import('./build/cli-package.ts');
      const { packPackage } = await import('./build/npm-package.ts');
      await cliPackage(process.argv[1]);
      await packPackage(process.argv[1], process.argv[2]);
    `;
    const words = ['--import', 'tsx', '--input-type=module', '-e', script];
    const into = path.join(folder, 'packed again');
    await run(process.execPath, [...words, path.join(again, 'x'), into], {
      cwd: root,
      env: { ...process.env, TZ: 'Pacific/Kiritimati' },
    });
    const [one, other] = await Promise.all(
      [tarball, path.join(into, path.basename(tarball))].map((file) => readFile(file)),
    );
    expect(one?.equals(other ?? Buffer.of())).toBe(true);
  });
});

describe('the installed command line', () => {
  it('says its version', async () => {
    const { version } = JSON.parse(await readFile(path.join(root, 'package.json'), 'utf8'));
    expect(signet(['--version'])).toEqual({ status: 0, stdout: `${version}\n`, stderr: '' });
  });

  it('prints its help', () => {
    const { status, stdout } = signet(['help']);
    expect(status).toBe(0);
    expect(stdout).toContain('Operate Signet: tenants, policies, signing keys, sources');
  });

  it('validates a policy file', async () => {
    await writeFile(path.join(home, 'good.json'), '{"tenant":"acme","operations":{}}');
    await writeFile(path.join(home, 'bad.json'), '{"tenant":"acme","operation":{}}');
    expect(signet(['policy', 'validate', 'good.json'])).toMatchObject({
      status: 0,
      stdout: 'good.json: valid\n',
    });
    expect(signet(['policy', 'validate', 'bad.json']).status).toBe(1);
  });

  it('mints a URL without a network', () => {
    const key = `sgn_${randomBytes(32).toString('base64url')}`;
    const { status, stdout } = signet(['mint', 'acme', 'cat.jpg', 'resize,w_640'], {
      ...{ SIGNET_URL: 'https://img.example.com', SIGNET_TENANT: 'acme' },
      ...{ SIGNET_KID: 'r1.1', SIGNET_KEY: key },
    });
    expect(status).toBe(0);
    expect(stdout).toMatch(
      /^https:\/\/img\.example\.com\/acme\/cat\.jpg__op__resize,w_640\?exp=\d+&kid=r1\.1&sig=[\w-]{43}\n$/,
    );
  });

  it('says how to start the stack if none runs', () => {
    const { status, stderr } = signet(['tenant', 'list'], { SIGNET_HOME: path.join(home, 'none') });
    expect(status).toBe(3);
    expect(stderr).toContain("/none' npx signet-start");
  });
});

describe('the installed stack', () => {
  let stack: StartedStack;
  beforeAll(async () => {
    const program = path.join(home, 'node_modules', '.bin', 'signet-start');
    stack = await startByCommand([program], { cwd: home, env: environment() });
  });
  afterAll(() => stack?.stop());

  it('serves the signed URL that it prints, drawn by the prebuilt functions', async () => {
    const answer = await fetch(stack.signedUrl, { headers: { accept: 'image/webp' } });
    expect([answer.status, answer.headers.get('content-type')]).toEqual([200, 'image/webp']);
    const bytes = Buffer.from(await answer.arrayBuffer());
    expect(bytes.toString('latin1', 8, 12)).toBe('WEBP');
  });

  it('serves the console at the address that it prints, with the prebuilt page', async () => {
    const [address = ''] = /http:\S+\?token=\S+/.exec(stack.output()) ?? [];
    const signedIn = await fetch(address);
    const cookie = signedIn.headers.get('set-cookie')?.split(';')[0] ?? '';
    const page = await (await fetch(new URL('/', address), { headers: { cookie } })).text();
    const [, script = ''] = /src="(\/main-[A-Z0-9]{8}\.js)"/.exec(page) ?? [];
    const answer = await fetch(new URL(script, address), { headers: { cookie } });
    expect([answer.status, answer.headers.get('content-type')]).toEqual([
      200,
      'text/javascript; charset=utf-8',
    ]);
  });

  it('keeps its state in the home folder, not in node_modules', async () => {
    expect(await readdir(path.join(home, '.signet'))).toContain('instance.json');
    expect(signet(['tenant', 'list']).stdout).toMatch(/\ndemo {2}.*\n$/);
  });

  it('stops at SIGTERM', async () => {
    expect(await stack.stop()).toBe(0);
  });
});
