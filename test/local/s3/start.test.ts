import { createHash, randomBytes } from 'node:crypto';
import { closeSync, mkdirSync, openSync, writeSync } from 'node:fs';
import { mkdtemp, readdir, readFile, stat, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import { GetObjectCommand, ListObjectsV2Command, PutObjectCommand } from '@aws-sdk/client-s3';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { encodeTail } from '../../../local/s3/objects/described-file.ts';
import { startS3 } from '../../../local/s3/server.ts';
import { bucket, outcome, type Running, startEmbedded } from './embedded-s3.ts';

/** The synchronous reads, which only a start does. */
const read = vi.hoisted(() => ({ files: 0, bytes: 0 }));
vi.mock('node:fs', async (original) => {
  const fs = await original<typeof import('node:fs')>();
  return {
    ...fs,
    openSync: (...args: Parameters<typeof fs.openSync>) => {
      read.files += 1;
      return fs.openSync(...args);
    },
    readSync: (file: number, buffer: Buffer, offset: number, length: number, position: number) => {
      read.bytes += length;
      return fs.readSync(file, buffer, offset, length, position);
    },
  };
});

/** Fake timers. Files and sockets work in real time. */
const stopClock = () => vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
const realTimeout = setTimeout;

const running: Running[] = [];
async function start(options: Parameters<typeof startEmbedded>[0] = {}): Promise<Running> {
  const one = await startEmbedded(options);
  running.push(one);
  return one;
}
afterEach(async () => {
  vi.useRealTimers();
  for (const one of running.splice(0)) await one.discard();
});

const put = ({ s3 }: Running, Key: string, Body: string) =>
  s3.send(new PutObjectCommand({ Bucket: bucket, Key, Body }));
const get = ({ s3 }: Running, Key: string) =>
  s3.send(new GetObjectCommand({ Bucket: bucket, Key }));

async function objectFiles({ folder }: Running): Promise<string[]> {
  const root = join(folder, 'buckets', bucket);
  const names = await readdir(root, { recursive: true, withFileTypes: true });
  return names.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
}

describe('a start', () => {
  it('finds the objects of an earlier process', async () => {
    const first = await start();
    for (const key of ['a', 'a/b', '../c']) await put(first, key, key);
    await first.stop();
    const second = await start({ folder: first.folder });
    const { Contents } = await second.s3.send(new ListObjectsV2Command({ Bucket: bucket }));
    expect(Contents?.map(({ Key }) => Key)).toEqual(['../c', 'a', 'a/b']);
    expect(await (await get(second, 'a/b')).Body?.transformToString()).toBe('a/b');
  });

  it('reads an object in the form of the first version, which knew no parts', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'signet-s3-'));
    const json = Buffer.from(
      '{"key":"old","size":4,"etag":"841a2d689ad86bd1611447453c22c6fc","modified":1767225600000,' +
        '"headers":{"content-type":"image/png"},"tags":"a=1&b=%20","checksum":null}',
    );
    const footer = Buffer.alloc(16, 'SIGNETo1');
    footer.writeUInt32BE(json.length, 8);
    footer.writeUInt32BE(crc32(json), 12);
    const name = createHash('sha256').update('old').digest('hex');
    const parent = join(folder, 'buckets', bucket, name.slice(0, 2));
    mkdirSync(parent, { recursive: true });
    await writeFile(
      join(parent, name.slice(2)),
      Buffer.concat([Buffer.from('body'), json, footer]),
    );
    const one = await start({ folder });
    const got = await get(one, 'old');
    expect(await got.Body?.transformToString()).toBe('body');
    expect(got).toMatchObject({ ContentType: 'image/png', TagCount: 2 });
  });

  it('creates folders and files that only their owner can read', async () => {
    const one = await start();
    await put(one, 'private', 'x');
    const mode = async (path: string) => (await stat(path)).mode & 0o777;
    expect(await mode(one.folder)).toBe(0o700);
    expect(await mode(join(one.folder, 'buckets', bucket))).toBe(0o700);
    for (const file of await objectFiles(one)) expect(await mode(file)).toBe(0o600);
  });

  it('deletes the temporary files of a killed writer', async () => {
    const first = await start();
    await first.stop();
    const incoming = join(first.folder, 'incoming');
    await writeFile(join(incoming, 'left.tmp'), 'half a body');
    await start({ folder: first.folder });
    expect(await readdir(incoming)).toEqual([]);
  });

  it('on a port in use fails with the original error', async () => {
    const { port, folder } = await start();
    const again = startS3({ folder, host: '127.0.0.1', port, buckets: [bucket], identities: [] });
    await expect(again).rejects.toMatchObject({ code: 'EADDRINUSE', port });
  });

  it.each(['../escape', 'UPPER', 'a', ''])('refuses the bucket name %j', async (name) => {
    await expect(startEmbedded({ buckets: [name] })).rejects.toThrow('not a valid bucket name');
  });

  it('with 10,000 objects reads the end of each file, once, and lists them in order', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'signet-s3-'));
    for (let number = 0; number < 10_000; number += 1) {
      const name = randomBytes(32).toString('hex');
      const parent = join(folder, 'buckets', bucket, name.slice(0, 2));
      const key = `k${String(number).padStart(5, '0')}`;
      const size = 20_000;
      const head = { key, size, etag: '0'.repeat(32), modified: 0, headers: {} };
      const tail = encodeTail({ ...head, tags: null, checksum: null });
      mkdirSync(parent, { recursive: true });
      const file = openSync(join(parent, name.slice(2)), 'w');
      // A sparse file takes no disk space.
      writeSync(file, tail, 0, tail.length, size);
      closeSync(file);
    }
    Object.assign(read, { files: 0, bytes: 0 });
    const one = await start({ folder });
    expect(read.files).toBe(10_000);
    expect(read.bytes).toBe(10_000 * 4_096);
    const { Contents, IsTruncated } = await one.s3.send(
      new ListObjectsV2Command({ Bucket: bucket, StartAfter: 'k08999' }),
    );
    expect(Contents?.[0]?.Key).toBe('k09000');
    expect([Contents?.length, IsTruncated]).toEqual([1000, false]);
  });
});

