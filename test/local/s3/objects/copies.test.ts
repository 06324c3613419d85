import {
  CopyObjectCommand,
  type CopyObjectCommandInput,
  DeleteObjectTaggingCommand,
  GetObjectAclCommand,
  GetObjectCommand,
  GetObjectTaggingCommand,
  HeadObjectCommand,
  PutObjectCommand,
  PutObjectTaggingCommand,
  UploadPartCopyCommand,
} from '@aws-sdk/client-s3';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { ObjectChange } from '../../../../local/s3/server.ts';
import {
  bucket,
  errorCode,
  listIncoming,
  otherBucket,
  outcome,
  owner,
  type Running,
  readText,
  signedRequest,
  startEmbedded,
} from '../embedded-s3.ts';
import {
  complete,
  createUpload,
  fullPart,
  md5,
  multipartEtag,
  sendParts,
} from '../multipart/uploads.ts';

/** May copy objects whose key begins with `open/`, but sees no tags and no listing. */
const copier = {
  ...owner,
  accessKeyId: 'copier',
  allows: (action: string, resource: string) =>
    (action === 's3:GetObject' && resource.startsWith(`${bucket}/open/`)) ||
    (action === 's3:PutObject' && resource.startsWith(`${bucket}/copies/`)),
};

let embedded: Running;
const told: ObjectChange[] = [];
beforeAll(async () => {
  embedded = await startEmbedded({
    identities: [owner, copier],
    afterChange: (change) => void told.push(change),
  });
});
afterAll(() => embedded.discard());

const put = (Key: string, Body: string, extra: object = {}) =>
  embedded.s3.send(new PutObjectCommand({ Bucket: bucket, Key, Body, ...extra }));
const copy = (Key: string, source: string, extra: Partial<CopyObjectCommandInput> = {}) =>
  embedded.s3.send(
    new CopyObjectCommand({ Bucket: bucket, Key, CopySource: `${bucket}/${source}`, ...extra }),
  );
const head = (Key: string) => embedded.s3.send(new HeadObjectCommand({ Bucket: bucket, Key }));

