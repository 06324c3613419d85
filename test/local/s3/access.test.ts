import {
  CreateBucketCommand,
  DeleteBucketCommand,
  DeleteObjectCommand,
  GetBucketLifecycleConfigurationCommand,
  GetBucketPolicyCommand,
  GetObjectAttributesCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListBucketsCommand,
  ListObjectsV2Command,
  PutBucketPolicyCommand,
  PutObjectAclCommand,
  PutObjectCommand,
  RestoreObjectCommand,
} from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  bucket,
  errorCode,
  otherBucket,
  outcome,
  owner,
  type Reply,
  type Running,
  reader,
  send,
  signedRequest,
  signerFor,
  startEmbedded,
} from './embedded-s3.ts';

let embedded: Running;
beforeAll(async () => {
  embedded = await startEmbedded();
  const at = { Bucket: bucket, Key: 'object' };
  await embedded.s3.send(new PutObjectCommand({ ...at, Body: 'body' }));
});
afterAll(() => embedded.discard());

const path = `/${bucket}/object`;
const minutes = (count: number): Date => new Date(Date.now() + count * 60_000);

describe('a request', () => {
  it.each(['GET', 'PUT', 'DELETE', 'POST', 'OPTIONS'])(
    '%s without a signature is 403, private by default',
    async (method) => {
      const reply = await send(embedded.port, method, path, {});
      expect([reply.status, errorCode(reply)]).toEqual([403, 'AccessDenied']);
    },
  );

  it('with an unknown access key or a wrong secret is refused', async () => {
    const stranger = { ...owner, accessKeyId: 'stranger' };
    const guesser = { ...owner, secretAccessKey: 'guess' };
    const unknown = await signedRequest({ ...embedded, path, identity: stranger });
    expect([unknown.status, errorCode(unknown)]).toEqual([403, 'InvalidAccessKeyId']);
    const wrong = await signedRequest({ ...embedded, path, identity: guesser });
    expect([wrong.status, errorCode(wrong)]).toEqual([403, 'SignatureDoesNotMatch']);
  });

  it.each([
    [-14, 200, undefined],
    [14, 200, undefined],
    [-16, 403, 'RequestTimeTooSkewed'],
    [16, 403, 'RequestTimeTooSkewed'],
  ])('signed %i minutes away is answered %i', async (offset, status, code) => {
    const reply = await signedRequest({ ...embedded, path, at: minutes(offset) });
    expect([reply.status, errorCode(reply)]).toEqual([status, code]);
  });

  it('must declare its payload hash', async () => {
    const headers = { host: `127.0.0.1:${embedded.port}` };
    const signed = await signerFor(owner).sign(request('GET', headers));
    const { 'x-amz-content-sha256': _, ...others } = signed.headers;
    const reply = await send(embedded.port, 'GET', path, others);
    expect([reply.status, errorCode(reply)]).toEqual([400, 'InvalidRequest']);
  });

  function request(method: string, headers: Record<string, string>) {
    const { port } = embedded;
    return { method, protocol: 'http:', hostname: '127.0.0.1', port, path, query: {}, headers };
  }

  it('with an x-amz-* header added after signing is refused', async () => {
    const headers = {
      host: `127.0.0.1:${embedded.port}`,
      'x-amz-content-sha256': 'UNSIGNED-PAYLOAD',
    };
    const signed = await signerFor(owner).sign(request('PUT', headers));
    const forged = { ...signed.headers, 'x-amz-meta-focus': '1,1' };
    const reply = await send(embedded.port, 'PUT', path, forged, 'x');
    expect([reply.status, errorCode(reply)]).toEqual([403, 'AccessDenied']);
  });
});

