import { execFileSync, spawnSync } from 'node:child_process';
import { closeSync, existsSync, openSync, readFileSync } from 'node:fs';
import { copyFile, readFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { unzipSync } from 'fflate';
import { writeUnzipped } from '../build/unzip.ts';
import {
  bootstrap,
  buildAwsEmulator,
  deployedNode,
  type Emulator,
  startAwsEmulator,
  startOwnEmulator,
} from '../edge/lambda-emulator.ts';
import { treeOf } from '../process-tree.ts';
import { isProof } from '../proof/cases.ts';

/*
 * Runs the zips as Lambda does: on its Node, without HOME, as a user that is not root, on a file system of which only
 * /tmp can be written, and frozen between events.
 */

/** The folder of the function stays where it is, although the checkout may be in /tmp, which is empty for the function. */
const script = [
  'folder=$1; shift',
  'mount --bind "$folder" /mnt',
  'mount -o remount,bind,ro /',
  'mount -t tmpfs -o size=512m,mode=1777 tmpfs /tmp',
  'mkdir -p "$folder"',
  'mount --bind /mnt "$folder"',
  'mount -o remount,bind,ro "$folder"',
  'exec "$@"',
].join(' && ');
// Like the user of Lambda it has an entry in /etc/passwd, and a home that does not exist.
const unprivileged = ['setpriv', '--reuid', 'nobody', '--regid', 'nogroup', '--clear-groups'];
const isolate = (folder: string): readonly string[] => [
  ...['unshare', '-m', 'sh', '-c', script, 'sh', folder],
  ...unprivileged,
];

/** Whether this machine allows a file system that can only be read. */
export const canIsolate =
  spawnSync('env', [...isolate(import.meta.dirname), 'test', '-r', fileURLToPath(import.meta.url)])
    .status === 0;

/** What the emulated functions have in common with deployed ones here. */
export const isolation = canIsolate
  ? 'a read-only file system except /tmp, and a user that is not root'
  : 'the file system of this machine, because it does not allow another one';

/** Whether a process has its root file system only to read, and runs as another user than root. */
export function isIsolated(pid: number): boolean {
  const mounts = readFileSync(`/proc/${pid}/mounts`, 'utf8');
  const user = /^Uid:\t(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
  return /^\S+ \/ \S+ ro,/m.test(mounts) && user !== '0';
}

/** The Node that runs the functions. */
export const nodeVersion = (): string =>
  execFileSync(deployedNode(), ['--version'], { encoding: 'utf8' }).trim().slice(1);

async function unzip(zip: string, folder: string): Promise<string> {
  await writeUnzipped(unzipSync(await readFile(zip)), folder);
  return path.join(folder, 'index.mjs');
}

/** Copies Node and the bootstrap, because a checkout may be where a process of its own has an empty /tmp. */
async function copyRuntime(folder: string): Promise<readonly string[]> {
  const copies = [deployedNode(), bootstrap].map(
    (from) => [from, path.join(folder, path.basename(from))] as const,
  );
  for (const [from, to] of copies) if (!existsSync(to)) await copyFile(from, to);
  return copies.map(([, to]) => to);
}

let awsEmulator: string | undefined;

/** Starts a function with its first event. */
async function start(folder: string, file: string, event: object, options: object) {
  if (!isProof) return startOwnEmulator(file, event, options);
  awsEmulator ??= buildAwsEmulator(folder);
  return startAwsEmulator(awsEmulator, file, event, options);
}

/** A deployed function that is frozen whenever it has no event. */
export type DeployedFunction = {
  /** Handles an event. The function starts with the first one. */
  readonly invoke: (event: object) => Promise<unknown>;
  /** The file with the lines that it has printed. */
  readonly log: string;
  readonly pid: () => number;
  readonly stop: () => void;
};

export type FunctionOptions = {
  readonly name: string;
  readonly zip: string;
  readonly folder: string;
  readonly variables?: Readonly<Record<string, string>>;
  /** Called while the function is frozen. */
  readonly whileFrozen: () => void;
};

function signal(emulator: Emulator, name: 'SIGSTOP' | 'SIGCONT'): void {
  for (const pid of treeOf(emulator.pid)) process.kill(pid, name);
}

/** Unzips a function. It handles one event at a time. */
export async function openFunction(asked: FunctionOptions): Promise<DeployedFunction> {
  const { folder, name, variables = {}, whileFrozen, zip } = asked;
  const file = await unzip(zip, path.join(folder, name));
  const log = path.join(folder, `${name}.log`);
  const output = openSync(log, 'a');
  const runtime = await copyRuntime(folder);
  const options = { variables, output, runtime, wrapper: canIsolate ? isolate(folder) : [] };
  let emulator: Emulator | undefined;
  const handle = async (event: object): Promise<unknown> => {
    if (emulator !== undefined) {
      signal(emulator, 'SIGCONT');
      return emulator.invoke(event);
    }
    const started = await start(folder, file, event, options);
    emulator = started.emulator;
    return started.first;
  };
  let queue: Promise<unknown> = Promise.resolve();
  const invoke = (event: object): Promise<unknown> => {
    const handled = queue
      .then(() => handle(event))
      .finally(() => {
        if (emulator !== undefined) signal(emulator, 'SIGSTOP');
        whileFrozen();
      });
    queue = handled.catch(() => undefined);
    return handled;
  };
  const stop = (): void => {
    emulator?.stop();
    closeSync(output);
  };
  return { invoke, log, pid: () => emulator?.pid ?? 0, stop };
}
