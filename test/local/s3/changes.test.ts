import { setTimeout as wait } from 'node:timers/promises';
import { DeleteObjectCommand, ListObjectsV2Command, PutObjectCommand } from '@aws-sdk/client-s3';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ObjectChange } from '../../../local/s3/server.ts';
import {
  bucket,
  listIncoming,
  outcome,
  type Running,
  readText,
  startEmbedded,
} from './embedded-s3.ts';

let embedded: Running;
beforeEach(async () => {
  embedded = await startEmbedded();
});
afterEach(() => embedded.discard());

const put = (Key: string, Body: string, extra: object = {}) =>
  embedded.s3.send(new PutObjectCommand({ Bucket: bucket, Key, Body, ...extra }));

const read = (key: string) => readText(embedded, key);
const leftovers = () => listIncoming(embedded);

describe('a change', () => {
  it('is reported before and after it is visible, and not if nothing changes', async () => {
    const told: string[] = [];
    const seen = async (key: string) =>
      (await embedded.s3.send(new ListObjectsV2Command({ Bucket: bucket, Prefix: key }))).KeyCount;
    const other = await startEmbedded({
      folder: embedded.folder,
      beforeChange: async ({ key, kind }: ObjectChange) => {
        told.push(`before ${kind} ${key}`);
      },
      afterChange: ({ key, kind }: ObjectChange) => {
        told.push(`after ${kind} ${key}`);
        throw new Error('a listener that fails');
      },
    });
    expect(await seen('told')).toBe(0);
    const at = { Bucket: bucket, Key: 'told' };
    await other.s3.send(new PutObjectCommand({ ...at, Body: 'x' }));
    await outcome(other.s3.send(new PutObjectCommand({ ...at, Body: 'y', IfNoneMatch: '*' })));
    await other.s3.send(new DeleteObjectCommand(at));
    await other.s3.send(new DeleteObjectCommand(at));
    await other.stop();
    expect(told).toEqual([
      'before created told',
      'after created told',
      'before removed told',
      'after removed told',
    ]);
  });

  it('fails with 500 and changes nothing if the listener fails beforehand', async () => {
    await put('guarded', 'old');
    const other = await startEmbedded({
      folder: embedded.folder,
      beforeChange: () => Promise.reject(new Error('the notice cannot be written')),
    });
    const at = { Bucket: bucket, Key: 'guarded' };
    const replaced = outcome(other.s3.send(new PutObjectCommand({ ...at, Body: 'new' })));
    expect(await replaced).toEqual({ status: 500, name: 'InternalError' });
    expect((await outcome(other.s3.send(new DeleteObjectCommand(at)))).status).toBe(500);
    expect(other.lines.join()).toContain('the notice cannot be written');
    await other.stop();
    expect(await read('guarded')).toBe('old');
    expect(await leftovers()).toEqual([]);
  });

  it('holds the lock of its key while it is reported', async () => {
    let inside = 0;
    let most = 0;
    const other = await startEmbedded({
      folder: embedded.folder,
      beforeChange: async () => {
        inside += 1;
        most = Math.max(most, inside);
        await wait(5);
        inside -= 1;
      },
    });
    const one = () =>
      other.s3.send(new PutObjectCommand({ Bucket: bucket, Key: 'locked', Body: 'x' }));
    await Promise.all(Array.from({ length: 8 }, one));
    await other.stop();
    expect(most).toBe(1);
  });
});