describe('Signature Version 2', () => {
  const how = 'Please use Signature Version 4 (AWS4-HMAC-SHA256). boto3: Config(signature_version=';

  it.each<[string, string, Record<string, string>]>([
    ['in the header', path, { authorization: 'AWS signet:VWRHdEO/6suM8DbPmfqtIBrDMgo=' }],
    ['in a link', `${path}?AWSAccessKeyId=signet&Signature=VWRH%3D&Expires=1796023255`, {}],
  ])('%s is refused with what to do', async (_, target, headers) => {
    const reply = await send(embedded.port, 'GET', target, headers);
    expect([reply.status, errorCode(reply)]).toEqual([400, 'InvalidRequest']);
    expect(reply.body.toString().replaceAll('&apos;', "'")).toContain(how);
  });

  it('is refused so that a client reads why, also while it sends a large body', async () => {
    const target = `${path}?AWSAccessKeyId=signet&Signature=VWRH%3D&Expires=1796023255`;
    const body = Buffer.alloc(9_000_000);
    const reply = await send(embedded.port, 'PUT', target, { connection: 'close' }, body);
    expect(errorCode(reply)).toBe('InvalidRequest');
  });
});

describe('a refusal', () => {
  it('names the right Region, with which clients try again', async () => {
    const credential = `signet/${new Date().toISOString().slice(0, 10).replaceAll('-', '')}/US/s3/aws4_request`;
    const date = `${new Date().toISOString().replaceAll(/[-:]|\.\d+/g, '')}`;
    const authorization = `AWS4-HMAC-SHA256 Credential=${credential}, SignedHeaders=host, Signature=${'0'.repeat(64)}`;
    const headers = {
      authorization,
      'x-amz-date': date,
      'x-amz-content-sha256': 'UNSIGNED-PAYLOAD',
    };
    const reply = await send(embedded.port, 'GET', '/', headers);
    expect(errorCode(reply)).toBe('AuthorizationHeaderMalformed');
    expect(reply.body.toString()).toContain('<Region>us-east-1</Region>');
  });

  it('names the permission that is missing', async () => {
    const reply = await signedRequest({ ...embedded, method: 'PUT', path, identity: reader });
    expect(reply.body.toString()).toContain(
      `reader is not authorized to perform s3:PutObject on arn:aws:s3:::${bucket}/object`,
    );
  });

  it('of an unsigned request says so', async () => {
    const reply = await send(embedded.port, 'GET', path, {});
    expect(reply.body.toString()).toContain('The request is not signed');
  });
});

