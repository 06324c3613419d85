import {
  type CompletedPart,
  CreateMultipartUploadCommand,
  GetObjectCommand,
  ListMultipartUploadsCommand,
  ListPartsCommand,
  UploadPartCommand,
  UploadPartCopyCommand,
} from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  bucket,
  errorCode,
  outcome,
  owner,
  type Running,
  signedRequest,
  startEmbedded,
} from '../embedded-s3.ts';
import { complete, createUpload, fullPart, leftovers, mebibyte, sendParts } from './uploads.ts';

let embedded: Running;
beforeAll(async () => {
  embedded = await startEmbedded();
});
afterAll(() => embedded.discard());

const key = 'refused';
const at = { Bucket: bucket, Key: key };

describe('a completion is refused and changes nothing', () => {
  let target: Awaited<ReturnType<typeof createUpload>>;
  let [first, second, third]: CompletedPart[] = [];
  beforeAll(async () => {
    target = await createUpload(embedded, key);
    [first, second, third] = await sendParts(embedded, target, [fullPart('a'), 'short', 'end']);
  });

  const wrong = { ETag: '"00000000000000000000000000000000"', PartNumber: 1 };
  const cases: readonly [string, () => (CompletedPart | undefined)[], string][] = [
    ['with parts out of order', () => [third, first], 'InvalidPartOrder'],
    ['with a part twice', () => [first, first], 'InvalidPartOrder'],
    ['with a part that was not sent', () => [first, { ...third, PartNumber: 4 }], 'InvalidPart'],
    ['with a wrong ETag', () => [wrong, third], 'InvalidPart'],
    ['with a small part before the last one', () => [first, second, third], 'EntityTooSmall'],
  ];
  it.each(cases)('%s', async (_, list, name) => {
    const parts = list().map((one) => ({ ...one }));
    expect(await outcome(complete(embedded, target, parts))).toEqual({ status: 400, name });
    expect((await outcome(embedded.s3.send(new GetObjectCommand(at)))).status).toBe(404);
    expect((await embedded.s3.send(new ListPartsCommand(target))).Parts).toHaveLength(3);
  });

  it('with another size than it says', async () => {
    const parts = [{ ...first }, { ...third }];
    const asked = complete(embedded, target, parts, { MpuObjectSize: 17 });
    expect(await outcome(asked)).toEqual({ status: 400, name: 'InvalidRequest' });
  });

  const part = (number: string, etag = 'x') =>
    `<Part><PartNumber>${number}</PartNumber><ETag>${etag}</ETag></Part>`;
  const root = (inner: string) => `<CompleteMultipartUpload>${inner}</CompleteMultipartUpload>`;
  it.each([
    ['nothing', ''],
    ['no part', root('')],
    ['another document', '<Delete></Delete>'],
    ['a part without an ETag', root('<Part><PartNumber>1</PartNumber></Part>')],
    ['a number in words', root(part('one'))],
    ['a negative number', root(part('-1'))],
    ['an entity', `<!DOCTYPE d [<!ENTITY a "${'a'.repeat(100)}">]>${root(part('1', '&a;'))}`],
    ['more parts than S3 allows', root(part('1').repeat(10_001))],
    ['nested elements', root(`<Part>${'<a>'.repeat(5_000)}`)],
  ])('whose document has %s', async (_, body) => {
    const query = { uploadId: target.UploadId ?? '' };
    const path = `/${bucket}/${key}`;
    const reply = await signedRequest({ ...embedded, method: 'POST', path, query, body });
    expect([reply.status, errorCode(reply)]).toEqual([400, 'MalformedXML']);
  });

  it('whose document is larger than that of 10,000 parts', async () => {
    const query = { uploadId: target.UploadId ?? '' };
    const path = `/${bucket}/${key}`;
    const body = root(`${part('1')}${' '.repeat(8 * mebibyte)}`);
    const reply = await signedRequest({ ...embedded, method: 'POST', path, query, body });
    expect(errorCode(reply)).toBe('EntityTooLarge');
  });
});

describe('a part is refused', () => {
  it.each([
    ['0', 'InvalidArgument'],
    ['10001', 'InvalidArgument'],
    ['-1', 'InvalidArgument'],
    ['1.5', 'InvalidArgument'],
    ['', 'InvalidArgument'],
  ])('with the number %j', async (partNumber, code) => {
    const { UploadId: uploadId = '' } = await createUpload(embedded, key);
    const query = { partNumber, uploadId };
    const path = `/${bucket}/${key}`;
    const reply = await signedRequest({ ...embedded, method: 'PUT', path, query, body: 'x' });
    expect([reply.status, errorCode(reply)]).toEqual([400, code]);
  });

  it.each(['nothing', '../../../etc', '..%2F..', 'a'.repeat(5_000), ''])(
    'of the upload %j',
    async (uploadId) => {
      const query = { partNumber: '1', uploadId };
      const path = `/${bucket}/${key}`;
      const reply = await signedRequest({ ...embedded, method: 'PUT', path, query, body: 'x' });
      expect([reply.status, errorCode(reply)]).toEqual([404, 'NoSuchUpload']);
    },
  );

  it('for an upload of another key', async () => {
    const target = await createUpload(embedded, 'own');
    const part = { ...target, Key: 'other', PartNumber: 1, Body: 'x' };
    const sent = await outcome(embedded.s3.send(new UploadPartCommand(part)));
    expect(sent).toEqual({ status: 404, name: 'NoSuchUpload' });
  });

  it('with a wrong MD5 or checksum, and is not listed', async () => {
    const target = await createUpload(embedded, key);
    const part = { ...target, PartNumber: 1, Body: 'x' };
    const zero = Buffer.alloc(16).toString('base64');
    const md5 = embedded.s3.send(new UploadPartCommand({ ...part, ContentMD5: zero }));
    expect((await outcome(md5)).name).toBe('BadDigest');
    const crc = embedded.s3.send(new UploadPartCommand({ ...part, ChecksumCRC32: 'AAAAAA==' }));
    expect((await outcome(crc)).name).toBe('BadDigest');
    expect((await embedded.s3.send(new ListPartsCommand(target))).Parts).toBeUndefined();
  });

  it('if the object would have more than 100 MiB, before it is read', async () => {
    const target = await createUpload(embedded, 'huge');
    await sendParts(embedded, target, [fullPart('a')]);
    const query = { partNumber: '2', uploadId: target.UploadId ?? '' };
    const headers = { 'content-length': String(96 * mebibyte) };
    const path = `/${bucket}/huge`;
    const asked = {
      ...embedded,
      method: 'PUT',
      path,
      query,
      headers,
      body: Buffer.alloc(96 * mebibyte),
    };
    expect(errorCode(await signedRequest(asked))).toBe('EntityTooLarge');
  });
});

