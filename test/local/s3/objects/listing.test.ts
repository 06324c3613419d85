import {
  CreateBucketCommand,
  DeleteObjectsCommand,
  GetBucketAclCommand,
  GetBucketLocationCommand,
  GetBucketVersioningCommand,
  HeadBucketCommand,
  ListBucketsCommand,
  ListObjectsCommand,
  type ListObjectsCommandInput,
  ListObjectsV2Command,
  type ListObjectsV2CommandInput,
  ListObjectVersionsCommand,
  PutObjectCommand,
} from '@aws-sdk/client-s3';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type BucketIndex, createBucketIndex } from '../../../../local/s3/objects/bucket-index.ts';
import { compareUtf8 } from '../../../../local/s3/objects/utf8-order.ts';
import {
  bucket,
  errorCode,
  otherBucket,
  outcome,
  owner,
  type Running,
  signedRequest,
  startEmbedded,
} from '../embedded-s3.ts';

const bytewise = (a: string, b: string): number => Buffer.compare(Buffer.from(a), Buffer.from(b));

describe('the order of keys', () => {
  const text = fc.string({ unit: 'binary', maxLength: 6 });

  it('is the order of their UTF-8 bytes, also beyond the basic plane', () => {
    fc.assert(
      fc.property(text, text, (a, b) => {
        expect(Math.sign(compareUtf8(a, b))).toBe(Math.sign(bytewise(a, b)));
      }),
    );
    expect(compareUtf8('\uff01', '😀')).toBeLessThan(0);
  });

  it('is kept in the index after any sequence of changes', () => {
    const entry = (key: string) => ({
      key,
      size: 1,
      etag: '',
      modified: 0,
      storageClass: 'STANDARD',
    });
    const change = fc.record({
      key: fc.constantFrom('a', 'b', 'a/', 'a/b', '😀', '\uff01'),
      put: fc.boolean(),
    });
    type Apply = (key: string, index: BucketIndex, model: Set<string>) => void;
    const applyPut: Apply = (key, index, model) => {
      index.put(entry(key));
      model.add(key);
    };
    const applyRemoval: Apply = (key, index, model) => {
      index.remove(key);
      model.delete(key);
    };
    fc.assert(
      fc.property(fc.array(change), (changes) => {
        const index = createBucketIndex([entry('b'), entry('a')]);
        const model = new Set(['a', 'b']);
        for (const { key, put } of changes) {
          const apply = put ? applyPut : applyRemoval;
          apply(key, index, model);
        }
        const listed: string[] = [];
        for (let at = 0; index.at(at) !== undefined; at += 1) listed.push(index.at(at)?.key ?? '');
        expect(listed).toEqual([...model].sort(bytewise));
      }),
    );
  });
});