describe('a copy', () => {
  beforeEach(async () => {
    const given = { ContentType: 'image/png', Metadata: { focus: '1,2' }, Tagging: 'a=1&b=2' };
    await put('source', 'body', {
      ...given,
      CacheControl: 'no-store',
      StorageClass: 'STANDARD_IA',
    });
    told.length = 0;
  });

  it('has the bytes, the metadata and the tags of its source, and is reported', async () => {
    const { CopyObjectResult } = await copy('copied', 'source');
    expect(CopyObjectResult?.ETag).toBe(`"${md5('body')}"`);
    expect(await readText(embedded, 'copied')).toBe('body');
    const copied = await head('copied');
    expect(copied).toMatchObject({
      ContentType: 'image/png',
      CacheControl: 'no-store',
      Metadata: { focus: '1,2' },
    });
    expect(copied.StorageClass).toBeUndefined();
    const at = { Bucket: bucket, Key: 'copied' };
    const { TagSet } = await embedded.s3.send(new GetObjectTaggingCommand(at));
    expect(TagSet).toEqual([
      { Key: 'a', Value: '1' },
      { Key: 'b', Value: '2' },
    ]);
    expect(told).toEqual([{ bucket, key: 'copied', kind: 'created', by: 'Copy' }]);
  });

  it('takes what replaces the metadata, the tags and the class', async () => {
    await copy('replaced', 'source', {
      MetadataDirective: 'REPLACE',
      ContentType: 'text/plain',
      Metadata: { other: 'x' },
      TaggingDirective: 'REPLACE',
      Tagging: 'c=3',
      StorageClass: 'ONEZONE_IA',
    });
    const replaced = await head('replaced');
    expect(replaced).toMatchObject({ ContentType: 'text/plain', StorageClass: 'ONEZONE_IA' });
    expect([replaced.Metadata, replaced.CacheControl]).toEqual([{ other: 'x' }, undefined]);
    const { TagCount } = await embedded.s3.send(
      new GetObjectCommand({ Bucket: bucket, Key: 'replaced' }),
    );
    expect(TagCount).toBe(1);
  });

  it.each(['a b+c', 'ü/😀', 'q?x=1', '../up', 'per%cent', "it's (1)!*"])(
    'of the key %j reads that key',
    async (key) => {
      await put(key, key);
      const segments = key.split('/').map(encodeURIComponent).join('/');
      await copy('from-odd-key', segments);
      expect(await readText(embedded, 'from-odd-key')).toBe(key);
    },
  );

  it('may begin with a slash, name the version null, and cross buckets', async () => {
    await copy('slashed', '', { CopySource: `/${bucket}/source?versionId=null` });
    const at = { Bucket: otherBucket, Key: 'crossed', CopySource: `${bucket}/slashed` };
    const { CopyObjectResult } = await embedded.s3.send(new CopyObjectCommand(at));
    expect(CopyObjectResult?.ETag).toBe(`"${md5('body')}"`);
  });

  it('onto itself needs a change', async () => {
    const refused = await outcome(copy('source', 'source', { StorageClass: 'STANDARD_IA' }));
    expect(refused).toEqual({ status: 400, name: 'InvalidRequest' });
    await copy('source', 'source', { MetadataDirective: 'REPLACE', Metadata: { touched: 'yes' } });
    expect((await head('source')).Metadata).toEqual({ touched: 'yes' });
    expect(await readText(embedded, 'source')).toBe('body');
  });

  it('of an object in parts is in one piece', async () => {
    const target = await createUpload(embedded, 'in-parts');
    await complete(embedded, target, await sendParts(embedded, target, [fullPart('a'), 'b']));
    const { CopyObjectResult } = await copy('in-one', 'in-parts');
    expect(CopyObjectResult?.ETag).toBe(`"${md5(fullPart('a'), 'b')}"`);
  });

  it.each<[string, Partial<CopyObjectCommandInput>, number, string]>([
    ['a missing source', { CopySource: `${bucket}/missing` }, 404, 'NoSuchKey'],
    ['a missing bucket', { CopySource: 'no-such-bucket/x' }, 404, 'NoSuchBucket'],
    ['no key', { CopySource: bucket }, 400, 'InvalidArgument'],
    ['a broken escape', { CopySource: `${bucket}/%zz` }, 400, 'InvalidArgument'],
    ['a NUL', { CopySource: `${bucket}/a%00b` }, 400, 'InvalidArgument'],
    ['a long key', { CopySource: `${bucket}/${'k'.repeat(1025)}` }, 400, 'KeyTooLongError'],
    ['a version', { CopySource: `${bucket}/source?versionId=abc` }, 404, 'NoSuchVersion'],
    ['a wrong directive', { MetadataDirective: 'MERGE' as 'COPY' }, 400, 'InvalidArgument'],
    ['an unmet condition', { CopySourceIfMatch: '"0123"' }, 412, 'PreconditionFailed'],
    [
      'a condition that it must have changed',
      { CopySourceIfNoneMatch: `"${md5('body')}"` },
      412,
      'PreconditionFailed',
    ],
    ['a condition on the target', { IfNoneMatch: '*', Key: 'source' }, 412, 'PreconditionFailed'],
  ])('with %s is refused', async (_, extra, status, name) => {
    const key = extra.IfNoneMatch === undefined ? 'refused' : 'taken';
    if (key === 'taken') await put(key, 'old');
    const { Key: _key, ...rest } = extra;
    expect(await outcome(copy(key, 'source', rest))).toEqual({ status, name });
    expect(await listIncoming(embedded)).toEqual([]);
  });

  it('needs the permission to read its source and the tags of it', async () => {
    await put('open/plain', 'x');
    await put('open/tagged', 'x', { Tagging: 'a=1' });
    const asked = (source: string, Key = 'copies/x') =>
      outcome(
        embedded
          .clientFor(copier)
          .send(new CopyObjectCommand({ Bucket: bucket, Key, CopySource: `${bucket}/${source}` })),
      );
    const denied = { status: 403, name: 'AccessDenied' };
    expect((await asked('open/plain')).status).toBe(200);
    expect(await asked('source')).toEqual(denied);
    expect(await asked('open/tagged')).toEqual(denied);
    expect(await asked('open/plain', 'elsewhere')).toEqual(denied);
    expect(await asked('open/missing')).toEqual(denied);
  });
});

