import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { bundle } from '../../build/functions.ts';
import { median } from '../median.ts';
import { deployedConfig } from './deployed-config.ts';

/** What it costs to start viewer-request, next to a Node that does nothing. */
export type InitCost = {
  /** CPU time of `node -e ''`, in milliseconds: the median of all runs. */
  readonly emptyMs: number;
  /** The same with the bundle loaded. */
  readonly loadedMs: number;
  readonly ratio: number;
  readonly bundleBytes: number;
};

/** Nothing listens on port 1, so the read at start ends at once. */
const config = deployedConfig('http://127.0.0.1:1');

/** Prints the CPU time of the process when it ends, in microseconds. */
const printCpuTime =
  "process.on('exit', () => { const { user, system } = process.cpuUsage();" +
  " require('node:fs').writeSync(1, String(user + system)); });";

async function cpuTime(node: string, program: string): Promise<number> {
  const { stdout } = await promisify(execFile)(node, ['-e', `${printCpuTime}${program}`]);
  return Number(stdout) / 1_000;
}

/**
 * Measures with a Node, by default the one that runs. The runs alternate, so that a busy machine changes
 * both alike. Throws an error if the bundle cannot be loaded.
 */
export async function measureInit(runs: number, node = process.execPath): Promise<InitCost> {
  const folder = await mkdtemp(path.join(tmpdir(), 'signet-init-'));
  try {
    const file = path.join(folder, 'index.mjs');
    const code = await bundle('edge/viewer-request.ts', config);
    await writeFile(file, code);
    const load = `import(${JSON.stringify(pathToFileURL(file).href)}).then(() => process.exit());`;
    const [empty, loaded]: [number[], number[]] = [[], []];
    for (let run = 0; run < runs; run += 1) {
      empty.push(await cpuTime(node, ''));
      loaded.push(await cpuTime(node, load));
    }
    const [emptyMs, loadedMs] = [median(empty), median(loaded)];
    return { emptyMs, loadedMs, ratio: loadedMs / emptyMs, bundleBytes: code.length };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