describe('a listing', () => {
  const keys = [
    'a',
    'a/b',
    'a/c/d',
    'a//e',
    'a b',
    'a+b',
    'b&<>"\'.png',
    'ctl\u0001\r\n',
    '\uff01',
    '😀',
    'é',
    'z/1',
    'z/2',
    'z/3',
  ];
  const sorted = keys.toSorted(bytewise);
  let embedded: Running;

  beforeAll(async () => {
    embedded = await startEmbedded();
    for (const key of keys) {
      await embedded.s3.send(new PutObjectCommand({ Bucket: bucket, Key: key, Body: 'body' }));
    }
  });
  afterAll(() => embedded.discard());

  type Listed = { readonly keys: string[]; readonly prefixes: string[]; readonly pages: number };

  async function listAll(input: Partial<ListObjectsV2CommandInput>): Promise<Listed> {
    const listed: Listed = { keys: [], prefixes: [], pages: 0 };
    let pages = 0;
    let token: string | undefined;
    do {
      const page = await embedded.s3.send(
        new ListObjectsV2Command({ Bucket: bucket, ...input, ContinuationToken: token }),
      );
      pages += 1;
      listed.keys.push(...(page.Contents ?? []).map(({ Key = '' }) => Key));
      listed.prefixes.push(...(page.CommonPrefixes ?? []).map(({ Prefix = '' }) => Prefix));
      expect(page.KeyCount).toBe((page.Contents?.length ?? 0) + (page.CommonPrefixes?.length ?? 0));
      token = page.IsTruncated ? page.NextContinuationToken : undefined;
    } while (token !== undefined);
    return { ...listed, pages };
  }

  /** A simple implementation of a listing by S3's documentation. */
  function expected(prefix: string, delimiter: string, startAfter: string) {
    const after = sorted.filter((key) => key.startsWith(prefix) && bytewise(key, startAfter) > 0);
    const shared = (key: string): string | undefined => {
      const end = delimiter === '' ? -1 : key.indexOf(delimiter, prefix.length);
      return end < 0 ? undefined : key.slice(0, end + delimiter.length);
    };
    const prefixes = after.map(shared).filter((one) => one !== undefined);
    const plain = after.filter((key) => shared(key) === undefined);
    return { keys: plain, prefixes: [...new Set(prefixes)] };
  }

  it('is the same for every page size', async () => {
    const asked = fc.record({
      prefix: fc.constantFrom('', 'a', 'a/', 'z/', 'none', '😀'),
      delimiter: fc.constantFrom('', '/', '//', 'b'),
      startAfter: fc.constantFrom('', 'a', 'a/b', 'a/c', 'z/2', '\uff01', '~'),
      maxKeys: fc.constantFrom(1, 2, 3, 1000),
    });
    await fc.assert(
      fc.asyncProperty(asked, async ({ prefix, delimiter, startAfter, maxKeys }) => {
        const { keys: got, prefixes } = await listAll({
          Prefix: prefix,
          Delimiter: delimiter,
          StartAfter: startAfter,
          MaxKeys: maxKeys,
        });
        expect({ keys: got, prefixes }).toEqual(expected(prefix, delimiter, startAfter));
      }),
      { numRuns: 60 },
    );
  });

  type Listing = readonly { readonly Key?: string | undefined }[] | undefined;
  type OldPage = {
    readonly Contents?: Listing;
    readonly Versions?: Listing;
    readonly CommonPrefixes?: readonly { readonly Prefix?: string | undefined }[] | undefined;
    readonly IsTruncated?: boolean | undefined;
    readonly NextMarker?: string | undefined;
    readonly NextKeyMarker?: string | undefined;
  };

  /** Lists as clients did before continuation tokens: the next marker, or the last key without one. */
  async function listByMarkers(read: (marker: string) => Promise<OldPage>) {
    const found = { keys: [] as string[], prefixes: [] as string[] };
    for (let marker = ''; ; ) {
      const page = await read(marker);
      const listed = (page.Contents ?? page.Versions ?? []).map(({ Key = '' }) => Key);
      found.keys.push(...listed);
      found.prefixes.push(...(page.CommonPrefixes ?? []).map(({ Prefix = '' }) => Prefix));
      if (page.IsTruncated !== true) return found;
      const next = page.NextMarker ?? page.NextKeyMarker ?? listed.at(-1) ?? '';
      expect(bytewise(next, marker)).toBeGreaterThan(0);
      marker = next;
    }
  }

  const oldListings: readonly [string, (input: ListObjectsCommandInput) => Promise<OldPage>][] = [
    ['ListObjects', (input) => embedded.s3.send(new ListObjectsCommand(input))],
    [
      'ListObjectVersions',
      ({ Marker, ...input }) =>
        embedded.s3.send(new ListObjectVersionsCommand({ ...input, KeyMarker: Marker })),
    ],
  ];
  it.each(oldListings)('by %s is the same for every page size', async (_, list) => {
    for (const [Prefix, Delimiter] of [
      ['', ''],
      ['', '/'],
      ['a/', '/'],
      ['none', '/'],
    ] as const) {
      for (const MaxKeys of [1, 2, 5, 1000]) {
        const input = { Bucket: bucket, Prefix, Delimiter, MaxKeys };
        const found = await listByMarkers((Marker) => list({ ...input, Marker }));
        expect(found).toEqual(expected(Prefix, Delimiter, ''));
      }
    }
  });

  it('from a marker inside a common prefix has the rest of that prefix', async () => {
    const input = { Bucket: bucket, Delimiter: '/', Marker: 'z/1' };
    const page = await embedded.s3.send(new ListObjectsCommand(input));
    expect(page.CommonPrefixes).toEqual([{ Prefix: 'z/' }]);
  });

  it('of versions has each object once, as its version null', async () => {
    const input = { Bucket: bucket, Prefix: 'z/1' };
    const { Versions } = await embedded.s3.send(new ListObjectVersionsCommand(input));
    expect(Versions).toMatchObject([{ Key: 'z/1', VersionId: 'null', IsLatest: true, Size: 4 }]);
  });

  it('has the expected number of pages', async () => {
    expect((await listAll({ MaxKeys: 5 })).pages).toBe(Math.ceil(keys.length / 5));
  });

  it('encodes keys for the URL on request', async () => {
    const { keys: encoded } = await listAll({ EncodingType: 'url' });
    expect(encoded.map(decodeURIComponent)).toEqual(sorted);
    expect(encoded).toContain('a%2Bb');
    expect(encoded).toContain('a/c/d');
  });

  it('contains size, ETag, time and class of each object, and the owner on request', async () => {
    const page = await embedded.s3.send(
      new ListObjectsV2Command({ Bucket: bucket, Prefix: 'z/1', FetchOwner: true }),
    );
    expect(page.Contents?.[0]).toMatchObject({
      Key: 'z/1',
      Size: 4,
      ETag: '"841a2d689ad86bd1611447453c22c6fc"',
      StorageClass: 'STANDARD',
      Owner: { ID: 'signet' },
    });
    expect(page.Contents?.[0]?.LastModified).toBeInstanceOf(Date);
  });

  it('of an empty bucket is empty and complete', async () => {
    const page = await embedded.s3.send(new ListObjectsV2Command({ Bucket: bucket, MaxKeys: 0 }));
    expect([page.KeyCount, page.IsTruncated, page.Contents]).toEqual([0, false, undefined]);
  });

  it.each([
    { 'max-keys': '-1' },
    { 'max-keys': 'ten' },
    { 'encoding-type': 'base64' },
    { 'continuation-token': 'bm90IGEgdG9rZW4' },
  ])('refuses %o', async (query) => {
    const path = `/${bucket}`;
    const reply = await signedRequest({ ...embedded, path, query: { 'list-type': '2', ...query } });
    expect([reply.status, errorCode(reply)]).toEqual([400, 'InvalidArgument']);
  });

  it('lists the buckets, their Region, and missing buckets', async () => {
    const { Buckets } = await embedded.s3.send(new ListBucketsCommand({}));
    expect(Buckets?.map(({ Name }) => Name)).toEqual([bucket, otherBucket]);
    const location = await embedded.s3.send(new GetBucketLocationCommand({ Bucket: bucket }));
    expect(location.LocationConstraint).toBeUndefined();
    const head = await embedded.s3.send(new HeadBucketCommand({ Bucket: bucket }));
    expect(head.BucketRegion).toBe('us-east-1');
    const missing = embedded.s3.send(new ListObjectsV2Command({ Bucket: 'no-such-bucket' }));
    expect(await outcome(missing)).toEqual({ status: 404, name: 'NoSuchBucket' });
  });
});

