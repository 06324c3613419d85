import { cp, rm, writeFile } from 'node:fs/promises';
import { request as httpRequest } from 'node:http';
import { join } from 'node:path';
import {
  AbortMultipartUploadCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListMultipartUploadsCommand,
  ListObjectsV2Command,
  ListPartsCommand,
  PutObjectCommand,
  UploadPartCommand,
} from '@aws-sdk/client-s3';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { ObjectChange } from '../../../../local/s3/server.ts';
import {
  bucket,
  outcome,
  owner,
  type Running,
  readText,
  signerFor,
  startEmbedded,
} from '../embedded-s3.ts';
import {
  complete,
  createUpload,
  fullPart,
  leftovers,
  md5,
  mebibyte,
  multipartEtag,
  sendParts,
} from './uploads.ts';

let embedded: Running;
const told: ObjectChange[] = [];
beforeEach(async () => {
  told.length = 0;
  embedded = await startEmbedded({ afterChange: (change) => void told.push(change) });
});
afterEach(async () => {
  vi.useRealTimers();
  await embedded.discard();
});

const a = fullPart('a');
const b = fullPart('b');

/** Stops the server and starts another one on its folder. */
async function restart(): Promise<void> {
  await embedded.stop();
  embedded = await startEmbedded({ folder: embedded.folder });
}

describe('a multipart upload', () => {
  it('becomes one object, with an ETag of its parts, and is reported once', async () => {
    const given = { ContentType: 'image/png', Metadata: { focus: '1,2' }, Tagging: 'x=1' };
    const target = await createUpload(embedded, 'whole', { ...given, StorageClass: 'STANDARD_IA' });
    const parts = await sendParts(embedded, target, [a, 'the rest']);
    expect(parts.map(({ ETag }) => ETag)).toEqual([`"${md5(a)}"`, `"${md5('the rest')}"`]);
    expect(told).toEqual([]);
    const done = await complete(embedded, target, parts);
    expect(done.ETag).toBe(multipartEtag(a, 'the rest'));
    const got = await embedded.s3.send(new GetObjectCommand({ Bucket: bucket, Key: 'whole' }));
    const body = Buffer.from((await got.Body?.transformToByteArray()) ?? []);
    expect(md5(body)).toBe(md5(a, 'the rest'));
    expect(got).toMatchObject({
      ContentType: 'image/png',
      Metadata: { focus: '1,2' },
      TagCount: 1,
      StorageClass: 'STANDARD_IA',
      ETag: done.ETag,
    });
    const { Contents } = await embedded.s3.send(new ListObjectsV2Command({ Bucket: bucket }));
    expect(Contents).toMatchObject([{ ETag: done.ETag, StorageClass: 'STANDARD_IA' }]);
    const by = 'CompleteMultipartUpload';
    expect(told).toEqual([{ bucket, key: 'whole', kind: 'created', by }]);
    expect(await leftovers(embedded)).toEqual([]);
  });

  it('takes parts in any order, the last body of each number, and leaves unlisted ones out', async () => {
    const target = await createUpload(embedded, 'replaced');
    const send = async (PartNumber: number, Body: Buffer | string) => ({
      ...(await embedded.s3.send(new UploadPartCommand({ ...target, PartNumber, Body }))),
      PartNumber,
    });
    const last = await send(10_000, 'end');
    await send(7, 'not listed');
    await send(3, 'overwritten');
    const first = await send(3, b);
    await complete(embedded, target, [first, last]);
    const head = { Bucket: bucket, Key: 'replaced' };
    const { ETag, ContentLength } = await embedded.s3.send(new HeadObjectCommand(head));
    expect([ETag, ContentLength]).toEqual([multipartEtag(b, 'end'), b.length + 3]);
  });

  it('is read in ranges and by its parts', async () => {
    const target = await createUpload(embedded, 'parts');
    await complete(embedded, target, await sendParts(embedded, target, [a, 'tail']));
    const at = { Bucket: bucket, Key: 'parts' };
    const second = await embedded.s3.send(new GetObjectCommand({ ...at, PartNumber: 2 }));
    expect([second.PartsCount, second.ContentRange]).toEqual([
      2,
      `bytes ${a.length}-${a.length + 3}/${a.length + 4}`,
    ]);
    expect(await second.Body?.transformToString()).toBe('tail');
    const Range = `bytes=${a.length - 1}-${a.length}`;
    const across = await embedded.s3.send(new GetObjectCommand({ ...at, Range }));
    expect(await across.Body?.transformToString()).toBe('at');
    const third = embedded.s3.send(new GetObjectCommand({ ...at, PartNumber: 3 }));
    expect((await outcome(third)).status).toBe(416);
  });

  it('is checked against its ETag when it is read', async () => {
    const target = await createUpload(embedded, 'checked');
    await complete(embedded, target, await sendParts(embedded, target, ['only part']));
    expect(await readText(embedded, 'checked')).toBe('only part');
    await restart();
    expect(await readText(embedded, 'checked')).toBe('only part');
  });

  it('lists its parts and itself, page by page', async () => {
    const target = await createUpload(embedded, 'dir/one');
    await createUpload(embedded, 'dir/one');
    await createUpload(embedded, 'two');
    await sendParts(embedded, target, ['1', '22', '333']);
    const page = await embedded.s3.send(
      new ListPartsCommand({ ...target, MaxParts: 2, PartNumberMarker: '1' }),
    );
    expect(page.Parts).toMatchObject([
      { PartNumber: 2, Size: 2, ETag: `"${md5('22')}"` },
      { PartNumber: 3, Size: 3 },
    ]);
    expect([page.IsTruncated, page.NextPartNumberMarker]).toEqual([false, '3']);
    const keys: (string | undefined)[] = [];
    let markers = {};
    for (let more = true; more; ) {
      const list = new ListMultipartUploadsCommand({ Bucket: bucket, MaxUploads: 1, ...markers });
      const got = await embedded.s3.send(list);
      keys.push(...(got.Uploads ?? []).map(({ Key }) => Key));
      markers = { KeyMarker: got.NextKeyMarker, UploadIdMarker: got.NextUploadIdMarker };
      more = got.IsTruncated === true;
    }
    expect(keys).toEqual(['dir/one', 'dir/one', 'two']);
    const delimited = new ListMultipartUploadsCommand({ Bucket: bucket, Delimiter: '/' });
    const { CommonPrefixes, Uploads } = await embedded.s3.send(delimited);
    expect(CommonPrefixes).toEqual([{ Prefix: 'dir/' }]);
    expect(Uploads?.map(({ Key }) => Key)).toEqual(['two']);
  });

  it('that is aborted leaves nothing', async () => {
    const target = await createUpload(embedded, 'aborted');
    const parts = await sendParts(embedded, target, ['part']);
    await embedded.s3.send(new AbortMultipartUploadCommand(target));
    const gone = { status: 404, name: 'NoSuchUpload' };
    expect(await outcome(complete(embedded, target, parts))).toEqual(gone);
    expect(await outcome(embedded.s3.send(new ListPartsCommand(target)))).toEqual(gone);
    expect(await outcome(embedded.s3.send(new AbortMultipartUploadCommand(target)))).toEqual(gone);
    expect(await leftovers(embedded)).toEqual([]);
  });

  it('respects the condition of its completion, and can be completed without it', async () => {
    await embedded.s3.send(new PutObjectCommand({ Bucket: bucket, Key: 'there', Body: 'old' }));
    const target = await createUpload(embedded, 'there');
    const parts = await sendParts(embedded, target, ['new']);
    const creating = complete(embedded, target, parts, { IfNoneMatch: '*' });
    expect((await outcome(creating)).status).toBe(412);
    expect(await readText(embedded, 'there')).toBe('old');
    await complete(embedded, target, parts, { IfMatch: `"${md5('old')}"` });
    expect(await readText(embedded, 'there')).toBe('new');
  });
});

