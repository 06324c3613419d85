import { mkdir, open, readFile, rename, rm, stat } from 'node:fs/promises';
import net from 'node:net';
import path from 'node:path';
import { type LocalInstance, localAddress } from '../../shared/deployment/local-endpoints.ts';
import { StartFailure } from '../start-failure.ts';

/*
 * Ensures one stack per state folder. `instance.json` contains the pid and the ports of the stack that
 * uses the folder. Node has no file locks, and packages for it do not tell who holds the lock.
 */

/** A stack that has not announced its ports for this long, in milliseconds, counts as dead. */
const startingMs = 30_000;

type Holder = Partial<LocalInstance> & {
  readonly pid: number;
  readonly since: number;
  /** Set while the folder is repaired. */
  readonly isRepair?: boolean;
};

const fileIn = (home: string): string => path.join(home, 'instance.json');

async function readHolder(home: string): Promise<Holder | undefined> {
  try {
    const held = JSON.parse(await readFile(fileIn(home), 'utf8')) as Partial<Holder>;
    return Number.isInteger(held.pid) ? ({ since: 0, ...held } as Holder) : undefined;
  } catch {
    // The file is missing or was cut by a crash. In both cases the folder is free.
    return undefined;
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (thrown) {
    return (thrown as NodeJS.ErrnoException).code === 'EPERM';
  }
}

function isAnswering(host: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = net.connect({ host, port, timeout: 1_000 });
    const end = (result: boolean) => () => {
      socket.destroy();
      resolve(result);
    };
    socket.once('connect', end(true)).once('error', end(false)).once('timeout', end(false));
  });
}

/** The pid may belong to another program by now, so the port is checked, too. */
async function isRunning({ pid, host, ports, since, isRepair }: Holder): Promise<boolean> {
  if (!isAlive(pid)) return false;
  if (isRepair) return true;
  if (host === undefined || ports === undefined) return Date.now() - since < startingMs;
  return isAnswering(host, ports.cdn);
}

function folderTaken(home: string, { pid, host, ports, isRepair }: Holder): StartFailure {
  if (isRepair)
    return new StartFailure(
      `signet doctor --repair works on ${home} (pid ${pid}); start again when it has ended`,
    );
  const where = host && ports ? `at ${localAddress(host, ports.cdn)}` : 'and is still starting';
  return new StartFailure(
    `Signet already runs on ${home} (pid ${pid}) ${where}; stop it with: kill ${pid}`,
  );
}

async function writeClaim(home: string, options: ClaimOptions): Promise<boolean> {
  try {
    const handle = await open(fileIn(home), 'wx', 0o600);
    await handle.writeFile(JSON.stringify({ pid: process.pid, since: Date.now(), ...options }));
    await handle.close();
    return true;
  } catch (thrown) {
    if ((thrown as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw thrown;
  }
}

/** Removes the file of a dead holder. The rename succeeds for only one of several processes. */
async function removeClaim(home: string): Promise<void> {
  const aside = `${fileIn(home)}.${process.pid}.old`;
  await rename(fileIn(home), aside).catch(() => undefined);
  await rm(aside, { force: true });
}

type Announced = Pick<LocalInstance, 'host' | 'ports' | 'policyFields'>;

/** `isRepair`: the folder is claimed to be repaired, not to run a stack. */
export type ClaimOptions = { readonly isRepair?: boolean };

export type Claim = {
  /** Writes the addresses of the stack, for commands and for a second start. */
  readonly announce: (at: Announced) => Promise<void>;
  readonly release: () => Promise<void>;
};

async function announce(home: string, at: Announced): Promise<void> {
  const fresh = `${fileIn(home)}.${process.pid}.new`;
  const handle = await open(fresh, 'w', 0o600);
  await handle.writeFile(JSON.stringify({ pid: process.pid, since: Date.now(), ...at }));
  await handle.close();
  await rename(fresh, fileIn(home));
}

/** Claims the folder for this process. Throws `StartFailure` if another process uses it. */
export async function claimFolder(home: string, options: ClaimOptions = {}): Promise<Claim> {
  await makeHome(home);
  for (let attempt = 0; attempt < 3; attempt += 1) {
    if (await writeClaim(home, options))
      return {
        announce: (at) => announce(home, at),
        release: () => rm(fileIn(home), { force: true }),
      };
    const holder = await readHolder(home);
    if (holder !== undefined && (await isRunning(holder))) throw folderTaken(home, holder);
    await removeClaim(home);
  }
  throw new StartFailure(
    `Several processes are starting on ${home} at the same time; start one of them again.`,
  );
}

/** Makes a folder and those above it. Node's own `recursive` never ends where a folder such as /proc takes no other. */
async function makePath(folder: string): Promise<void> {
  const make = () => mkdir(folder, { mode: 0o700 });
  try {
    await make();
  } catch (thrown) {
    const { code } = thrown as NodeJS.ErrnoException;
    if (code === 'EEXIST') return;
    const above = path.dirname(folder);
    if (code !== 'ENOENT' || (await stat(above).catch(() => undefined)) !== undefined) throw thrown;
    await makePath(above);
    await make();
  }
}

async function makeHome(home: string): Promise<void> {
  try {
    await makePath(path.resolve(home));
    const probe = path.join(home, `.probe-${process.pid}`);
    const handle = await open(probe, 'w', 0o600);
    await handle.writeFile('written');
    await handle.close();
    await rm(probe);
  } catch (thrown) {
    const { code } = thrown as NodeJS.ErrnoException;
    // The disk is full, so another folder would not help.
    if (code === 'ENOSPC') throw thrown;
    throw new StartFailure(
      `The state folder ${home} cannot be written (${code}); choose another: SIGNET_HOME=/path npm start`,
    );
  }
}