describe('a bucket', () => {
  let embedded: Running;
  beforeAll(async () => {
    embedded = await startEmbedded();
  });
  afterAll(() => embedded.discard());

  it('can be created again, as tools do before an upload', async () => {
    const made = await embedded.s3.send(
      new CreateBucketCommand({ Bucket: bucket, ACL: 'private' }),
    );
    expect(made.Location).toBe(`/${bucket}`);
  });

  it('keeps no versions and gives its owner full control', async () => {
    const at = { Bucket: bucket };
    const versioning = await embedded.s3.send(new GetBucketVersioningCommand(at));
    expect(versioning.Status).toBeUndefined();
    const { Grants } = await embedded.s3.send(new GetBucketAclCommand(at));
    expect(Grants).toMatchObject([{ Grantee: { ID: 'signet' }, Permission: 'FULL_CONTROL' }]);
  });
});

describe('DeleteObjects', () => {
  let embedded: Running;
  const cleaner = {
    ...owner,
    accessKeyId: 'cleaner',
    allows: (_: string, resource: string) => resource.startsWith(`${bucket}/derived/`),
  };
  beforeAll(async () => {
    embedded = await startEmbedded({ identities: [owner, cleaner] });
  });
  afterAll(() => embedded.discard());

  it('deletes the named keys, with any characters, and nothing else', async () => {
    const doomed = [
      'derived/a&b',
      'derived/<x>',
      'derived/ spaced ',
      'derived/\u0001',
      '&amp;',
      '1',
    ];
    for (const key of [...doomed, 'kept']) {
      await embedded.s3.send(new PutObjectCommand({ Bucket: bucket, Key: key, Body: 'x' }));
    }
    const objects = [...doomed, 'was-never-there'].map((Key) => ({ Key }));
    const result = await embedded.s3.send(
      new DeleteObjectsCommand({ Bucket: bucket, Delete: { Objects: objects } }),
    );
    expect(result.Deleted?.map(({ Key }) => Key)).toEqual([...doomed, 'was-never-there']);
    const left = await embedded.s3.send(new ListObjectsV2Command({ Bucket: bucket }));
    expect(left.Contents?.map(({ Key }) => Key)).toEqual(['kept']);
  });

  it('reports each key that may not be deleted, and only those if quiet', async () => {
    for (const key of ['derived/x', 'source']) {
      await embedded.s3.send(new PutObjectCommand({ Bucket: bucket, Key: key, Body: 'x' }));
    }
    const result = await embedded.clientFor(cleaner).send(
      new DeleteObjectsCommand({
        Bucket: bucket,
        Delete: { Quiet: true, Objects: [{ Key: 'derived/x' }, { Key: 'source' }] },
      }),
    );
    expect(result.Deleted).toBeUndefined();
    expect(result.Errors).toMatchObject([{ Key: 'source', Code: 'AccessDenied' }]);
  });

  it('deletes the only version of an object, which is null, and no other', async () => {
    for (const Key of ['versioned', 'kept-version']) {
      await embedded.s3.send(new PutObjectCommand({ Bucket: bucket, Key, Body: 'x' }));
    }
    const objects = [
      { Key: 'versioned', VersionId: 'null' },
      { Key: 'kept-version', VersionId: 'abc' },
      { Key: 'kept-version', ETag: '"0123"' },
    ];
    const result = await embedded.s3.send(
      new DeleteObjectsCommand({ Bucket: bucket, Delete: { Objects: objects } }),
    );
    expect(result.Deleted?.map(({ Key }) => Key)).toEqual(['versioned']);
    expect(result.Errors?.map(({ Code }) => Code)).toEqual(['NoSuchVersion', 'NotImplemented']);
    const left = await embedded.s3.send(
      new ListObjectsV2Command({ Bucket: bucket, Prefix: 'kept-version' }),
    );
    expect(left.KeyCount).toBe(1);
  });

  const bombs = [
    '',
    'not xml',
    '<Delete><Object><Key>a</Key></Object>',
    '<Delete></Delete>',
    '<Delete><Object><Key></Key></Object></Delete>',
    '<Delete><Object><Key>&unknown;</Key></Object></Delete>',
    '<!DOCTYPE d [<!ENTITY a "aaaa">]><Delete><Object><Key>&a;</Key></Object></Delete>',
    `<Delete>${'<Object><Key>k</Key></Object>'.repeat(1001)}</Delete>`,
  ];
  it.each(bombs)('refuses the body %j', async (body) => {
    const path = `/${bucket}`;
    const request = { ...embedded, method: 'POST', path, query: { delete: '' }, body };
    const reply = await signedRequest(request);
    expect([reply.status, errorCode(reply)]).toEqual([400, 'MalformedXML']);
  });
});