describe('a completion', () => {
  it('that is repeated gets the same answer and is reported once, also after a restart', async () => {
    const target = await createUpload(embedded, 'twice');
    const parts = await sendParts(embedded, target, ['body']);
    const first = await complete(embedded, target, parts);
    expect((await complete(embedded, target, parts)).ETag).toBe(first.ETag);
    expect(told).toHaveLength(1);
    await restart();
    expect((await complete(embedded, target, parts)).ETag).toBe(first.ETag);
  });

  it('that is repeated after another upload of the key does not undo it', async () => {
    const target = await createUpload(embedded, 'late');
    const parts = await sendParts(embedded, target, ['old']);
    await complete(embedded, target, parts);
    await embedded.s3.send(new PutObjectCommand({ Bucket: bucket, Key: 'late', Body: 'newer' }));
    const again = await outcome(complete(embedded, target, parts));
    expect(again).toEqual({ status: 404, name: 'NoSuchUpload' });
    expect(await readText(embedded, 'late')).toBe('newer');
  });

  it('by several clients at once makes one object', async () => {
    const target = await createUpload(embedded, 'raced');
    const parts = await sendParts(embedded, target, ['body']);
    const all = await Promise.all(
      Array.from({ length: 8 }, () => outcome(complete(embedded, target, parts))),
    );
    expect(new Set(all.map(({ status }) => status))).toEqual(new Set([200]));
    expect(told).toHaveLength(1);
  });

  it('of two uploads of one key leaves one of them, complete', async () => {
    const bodies = [
      [a, 'first'],
      [b, 'second'],
    ] as const;
    await Promise.all(
      bodies.map(async (body) => {
        const target = await createUpload(embedded, 'shared');
        await complete(embedded, target, await sendParts(embedded, target, body));
      }),
    );
    const read = md5((await readText(embedded, 'shared')) ?? '');
    expect(bodies.map((body) => md5(...body))).toContain(read);
    expect(await leftovers(embedded)).toEqual([]);
  });
});

