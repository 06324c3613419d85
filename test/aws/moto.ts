import { spawn, spawnSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { freePort } from '../free-port.ts';
import { installPython } from '../local/s3/tools/tool-packages.ts';
import { notRun } from '../not-run.ts';
import { isProof } from '../proof/cases.ts';

/* moto: an implementation of AWS's services by other people, which keeps everything in memory. */

export const motoVersion = '5.2.5';

/** The account of everything in moto. */
export const motoAccount = '123456789012';

function install(): string {
  const folder = installPython('moto[server]', motoVersion);
  if (!existsSync(path.join(folder, 'moto', 'server.py'))) throw new Error('moto has no server');
  return folder;
}

/**
 * The folder of moto and cfn-lint, for PYTHONPATH. The proof and CI install them. Elsewhere, and if they cannot be
 * installed, it says so and returns undefined.
 */
export function findMoto(): string | undefined {
  const wanted = isProof || process.env['SIGNET_RUN_ALL'] !== undefined;
  const hint = { install: 'npm run proof -- aws', optional: true };
  if (!wanted) {
    notRun('the tests against moto', ['moto'], hint);
    return undefined;
  }
  try {
    return install();
  } catch (thrown) {
    notRun('the tests against moto', [`moto (${(thrown as Error).message})`], hint);
    return undefined;
  }
}

/** The version of cfn-lint, which moto brings. */
export const cfnLintVersion = (folder: string): string =>
  readdirSync(folder)
    .map((name) => /^cfn_lint-(.+)\.dist-info$/.exec(name)?.[1])
    .find((version) => version !== undefined) ?? 'unknown';

/** Runs a Python program of the folder and returns its output and exit code. */
export const runPython = (folder: string, words: readonly string[], input?: string) =>
  spawnSync('python3', words, {
    encoding: 'utf8',
    env: { ...process.env, PYTHONPATH: folder, PYTHONDONTWRITEBYTECODE: '1' },
    ...(input === undefined ? {} : { input }),
  });

export type Moto = { readonly port: number; readonly address: string; readonly stop: () => void };

/** Starts moto's server. */
export async function startMoto(folder: string): Promise<Moto> {
  const port = await freePort();
  const address = `http://127.0.0.1:${port}`;
  const words = ['-m', 'moto.server', '-H', '127.0.0.1', '-p', String(port)];
  const child = spawn('python3', words, {
    env: { PATH: process.env['PATH'], PYTHONPATH: folder, PYTHONDONTWRITEBYTECODE: '1' },
    stdio: 'ignore',
  });
  process.once('exit', () => child.kill());
  for (;;) {
    if (child.exitCode !== null) throw new Error(`moto ended with ${child.exitCode}`);
    const answer = await fetch(`${address}/moto-api/`).catch(() => undefined);
    if (answer?.ok) break;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return { port, address, stop: () => child.kill() };
}