describe('a damaged file', () => {
  const damages: readonly [string, (path: string) => Promise<void>][] = [
    ['cut to nothing', (path) => truncate(path, 0)],
    ['cut short', async (path) => truncate(path, (await stat(path)).size - 1)],
    ['cut to a stump', (path) => truncate(path, 5)],
    ['of zeros', async (path) => writeFile(path, Buffer.alloc((await stat(path)).size))],
    ['with more in front', async (path) => writeFile(path, `x${await readFile(path, 'latin1')}`)],
    [
      'with a changed body',
      async (path) => writeFile(path, (await readFile(path, 'latin1')).replace('good', 'evil')),
    ],
    [
      'with a changed description',
      async (path) =>
        writeFile(path, (await readFile(path, 'latin1')).replace('octet', 'OCTET'), 'latin1'),
    ],
  ];
  it.each(damages)('%s is a 500 for its key only, and can be replaced', async (_, damage) => {
    const first = await start();
    await put(first, 'damaged', 'good body');
    const [path = ''] = await objectFiles(first);
    await put(first, 'whole', 'untouched');
    await first.stop();
    await damage(path);
    const second = await start({ folder: first.folder });
    expect(await outcome(get(second, 'damaged'))).toEqual({ status: 500, name: 'InternalError' });
    expect(second.lines.join('\n')).toMatch(/DamagedObject|is damaged/);
    expect(await (await get(second, 'whole')).Body?.transformToString()).toBe('untouched');
    await put(second, 'damaged', 'good again');
    expect(await (await get(second, 'damaged')).Body?.transformToString()).toBe('good again');
  });

  it('of another key is not served', async () => {
    const one = await start();
    await put(one, 'a', 'body of a');
    const [path = ''] = await objectFiles(one);
    const bytes = await readFile(path);
    await put(one, 'b', 'body of b');
    for (const file of await objectFiles(one)) await writeFile(file, bytes);
    expect((await outcome(get(one, 'a'))).status).toBe(200);
    expect((await outcome(get(one, 'b'))).status).toBe(500);
  });
});

describe('a close', () => {
  it('frees the port at once without requests in progress', async () => {
    const first = await start();
    await put(first, 'x', 'x');
    stopClock();
    await first.close();
    const second = await start({ port: first.port });
    expect(second.port).toBe(first.port);
  });

  it('finishes a request in progress', async () => {
    let go: () => void = () => undefined;
    let begun: () => void = () => undefined;
    const started = new Promise<void>((resolve) => {
      begun = resolve;
    });
    const gate = new Promise<void>((resolve) => {
      go = resolve;
    });
    const one = await start({
      beforeChange: () => {
        begun();
        return gate;
      },
    });
    const writing = outcome(put(one, 'late', 'x'));
    await started;
    const closed = one.close();
    go();
    expect((await writing).status).toBe(200);
    await closed;
  });

  it('does not wait for a request that hangs', async () => {
    let begin: () => void = () => undefined;
    const begun = new Promise<void>((resolve) => {
      begin = resolve;
    });
    const one = await start({
      beforeChange: () => {
        begin();
        return new Promise(() => undefined);
      },
    });
    const writing = outcome(put(one, 'stuck', 'x'));
    await begun;
    let ended = false;
    void writing.then(() => {
      ended = true;
    });
    stopClock();
    const closed = one.close();
    vi.advanceTimersByTime(1_999);
    // Long enough to notice a closed connection.
    await new Promise((resolve) => realTimeout(resolve, 50));
    expect(ended).toBe(false);
    vi.advanceTimersByTime(1);
    await closed;
    expect((await writing).status).toBeUndefined();
  });
});
