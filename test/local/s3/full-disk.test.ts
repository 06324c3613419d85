import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import {
  CopyObjectCommand,
  CreateMultipartUploadCommand,
  GetObjectCommand,
  PutObjectCommand,
  UploadPartCommand,
} from '@aws-sdk/client-s3';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { bucket, outcome, type Running, startEmbedded } from './embedded-s3.ts';
import {
  complete,
  createUpload,
  leftovers,
  multipartEtag,
  sendParts,
} from './multipart/uploads.ts';

// The disk is full after this number of writes, syncs and renames.
const disk = vi.hoisted(() => ({ left: Number.POSITIVE_INFINITY, code: 'ENOSPC' }));

vi.mock('node:fs/promises', async (original) => {
  const real = await original<typeof import('node:fs/promises')>();
  const spend = (): void => {
    disk.left -= 1;
    if (disk.left < 0) throw Object.assign(new Error(disk.code), { code: disk.code });
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
  Object.assign(disk, { left: Number.POSITIVE_INFINITY, code: 'ENOSPC' });
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
  expect(embedded.lines.join('\n')).toContain(
    'nothing was changed: the disk is full; free some space',
  );
  expect(await readdir(join(embedded.folder, 'incoming'))).toEqual([]);
  disk.left = Number.POSITIVE_INFINITY;
  expect(await read()).toBe('old');
  await embedded.s3.send(new PutObjectCommand({ ...at, Body: 'new' }));
  expect(await read()).toBe('new');
});

it.each([
  ['EROFS', 'is read-only'],
  ['EACCES', 'may not be written by this user'],
  ['EDQUOT', 'quota of the disk is used up'],
  ['EIO', 'fails'],
])('a disk that answers %s leaves the old object, and is named in the log', async (code, said) => {
  await embedded.s3.send(new PutObjectCommand({ ...at, Body: 'old' }));
  Object.assign(disk, { left: 0, code });
  const failed = await outcome(embedded.s3.send(new PutObjectCommand({ ...at, Body: 'new' })));
  expect(failed).toEqual({ status: 500, name: 'InternalError' });
  expect(embedded.lines.join('\n')).toContain(said);
  disk.left = Number.POSITIVE_INFINITY;
  expect(await read()).toBe('old');
});

describe('a disk that is full', () => {
  const failed = { status: 500, name: 'InternalError' };
  const fill = (steps: number): void => {
    disk.left = steps;
  };
  const empty = (): void => fill(Number.POSITIVE_INFINITY);

  // The steps of a part are: body, description, sync of the file, rename.
  it.each([0, 1, 2, 3])('after %i steps of a part keeps the upload as it was', async (steps) => {
    const target = await createUpload(embedded, 'kept');
    const parts = await sendParts(embedded, target, ['first']);
    const before = await leftovers(embedded);
    fill(steps);
    const second = { ...target, PartNumber: 2, Body: 'second' };
    expect(await outcome(embedded.s3.send(new UploadPartCommand(second)))).toEqual(failed);
    empty();
    expect(await leftovers(embedded)).toEqual(before);
    expect((await complete(embedded, target, parts)).ETag).toBe(multipartEtag('first'));
  });

  // The steps of a completion are: body of the part, description, sync of the file, rename.
  it.each([0, 1, 2, 3])('after %i steps of a completion can be completed later', async (steps) => {
    await embedded.s3.send(new PutObjectCommand({ ...at, Body: 'old' }));
    const target = await createUpload(embedded, 'kept');
    const parts = await sendParts(embedded, target, ['new']);
    fill(steps);
    expect(await outcome(complete(embedded, target, parts))).toEqual(failed);
    empty();
    expect(await read()).toBe('old');
    await complete(embedded, target, parts);
    expect(await read()).toBe('new');
    expect(await leftovers(embedded)).toEqual([]);
  });

  it.each([0, 1])('after %i steps creates no upload', async (steps) => {
    fill(steps);
    const create = new CreateMultipartUploadCommand(at);
    expect(await outcome(embedded.s3.send(create))).toEqual(failed);
    empty();
    expect(await leftovers(embedded)).toEqual([]);
  });

  it.each([0, 1, 2, 3])('after %i steps of a copy keeps the old object', async (steps) => {
    await embedded.s3.send(new PutObjectCommand({ ...at, Body: 'old' }));
    const source = { ...at, Key: 'source' };
    await embedded.s3.send(new PutObjectCommand({ ...source, Body: 'new' }));
    fill(steps);
    const copy = new CopyObjectCommand({ ...at, CopySource: `${bucket}/source` });
    expect(await outcome(embedded.s3.send(copy))).toEqual(failed);
    empty();
    expect(await read()).toBe('old');
    expect(await leftovers(embedded)).toEqual([]);
  });
});
