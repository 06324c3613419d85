import { mkdir, open, readFile, rename, rm } from 'node:fs/promises';
import net from 'node:net';
import path from 'node:path';
import { type LocalInstance, localAddress } from '../../shared/deployment/local-endpoints.ts';
import { StartFailure } from '../settings.ts';

/*
 * One stack per folder. Node has no file locks and the packages that imitate them do not say who
 * holds one; this file does: its pid and where it listens.
 */

/** Somebody who is starting has this long before they count as dead, in milliseconds. */
const startingMs = 30_000;

type Held = Partial<LocalInstance> & { readonly pid: number; readonly since: number };

const fileIn = (home: string): string => path.join(home, 'instance.json');

async function readHeld(home: string): Promise<Held | undefined> {
  try {
    const held = JSON.parse(await readFile(fileIn(home), 'utf8')) as Partial<Held>;
    return Number.isInteger(held.pid) ? ({ since: 0, ...held } as Held) : undefined;
  } catch {
    // Missing, or cut by a crash: in both cases nobody holds the folder.
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

/** A pid may have been given to another program, so whoever listens is asked, too. */
async function isRunning({ pid, host, ports, since }: Held): Promise<boolean> {
  if (!isAlive(pid)) return false;
  if (host === undefined || ports === undefined) return Date.now() - since < startingMs;
  return isAnswering(host, ports.cdn);
}

function folderTaken(home: string, { pid, host, ports }: Held): StartFailure {
  const where = host && ports ? `at ${localAddress(host, ports.cdn)}` : 'and is still starting';
  return new StartFailure(
    `Signet already runs on ${home} (pid ${pid}) ${where}; stop it with: kill ${pid}`,
  );
}

async function claim(home: string): Promise<boolean> {
  try {
    const handle = await open(fileIn(home), 'wx', 0o600);
    await handle.writeFile(JSON.stringify({ pid: process.pid, since: Date.now() }));
    await handle.close();
    return true;
  } catch (thrown) {
    if ((thrown as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw thrown;
  }
}

/** Moves a dead holder's file away: of several who try, one succeeds. */
async function clear(home: string): Promise<void> {
  const aside = `${fileIn(home)}.${process.pid}.old`;
  await rename(fileIn(home), aside).catch(() => undefined);
  await rm(aside, { force: true });
}

type Announced = Pick<LocalInstance, 'host' | 'ports' | 'policyFields'>;

export type Claim = {
  /** Says where the stack listens, for commands and for whoever starts a second one. */
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

/** Takes the folder for this process. Throws `StartFailure` when another one has it. */
export async function claimFolder(home: string): Promise<Claim> {
  await makeHome(home);
  for (let attempt = 0; attempt < 3; attempt += 1) {
    if (await claim(home))
      return {
        announce: (at) => announce(home, at),
        release: () => rm(fileIn(home), { force: true }),
      };
    const held = await readHeld(home);
    if (held !== undefined && (await isRunning(held))) throw folderTaken(home, held);
    await clear(home);
  }
  throw new StartFailure(`Several processes start on ${home} at once; start one of them again.`);
}

async function makeHome(home: string): Promise<void> {
  try {
    await mkdir(home, { recursive: true, mode: 0o700 });
    const probe = path.join(home, `.probe-${process.pid}`);
    const handle = await open(probe, 'w', 0o600);
    await handle.writeFile('written');
    await handle.close();
    await rm(probe);
  } catch (thrown) {
    const { code } = thrown as NodeJS.ErrnoException;
    // Another folder on the same disk would not help.
    if (code === 'ENOSPC') throw thrown;
    throw new StartFailure(
      `The state folder ${home} cannot be written (${code}); choose another: SIGNET_HOME=/path npm start`,
    );
  }
}