describe('after a restart', () => {
  it('parts are kept and the upload can be completed', async () => {
    const target = await createUpload(embedded, 'resumed', { Metadata: { kept: 'yes' } });
    const [first = {}] = await sendParts(embedded, target, [a]);
    await restart();
    const listed = await embedded.s3.send(new ListPartsCommand(target));
    expect(listed.Parts).toMatchObject([{ PartNumber: 1, Size: a.length }]);
    const last = { ...target, PartNumber: 2, Body: 'rest' };
    const second = { ...(await embedded.s3.send(new UploadPartCommand(last))), PartNumber: 2 };
    const done = await complete(embedded, target, [first, second]);
    expect(done.ETag).toBe(multipartEtag(a, 'rest'));
  });

  it('what a killed process left is removed: half a creation, and a completed upload', async () => {
    const target = await createUpload(embedded, 'crashed');
    const parts = await sendParts(embedded, target, ['body']);
    const uploads = join(embedded.folder, 'uploads');
    await cp(uploads, `${uploads}.copy`, { recursive: true });
    await complete(embedded, target, parts);
    await embedded.stop();
    await rm(uploads, { recursive: true });
    await cp(`${uploads}.copy`, uploads, { recursive: true });
    await cp(join(uploads, target.UploadId ?? ''), join(uploads, 'half'), { recursive: true });
    await rm(join(uploads, 'half', 'upload.json'));
    await rm(`${uploads}.copy`, { recursive: true });
    await writeFile(join(embedded.folder, 'incoming', 'left.tmp'), 'half a part');
    await restart();
    expect(await leftovers(embedded)).toEqual([]);
    expect(await readText(embedded, 'crashed')).toBe('body');
  });

  it('a damaged upload is removed, and others are kept', async () => {
    const [bad, good] = [await createUpload(embedded, 'bad'), await createUpload(embedded, 'good')];
    await sendParts(embedded, bad, ['part']);
    const parts = await sendParts(embedded, good, ['part']);
    await writeFile(join(embedded.folder, 'uploads', bad.UploadId ?? '', '1'), 'damaged');
    await restart();
    expect(embedded.lines.join()).toContain(`the multipart upload ${bad.UploadId} is damaged`);
    expect((await outcome(embedded.s3.send(new ListPartsCommand(bad)))).status).toBe(404);
    expect((await complete(embedded, good, parts)).ETag).toBe(multipartEtag('part'));
  });
});

describe('an abandoned upload', () => {
  const hours = 60 * 60 * 1000;

  it('is removed after a day, while the server runs', async () => {
    await embedded.stop();
    vi.useFakeTimers({ toFake: ['Date', 'setInterval', 'clearInterval'] });
    embedded = await startEmbedded({ folder: embedded.folder });
    const target = await createUpload(embedded, 'abandoned');
    await sendParts(embedded, target, ['part']);
    vi.advanceTimersByTime(23 * hours);
    expect((await embedded.s3.send(new ListPartsCommand(target))).Parts).toHaveLength(1);
    vi.advanceTimersByTime(2 * hours);
    vi.useRealTimers();
    await expect.poll(() => leftovers(embedded)).toEqual([]);
  });

  it('is removed when the server starts', async () => {
    const target = await createUpload(embedded, 'abandoned');
    await sendParts(embedded, target, ['part']);
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 25 * hours });
    await restart();
    expect(await leftovers(embedded)).toEqual([]);
  });
});

describe('a part', () => {
  it('that is interrupted leaves the earlier body of its number, and no file', async () => {
    const target = await createUpload(embedded, 'torn');
    const parts = await sendParts(embedded, target, ['whole']);
    const before = await leftovers(embedded);
    const { port } = embedded;
    const path = `/${bucket}/torn`;
    const query = { partNumber: '1', uploadId: target.UploadId ?? '' };
    const signed = await signerFor(owner).sign({
      method: 'PUT',
      protocol: 'http:',
      hostname: '127.0.0.1',
      port,
      path,
      query,
      headers: {
        host: `127.0.0.1:${port}`,
        'x-amz-content-sha256': 'UNSIGNED-PAYLOAD',
        'content-length': String(mebibyte),
      },
    });
    const target1 = `${path}?${new URLSearchParams(query)}`;
    const request = httpRequest({ port, method: 'PUT', path: target1, headers: signed.headers });
    request.on('error', () => undefined);
    request.write(Buffer.alloc(300_000));
    await expect.poll(() => leftovers(embedded)).toHaveLength(before.length + 1);
    request.destroy();
    await expect.poll(() => leftovers(embedded)).toEqual(before);
    expect((await complete(embedded, target, parts)).ETag).toBe(multipartEtag('whole'));
  });

  it('that arrives after the upload was aborted leaves no file', async () => {
    const target = await createUpload(embedded, 'gone');
    const sending = outcome(
      embedded.s3.send(new UploadPartCommand({ ...target, PartNumber: 1, Body: fullPart('x') })),
    );
    await embedded.s3.send(new AbortMultipartUploadCommand(target));
    expect([200, 404]).toContain((await sending).status);
    expect(await leftovers(embedded)).toEqual([]);
  });
});