describe('a presigned request', () => {
  async function presign(method: string, at: Date, expiresIn = 60, query = {}, key = path) {
    const { port } = embedded;
    const host = `127.0.0.1:${port}`;
    const headers = { host, 'x-amz-content-sha256': 'UNSIGNED-PAYLOAD' };
    const signed = await signerFor(owner).presign(
      { method, protocol: 'http:', hostname: host, port, path: key, query, headers },
      { signingDate: at, expiresIn },
    );
    const pairs = Object.entries(signed.query ?? {}).map(
      ([name, value]) => `${encodeURIComponent(name)}=${encodeURIComponent(String(value))}`,
    );
    return `${key}?${pairs.join('&')}`;
  }
  const fetched = (method: string, target: string, body = ''): Promise<Reply> =>
    send(embedded.port, method, target, {}, body);

  it('reads and writes without any header', async () => {
    const key = `/${bucket}/presigned%20key`;
    const write = await presign('PUT', new Date(), 60, {}, key);
    expect((await fetched('PUT', write, 'presigned')).status).toBe(200);
    const read = await fetched('GET', await presign('GET', new Date(), 60, {}, key));
    expect(read.body.toString()).toBe('presigned');
  });

  it('is valid from its date until its expiry', async () => {
    const young = await fetched('GET', await presign('GET', minutes(-1), 90));
    expect(young.status).toBe(200);
    const expired = await fetched('GET', await presign('GET', minutes(-2), 90));
    expect([expired.status, errorCode(expired)]).toEqual([403, 'AccessDenied']);
    const early = await fetched('GET', await presign('GET', minutes(16), 90));
    expect(errorCode(early)).toBe('RequestTimeTooSkewed');
  });

  it.each([
    ['another key', (url: string) => url.replace('object', 'objecu')],
    ['another expiry', (url: string) => url.replace('Expires=60', 'Expires=61')],
    ['a parameter more', (url: string) => `${url}&response-content-type=text%2Fhtml`],
    ['another signature', (url: string) => url.replace(/.$/, (last) => (last === '0' ? '1' : '0'))],
  ])('does not work for %s', async (_, change) => {
    const url = await presign('GET', new Date());
    const changed = change(url);
    expect(changed).not.toBe(url);
    expect((await fetched('GET', changed)).status).toBe(403);
    expect((await fetched('HEAD', url)).status).toBe(403);
    expect((await fetched('GET', url)).status).toBe(200);
  });

  it.each([
    ['none of its expiry', /&X-Amz-Expires=60/, ''],
    ['an expiry of eight days', /Expires=60/, 'Expires=691200'],
    ['no number for its expiry', /Expires=60/, 'Expires=1e1'],
  ])('with %s is refused', async (_, pattern, replacement) => {
    const url = (await presign('GET', new Date())).replace(pattern, replacement);
    const reply = await fetched('GET', url);
    expect([reply.status, errorCode(reply)]).toEqual([400, 'AuthorizationQueryParametersError']);
  });

  it('ignores the checksum of an empty body that presigners add, as S3 does', async () => {
    const query = { 'x-amz-checksum-crc32': 'AAAAAA==', 'x-amz-sdk-checksum-algorithm': 'CRC32' };
    const key = `/${bucket}/presigned-checksum`;
    const url = await presign('PUT', new Date(), 60, query, key);
    expect((await fetched('PUT', url, 'body')).status).toBe(200);
  });

  it.each([
    ['x-amz-meta-a b', 'name'],
    ['x-amz-meta-a', 'line\r\nset-cookie: x'],
    ['x-amz-meta-a', 'snowman \u2603'],
  ])(
    'with %j = %j in its query is refused, because the header could not be sent',
    async (name, value) => {
      const key = `/${bucket}/presigned-header`;
      const url = await presign('PUT', new Date(), 60, { [name]: value }, key);
      const reply = await fetched('PUT', url);
      expect([reply.status, errorCode(reply)]).toEqual([400, 'InvalidArgument']);
    },
  );

  it('stores the metadata in its query', async () => {
    const key = `/${bucket}/presigned-metadata`;
    const url = await presign('PUT', new Date(), 60, { 'x-amz-meta-focus': '10,20' }, key);
    expect((await fetched('PUT', url)).status).toBe(200);
    const { headers } = await signedRequest({ ...embedded, method: 'HEAD', path: key });
    expect(headers['x-amz-meta-focus']).toBe('10,20');
  });

  it('cannot smuggle an unsupported header through its query', async () => {
    const url = await presign('PUT', new Date(), 60, { 'x-amz-mfa': '1' });
    expect((await fetched('PUT', url)).status).toBe(501);
  });
});

describe('an identity', () => {
  it('does what its policy allows and nothing else', async () => {
    const client = embedded.clientFor(reader);
    const at = { Bucket: bucket, Key: 'object' };
    expect((await outcome(client.send(new GetObjectCommand(at)))).status).toBe(200);
    const denied = { status: 403, name: 'AccessDenied' };
    expect(await outcome(client.send(new PutObjectCommand({ ...at, Body: 'x' })))).toEqual(denied);
    expect(await outcome(client.send(new DeleteObjectCommand(at)))).toEqual(denied);
    expect(await outcome(client.send(new ListObjectsV2Command({ Bucket: bucket })))).toEqual(
      denied,
    );
    expect(await outcome(client.send(new ListBucketsCommand({})))).toEqual(denied);
    const elsewhere = new GetObjectCommand({ Bucket: otherBucket, Key: 'object' });
    expect(await outcome(client.send(elsewhere))).toEqual(denied);
  });

  it('sees that a key is missing only if it may list', async () => {
    const at = { Bucket: bucket, Key: 'missing' };
    const asked = (client: typeof embedded.s3) => outcome(client.send(new GetObjectCommand(at)));
    expect(await asked(embedded.s3)).toEqual({ status: 404, name: 'NoSuchKey' });
    expect(await asked(embedded.clientFor(reader))).toEqual({ status: 403, name: 'AccessDenied' });
    const headed = (client: typeof embedded.s3) => outcome(client.send(new HeadObjectCommand(at)));
    expect((await headed(embedded.s3)).status).toBe(404);
    expect((await headed(embedded.clientFor(reader))).status).toBe(403);
  });
});

