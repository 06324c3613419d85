import { execFileSync } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { open, readdir, readFile, rm, stat, truncate } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { command } from '../../cli/in-process.ts';
import { notRun } from '../../not-run.ts';
import { documentedFields } from '../cloudfront/access-log/read-access-log.ts';
import { exitOf, type RunningStack, spawnStack, startRunningStack } from '../running-stack.ts';
import { colourOf, picture, policy, type StackClient, stackClient } from './stack-client.ts';

const home = mkdtempSync(path.join(tmpdir(), 'signet-full-'));

/** Mounts a disk of 32 MB. This needs root on Linux. */
function mounted(): boolean {
  try {
    const options = ['-t', 'tmpfs', '-o', 'size=32m,mode=0700', 'tmpfs', home];
    execFileSync('mount', options, { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

const disk = mounted();
if (!disk)
  notRun('a stack on a full and on a read-only disk', ['the right to mount'], { optional: true });
let stack: RunningStack | undefined;
let client: StackClient;

afterAll(async () => {
  await stack?.stop();
  // A drawing process that has only begun to load ends a moment after its stack.
  if (disk) execFileSync('umount', ['--lazy', home]);
  await rm(home, { recursive: true, force: true });
});

const filler = path.join(home, 'filler');

/** Fills the disk to the last byte. */
async function fill(): Promise<void> {
  const handle = await open(filler, 'a');
  for (let size = 1_048_576; size >= 1; size = Math.floor(size / 2))
    for (let full = false; !full; )
      await handle.write(Buffer.alloc(size)).then(
        ({ bytesWritten }) => {
          full = bytesWritten < size;
        },
        () => {
          full = true;
        },
      );
  await handle.close();
}

const temporaries = async (): Promise<readonly string[]> =>
  (await readdir(home, { recursive: true })).filter((name) => name.endsWith('.tmp'));

/** The paths in the access log, of its whole lines. */
async function loggedPaths(): Promise<readonly string[]> {
  const text = await readFile(path.join(home, 'logs', 'access.log'), 'utf8');
  const count = documentedFields.split(' ').length;
  const rows = text.split('\n').map((line) => line.split('\t'));
  return rows.filter(({ length }) => length === count).map((row) => row[7] ?? '');
}

// test/local/s3 tests the embedded S3 with a simulated full disk.
describe.runIf(disk)('a stack whose disk is full', () => {
  it('answers an image that it cannot store', async () => {
    stack = await startRunningStack({ home });
    client = await stackClient(stack.instance);
    await client.publish(policy);
    await client.put('a.png', await picture('red', 400, 300));
    expect((await client.get(client.path({ operations: ['resize,w_20'] }))).status).toBe(200);
    await fill();
    const answer = await client.get(client.path());
    expect(answer.status).toBe(200);
    expect(await colourOf(answer.body)).toEqual([255, 0, 0]);
    expect(await client.derivatives('a.png__op__resize,w_40__')).toEqual([]);
  });

  it('refuses an upload with a clear error, and keeps the old source', async () => {
    await expect(client.put('a.png', await picture('blue', 400, 300))).rejects.toThrow(
      'S3 put on signet-sources failed: InternalError 500',
    );
    const sample = path.resolve('local/demo/samples/mark.png');
    const { code, stderr } = await command(['put', 'acme', 'a.png', sample, '--json'], {
      SIGNET_HOME: home,
    });
    expect(code).not.toBe(0);
    expect(JSON.parse(stderr)).toMatchObject({
      error: 'unavailable',
      message: expect.stringMatching(/npx signet doctor checks the disk/),
    });
    const doctor = await command(['doctor'], { SIGNET_HOME: home });
    expect([doctor.code, doctor.stdout]).toEqual([
      1,
      expect.stringMatching(/cannot be written \(ENOSPC\).*\n {4}do: the disk is full: free some/),
    ]);
    const { body } = await client.get(client.path({ operations: ['resize,w_50'] }));
    expect(await colourOf(body)).toEqual([255, 0, 0]);
    expect(await temporaries()).toEqual([]);
  });

  it('works again when there is space', async () => {
    // More lines of the access log than the last block of its file can hold.
    for (let at = 0; at < 20; at += 1) expect((await client.get('/acme/a')).status).toBe(403);
    await rm(filler);
    expect(await command(['doctor'], { SIGNET_HOME: home })).toMatchObject({ code: 0 });
    const fresh = client.path({ operations: ['resize,w_60'] });
    expect((await client.get(fresh)).status).toBe(200);
    // Its line comes after one that was cut.
    await expect.poll(loggedPaths).toContain('/acme/a.png__op__resize,w_60');
    expect(await client.derivatives('a.png__op__resize,w_60__')).toHaveLength(1);
    await client.put('a.png', await picture('blue', 400, 300));
    const { body } = await client.get(fresh);
    expect(await colourOf(body)).toEqual([0, 0, 255]);
  });

  it('stops cleanly while it is full, and says why it cannot start', async () => {
    await fill();
    expect(await stack?.stop()).toBe(0);
    stack = undefined;
    await fill();
    // First there is no space at all, then enough for the state but not for the function bundles.
    await rm(path.join(home, 'functions'), { recursive: true });
    for (const take of [fill, async () => truncate(filler, (await stat(filler)).size - 300_000)]) {
      await take();
      const { child, output } = spawnStack(home);
      expect(await exitOf(child)).toBe(1);
      expect(output()).toBe('The disk is full; free some space and start again.\n');
    }
    await rm(filler);
    stack = await startRunningStack({ home });
    client = await stackClient(stack.instance);
    const { body } = await client.get(client.path({ operations: ['resize,w_60'] }));
    expect(await colourOf(body)).toEqual([0, 0, 255]);
  });
});

/** Makes a folder read-only for everyone, root included, until it is unmounted. */
function mountReadOnly(folder: string): void {
  execFileSync('mount', ['--bind', folder, folder]);
  execFileSync('mount', ['-o', 'remount,ro,bind', folder]);
}

describe.runIf(disk)('a stack whose state folder has become read-only', () => {
  const s3 = path.join(home, 's3');

  it('refuses an upload, and doctor names the folder; it works again when it can be written', async () => {
    stack ??= await startRunningStack({ home });
    client = await stackClient(stack.instance);
    const before = client.path({ operations: ['resize,w_60'] });
    mountReadOnly(s3);
    try {
      await expect(client.put('a.png', await picture('green', 400, 300))).rejects.toThrow(
        'InternalError 500',
      );
      expect((await client.get(before)).status).toBe(200);
      const { code, stdout } = await command(['doctor'], { SIGNET_HOME: home });
      expect([code, stdout]).toEqual([
        1,
        expect.stringContaining(`${path.join(s3, 'incoming')} cannot be written (EROFS)`),
      ]);
    } finally {
      execFileSync('umount', [s3]);
    }
    const log = await readFile(path.join(home, 'logs', 'edge.log'), 'utf8');
    expect(log).toContain('the file system of the state folder is read-only; make it writable');
    await client.put('a.png', await picture('green', 400, 300));
    expect((await command(['doctor'], { SIGNET_HOME: home })).code).toBe(0);
  });

  it('is named at the next start', async () => {
    await stack?.stop();
    stack = undefined;
    for (const [folder, said] of [
      [home, `The state folder ${home} cannot be written (EROFS); choose another`],
      [s3, `${s3}`],
    ] as const) {
      mountReadOnly(folder);
      const { child, output } = spawnStack(home);
      expect(await exitOf(child)).toBe(1);
      execFileSync('umount', [folder]);
      expect(output()).toContain(said);
      expect(output()).toContain('EROFS');
    }
  });
});
