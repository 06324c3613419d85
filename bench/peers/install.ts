import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { BenchFailure } from '../table.ts';

const folder = fileURLToPath(new URL('.', import.meta.url));
const mark = path.join(folder, 'node_modules', '.installed');

/** Installs the peers with their lock file, unless an earlier run did. Throws a `BenchFailure` if npm fails. */
export function installPeers(): void {
  const lock = readFileSync(path.join(folder, 'package-lock.json'));
  const digest = createHash('sha256').update(lock).digest('hex');
  if (existsSync(mark) && readFileSync(mark, 'utf8') === digest) return;
  process.stderr.write('bench: installing the peers, about 380 MB\n');
  const args = ['ci', '--loglevel', 'error', '--prefix', folder];
  const { status, stderr } = spawnSync('npm', args, { encoding: 'utf8' });
  if (status !== 0) {
    const said = /npm (?:error|ERR!) (?!code|syscall|errno)(.*)/.exec(stderr ?? '')?.[1];
    throw new BenchFailure(
      `npm ci --prefix bench/peers failed (${said ?? 'npm does not run'}); check that the npm registry can be reached`,
    );
  }
  writeFileSync(mark, digest);
}

/** The version of an installed peer. */
export function versionOfPeer(name: string): string {
  const manifest = path.join(folder, 'node_modules', name, 'package.json');
  const { version } = JSON.parse(readFileSync(manifest, 'utf8')) as { readonly version: string };
  return version;
}