describe('an unsupported feature', () => {
  const at = { Bucket: bucket, Key: 'object' };
  const commands: readonly [string, () => Promise<{ $metadata: { httpStatusCode?: number } }>][] = [
    ['GetBucketPolicy', () => embedded.s3.send(new GetBucketPolicyCommand(at))],
    [
      'PutBucketPolicy',
      () => embedded.s3.send(new PutBucketPolicyCommand({ ...at, Policy: '{}' })),
    ],
    [
      'GetBucketLifecycleConfiguration',
      () => embedded.s3.send(new GetBucketLifecycleConfigurationCommand(at)),
    ],
    ['DeleteBucket', () => embedded.s3.send(new DeleteBucketCommand(at))],
    ['CreateBucket', () => embedded.s3.send(new CreateBucketCommand({ Bucket: 'another-bucket' }))],
    ['PutObjectAcl', () => embedded.s3.send(new PutObjectAclCommand({ ...at, ACL: 'private' }))],
    [
      'RestoreObject',
      () => embedded.s3.send(new RestoreObjectCommand({ ...at, RestoreRequest: {} })),
    ],
    [
      'GetObjectAttributes',
      () => embedded.s3.send(new GetObjectAttributesCommand({ ...at, ObjectAttributes: ['ETag'] })),
    ],
  ];
  it.each(commands)('%s is 501, with its name and what to do', async (name, run) => {
    const thrown = await run().catch((error: unknown) => error);
    expect(thrown).toMatchObject({ name: 'NotImplemented', $metadata: { httpStatusCode: 501 } });
    expect(String(thrown)).toMatch(
      new RegExp(`: ${name}.* is not implemented by the local S3. (Its buckets|Leave|Use)`),
    );
  });

  it.each([
    ['PUT', 'acl', 'PutObjectAcl'],
    ['DELETE', 'restore', 'DELETE with ?restore'],
    ['GET', 'torrent', 'GetObjectTorrent'],
    ['PATCH', '', 'PATCH'],
    ['POST', 'select', 'SelectObjectContent'],
    ['PUT', 'partNumber', 'PUT with ?partNumber'],
  ])('%s ?%s leaves the object alone', async (method, parameter, name) => {
    const query = parameter === '' ? {} : { [parameter]: '' };
    const reply = await signedRequest({ ...embedded, method, path, query, body: 'changed' });
    expect([reply.status, errorCode(reply)]).toEqual([501, 'NotImplemented']);
    expect(reply.body.toString()).toContain(`<Message>${name} is not implemented`);
    expect((await signedRequest({ ...embedded, path })).body.toString()).toBe('body');
  });

  it.each([
    ['PUT', { 'x-amz-website-redirect-location': '/x' }, 'PutObject'],
    ['PUT', { 'x-amz-server-side-encryption': 'aws:kms' }, 'PutObject'],
    ['GET', { 'x-amz-expected-bucket-owner': '1' }, 'GetObject'],
  ] as const)('%s with %j names the call and the header', async (method, headers, name) => {
    const reply = await signedRequest({ ...embedded, method, path, headers, body: '' });
    expect(reply.status).toBe(501);
    expect(reply.body.toString()).toContain(`${name} with the header ${Object.keys(headers)[0]}`);
  });

  it('does not include the bucket in the host name', async () => {
    const host = `${bucket}.localhost:${embedded.port}`;
    const reply = await signedRequest({ ...embedded, path: '/object', headers: { host } });
    expect(reply.body.toString()).toBe('body');
  });
});