describe('an upload is not created', () => {
  it.each([
    ['an unknown checksum', { ChecksumAlgorithm: 'SHA3' as 'SHA1' }, 'InvalidRequest'],
    [
      'a checksum of the wrong type',
      { ChecksumAlgorithm: 'CRC64NVME', ChecksumType: 'COMPOSITE' },
      'InvalidRequest',
    ],
    ['a public ACL', { ACL: 'public-read' }, 'AccessControlListNotSupported'],
    ['too many tags', { Tagging: 'abcdefghijk'.split('').join('=1&') }, 'InvalidTag'],
    ['too much metadata', { Metadata: { big: 'x'.repeat(2048) } }, 'MetadataTooLarge'],
  ] as const)('with %s', async (_, extra, name) => {
    const create = new CreateMultipartUploadCommand({ ...at, ...extra });
    expect(await outcome(embedded.s3.send(create))).toEqual({ status: 400, name });
  });

  it('for a key that is too long', async () => {
    const create = new CreateMultipartUploadCommand({ Bucket: bucket, Key: 'ü'.repeat(513) });
    expect((await outcome(embedded.s3.send(create))).name).toBe('KeyTooLongError');
  });

  it.each(['../../up', '..', 'a b+c', 'ü/😀', 'a//b/', '%2e%2e/x'])(
    'outside of the folder for the key %j, but for that key',
    async (hostile) => {
      const target = await createUpload(embedded, hostile);
      await complete(embedded, target, await sendParts(embedded, target, [hostile]));
      const got = await embedded.s3.send(new GetObjectCommand({ Bucket: bucket, Key: hostile }));
      expect(await got.Body?.transformToString()).toBe(hostile);
    },
  );
});

describe('an identity that may', () => {
  const uploader = (id: string, ...actions: readonly string[]) => ({
    ...owner,
    accessKeyId: id,
    allows: (action: string) => actions.includes(action),
  });
  const writer = uploader('writer', 's3:PutObject');
  const admin = uploader('admin', 's3:AbortMultipartUpload', 's3:ListMultipartUploadParts');
  const nobody = uploader('nobody');
  let limited: Running;
  beforeAll(async () => {
    limited = await startEmbedded({ identities: [owner, writer, admin, nobody] });
  });
  afterAll(() => limited.discard());

  const calls = {
    create: (id: string) => ({ method: 'POST', query: { uploads: '' }, id }),
    send: (id: string) => ({ method: 'PUT', query: { partNumber: '1', uploadId: id }, id }),
    list: (id: string) => ({ method: 'GET', query: { uploadId: id }, id }),
    abort: (id: string) => ({ method: 'DELETE', query: { uploadId: id }, id }),
    complete: (id: string) => ({ method: 'POST', query: { uploadId: id }, id }),
  };
  const body = '<CompleteMultipartUpload><Part></Part></CompleteMultipartUpload>';

  it.each([
    ['PutObject', writer, ['create', 'send', 'complete']],
    ['AbortMultipartUpload and ListMultipartUploadParts', admin, ['list', 'abort']],
    ['nothing', nobody, []],
  ] as const)('%s has the calls that IAM gives it', async (_, identity, allowed) => {
    const { UploadId: id = '' } = await createUpload(limited, 'limited');
    for (const [name, makeCall] of Object.entries(calls)) {
      const path = `/${bucket}/limited`;
      const reply = await signedRequest({ ...limited, path, ...makeCall(id), body, identity });
      const isDenied = errorCode(reply) === 'AccessDenied';
      expect([name, isDenied]).toEqual([name, !(allowed as readonly string[]).includes(name)]);
    }
  });

  it('PutObject alone copies nothing into a part, sets no tags and no ACL', async () => {
    const { UploadId } = await createUpload(limited, 'limited');
    const client = limited.clientFor(writer);
    const denied = { status: 403, name: 'AccessDenied' };
    const copy = new UploadPartCopyCommand({
      ...at,
      Key: 'limited',
      UploadId,
      PartNumber: 1,
      CopySource: `${bucket}/source`,
    });
    expect(await outcome(client.send(copy))).toEqual(denied);
    for (const extra of [{ Tagging: 'a=1' }, { ACL: 'private' }] as const) {
      const create = new CreateMultipartUploadCommand({ ...at, ...extra });
      expect(await outcome(client.send(create))).toEqual(denied);
    }
    const list = new ListMultipartUploadsCommand({ Bucket: bucket });
    expect(await outcome(client.send(list))).toEqual(denied);
  });
});

it('nothing but unfinished uploads is left on disk', async () => {
  expect((await leftovers(embedded)).filter((name) => name.endsWith('.tmp'))).toEqual([]);
});
