import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { GetObjectCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { bucket, outcome, type Running, startEmbedded } from './embedded-s3.ts';

// The disk is full after this number of writes, syncs and renames.
const disk = vi.hoisted(() => ({ left: Number.POSITIVE_INFINITY }));

vi.mock('node:fs/promises', async (original) => {
  const real = await original<typeof import('node:fs/promises')>();
  const spend = (): void => {
    disk.left -= 1;
    if (disk.left < 0) throw Object.assign(new Error('ENOSPC: no space left'), { code: 'ENOSPC' });
  };
  const open: typeof real.open = async (...given) => {
    const handle = await real.open(...given);
    const [appendFile, sync] = [handle.appendFile.bind(handle), handle.sync.bind(handle)];
    handle.appendFile = async (...args: Parameters<typeof appendFile>) => {
      spend();
      await appendFile(...args);
    };
    handle.sync = async () => {
      spend();
      await sync();
    };
    return handle;
  };
  const rename: typeof real.rename = async (...given) => {
    spend();
    await real.rename(...given);
  };
  return { ...real, open, rename };
});

let embedded: Running;
beforeEach(async () => {
  disk.left = Number.POSITIVE_INFINITY;
  embedded = await startEmbedded();
});
afterEach(() => embedded.discard());

const at = { Bucket: bucket, Key: 'kept' };
const read = async () =>
  (await embedded.s3.send(new GetObjectCommand(at))).Body?.transformToString();

// The steps are: body, description, sync of the file, rename. Then the new object is in place and only
// the sync of the folder is left.
it.each([0, 1, 2, 3])('a disk that is full after %i steps leaves the old object', async (steps) => {
  await embedded.s3.send(new PutObjectCommand({ ...at, Body: 'old' }));
  disk.left = steps;
  const failed = await outcome(embedded.s3.send(new PutObjectCommand({ ...at, Body: 'new' })));
  expect(failed).toEqual({ status: 500, name: 'InternalError' });
  expect(embedded.lines.join('\n')).toContain('no space left on the device');
  expect(await readdir(join(embedded.folder, 'incoming'))).toEqual([]);
  disk.left = Number.POSITIVE_INFINITY;
  expect(await read()).toBe('old');
  await embedded.s3.send(new PutObjectCommand({ ...at, Body: 'new' }));
  expect(await read()).toBe('new');
});
