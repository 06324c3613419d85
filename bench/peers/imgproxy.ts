import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import type { DrawnPicture, PictureJob } from '../pictures/answer-jobs.ts';
import { BenchFailure } from '../table.ts';

/* imgproxy, if it is installed: a server that is asked over HTTP. Its CPU time is read from /proc, so on Linux alone. */

/** What `imgproxy version` prints; undefined if it is not on the PATH, or the machine has no /proc. */
export function findImgproxy(): string | undefined {
  if (process.platform !== 'linux') return undefined;
  const { status, stdout } = spawnSync('imgproxy', ['version'], { encoding: 'utf8' });
  return status === 0 ? stdout.trim() : undefined;
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  return typeof address === 'object' && address !== null ? address.port : 0;
}

/** Linux counts CPU time in hundredths of a second: https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html */
const tickMilliseconds = 10;

/** The CPU time that a process has used, in milliseconds. */
function cpuOf(pid: number): number {
  // The name in parentheses may contain spaces. Of the fields behind it, the 12th and 13th are user and system time.
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
    .replace(/^.*\) /s, '')
    .split(' ');
  return (Number(fields[11]) + Number(fields[12])) * tickMilliseconds;
}

async function waitUntilReady(origin: string, child: ChildProcess): Promise<void> {
  for (let tries = 0; tries < 300 && child.exitCode === null; tries += 1) {
    const answer = await fetch(`${origin}/health`).catch(() => undefined);
    if (answer?.ok) return;
    await wait(100);
  }
  throw new BenchFailure(
    'imgproxy does not start; run it by hand to see why, or take it off the PATH',
  );
}

const pathOf = ({ source, width, type, quality }: PictureJob): string => {
  const format = type === 'auto' ? 'avif' : type;
  const asked = quality === undefined ? '' : `/q:${quality}`;
  return `/unsafe/rs:fit:${width}:0${asked}/plain/local://${encodeURI(source)}@${format}`;
};

/** Starts the server with its defaults. Throws a `BenchFailure` if it does not get ready. */
export async function startImgproxy() {
  const bind = `127.0.0.1:${await freePort()}`;
  const env = { ...process.env, IMGPROXY_BIND: bind, IMGPROXY_LOCAL_FILESYSTEM_ROOT: '/' };
  const child = spawn('imgproxy', [], { env, stdio: 'ignore' });
  await waitUntilReady(`http://${bind}`, child);
  const draw = async (job: PictureJob): Promise<DrawnPicture> => {
    const before = cpuOf(child.pid ?? 0);
    const answer = await fetch(`http://${bind}${pathOf(job)}`);
    const bytes = new Uint8Array(await answer.arrayBuffer());
    if (!answer.ok) throw new BenchFailure(`imgproxy answers ${answer.status} for ${job.source}`);
    writeFileSync(job.out, bytes);
    return { bytes: bytes.length, cpu: cpuOf(child.pid ?? 0) - before };
  };
  return { draw, stop: () => child.kill() };
}