describe('a part that is copied', () => {
  it('has the range of its source', async () => {
    await put('letters', 'abcdefgh');
    const target = await createUpload(embedded, 'assembled');
    const CopySource = `${bucket}/letters`;
    const part = { ...target, PartNumber: 1, CopySource };
    const { CopyPartResult } = await embedded.s3.send(
      new UploadPartCopyCommand({ ...part, CopySourceRange: 'bytes=2-4' }),
    );
    expect(CopyPartResult?.ETag).toBe(`"${md5('cde')}"`);
    const done = await complete(embedded, target, [{ PartNumber: 1, ETag: CopyPartResult?.ETag }]);
    expect(done.ETag).toBe(multipartEtag('cde'));
    expect(await readText(embedded, 'assembled')).toBe('cde');
  });

  it.each(['bytes=0-8', 'bytes=5-2', 'bytes=-3', 'bytes=0-', '0-3'])(
    'of the range %j is refused',
    async (CopySourceRange) => {
      await put('letters', 'abcdefgh');
      const target = await createUpload(embedded, 'assembled');
      const CopySource = `${bucket}/letters`;
      const part = { ...target, PartNumber: 1, CopySource, CopySourceRange };
      const copied = await outcome(embedded.s3.send(new UploadPartCopyCommand(part)));
      expect(copied).toEqual({ status: 400, name: 'InvalidArgument' });
    },
  );
});

describe('the tags of an object', () => {
  const at = { Bucket: bucket, Key: 'tagged' };
  const read = async () => (await embedded.s3.send(new GetObjectTaggingCommand(at))).TagSet;

  it('are replaced and removed without another change of it', async () => {
    await put('tagged', 'body', { Tagging: 'a%20b=%C3%BC%26' });
    const before = await head('tagged');
    told.length = 0;
    expect(await read()).toEqual([{ Key: 'a b', Value: 'ü&' }]);
    const TagSet = [{ Key: '<k>', Value: '' }];
    await embedded.s3.send(new PutObjectTaggingCommand({ ...at, Tagging: { TagSet } }));
    expect(await read()).toEqual(TagSet);
    await embedded.s3.send(new DeleteObjectTaggingCommand(at));
    expect(await read()).toEqual([]);
    const { ETag, LastModified } = await head('tagged');
    expect({ ETag, LastModified }).toEqual({
      ETag: before.ETag,
      LastModified: before.LastModified,
    });
    expect([await readText(embedded, 'tagged'), told]).toEqual(['body', []]);
  });

  it.each([
    '',
    '<Tagging></Tagging>',
    '<Tagging><TagSet><Tag><Key>a</Key></Tag></TagSet></Tagging>',
    '<!DOCTYPE d [<!ENTITY a "b">]><Tagging><TagSet></TagSet></Tagging>',
  ])('are not read from %j', async (body) => {
    await put('tagged', 'body');
    const query = { tagging: '' };
    const path = `/${bucket}/tagged`;
    const reply = await signedRequest({ ...embedded, method: 'PUT', path, query, body });
    expect([reply.status, errorCode(reply)]).toEqual([400, 'MalformedXML']);
  });

  it('of a missing object are missing, as its ACL', async () => {
    const missing = { Bucket: bucket, Key: 'missing' };
    const tags = outcome(embedded.s3.send(new GetObjectTaggingCommand(missing)));
    expect(await tags).toEqual({ status: 404, name: 'NoSuchKey' });
    const none = outcome(embedded.s3.send(new DeleteObjectTaggingCommand(missing)));
    expect(await none).toEqual({ status: 404, name: 'NoSuchKey' });
    const acl = outcome(embedded.s3.send(new GetObjectAclCommand(missing)));
    expect(await acl).toEqual({ status: 404, name: 'NoSuchKey' });
  });
});
