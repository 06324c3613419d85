import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { fetchPillow } from '../others/image-packages.ts';

type Run = {
  readonly args?: readonly string[];
  readonly input?: string;
  readonly environment?: Readonly<Record<string, string>>;
};

const scripts = fileURLToPath(new URL('./reference/', import.meta.url));

/** Runs a script of the folder `reference` with Pillow. Returns what it prints. Throws if it fails. */
export function runReference(script: string, { args = [], input = '', environment }: Run): string {
  const options = ['-B', '-W', 'ignore', path.join(scripts, script), ...args];
  const { status, stdout, stderr } = spawnSync('python3', options, {
    input,
    encoding: 'utf8',
    maxBuffer: 1e9,
    env: { ...process.env, ...environment, PYTHONPATH: fetchPillow() },
  });
  if (status !== 0) throw new Error(`${script}: ${stderr}`);
  return stdout;
}
