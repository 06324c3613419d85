import { GetObjectTaggingCommand, HeadObjectCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { readFormData } from '../../../../local/s3/forms/form-data.ts';
import type { ObjectChange } from '../../../../local/s3/server.ts';
import {
  bucket,
  errorCode,
  listIncoming,
  otherBucket,
  owner,
  type Running,
  readText,
  startEmbedded,
} from '../embedded-s3.ts';
import {
  boundary,
  credentialFields,
  type FormOptions,
  formBody,
  post,
  postBody,
  signForm,
  signPolicy,
} from './post-form.ts';

/** May put what does not exist yet, as the role that renders. */
const creator = {
  ...owner,
  allows: (action: string, _: string, onlyAbsent = false) =>
    action === 's3:PutObject' && onlyAbsent,
};

let embedded: Running;
const told: ObjectChange[] = [];
beforeAll(async () => {
  embedded = await startEmbedded({
    origins: ['http://localhost:*'],
    afterChange: (change) => void told.push(change),
  });
});
afterAll(() => embedded.discard());
beforeEach(() => {
  told.length = 0;
});

const credentials = Object.keys(credentialFields(new Date())).map((name) => [
  'starts-with',
  `$${name}`,
  '',
]);
const message = (reply: Awaited<ReturnType<typeof post>>): string =>
  /<Message>(.*)<\/Message>/.exec(reply.body.toString())?.[1]?.replaceAll('&quot;', '"') ?? '';

describe('a form', () => {
  it('stores its file with what its fields say, and is reported', async () => {
    const fields = {
      'Content-Type': 'image/png',
      'x-amz-meta-focus': '1,2',
      'x-amz-storage-class': 'STANDARD_IA',
      acl: 'private',
      tagging: '<Tagging><TagSet><Tag><Key>a</Key><Value>1</Value></Tag></TagSet></Tagging>',
    };
    const reply = await post(embedded, { fields });
    expect([reply.status, reply.headers['etag']]).toEqual([
      204,
      '"8c7dd922ad47494fc02c388e12c00eac"',
    ]);
    const at = { Bucket: bucket, Key: 'posted' };
    expect(await embedded.s3.send(new HeadObjectCommand(at))).toMatchObject({
      ContentType: 'image/png',
      Metadata: { focus: '1,2' },
      StorageClass: 'STANDARD_IA',
    });
    const { TagSet } = await embedded.s3.send(new GetObjectTaggingCommand(at));
    expect(TagSet).toEqual([{ Key: 'a', Value: '1' }]);
    expect(await readText(embedded, 'posted')).toBe('file');
    expect(told).toEqual([{ bucket, key: 'posted', kind: 'created', by: 'Post' }]);
  });

  it.each([
    ['', 204],
    ['200', 200],
    ['201', 201],
    ['204', 204],
    ['404', 204],
  ])('whose success_action_status is %j is answered with %i', async (wanted, status) => {
    const reply = await post(embedded, { fields: { success_action_status: wanted } });
    expect(reply.status).toBe(status);
    const isDocument = reply.body.toString().includes('<PostResponse');
    expect(isDocument).toBe(status === 201);
    expect(reply.headers['location']).toMatch(
      /^http:\/\/127\.0\.0\.1:\d+\/signet-sources\/posted$/,
    );
  });

  it.each([
    ['http://localhost:3000/done?a=1', 303],
    ['javascript:alert(1)', 204],
    ['/done', 204],
  ])('that redirects to %j is answered with %i', async (url, status) => {
    const reply = await post(embedded, { fields: { success_action_redirect: url } });
    expect(reply.status).toBe(status);
    if (status !== 303) return;
    const { searchParams } = new URL(String(reply.headers['location']));
    expect([searchParams.get('a'), searchParams.get('key')]).toEqual(['1', 'posted']);
  });

  it.each([
    ['photo.png', 'dir/photo.png'],
    ['C:\\photos\\photo.png', 'dir/photo.png'],
    ['../../etc/photo.png', 'dir/photo.png'],
    ['$&.png', 'dir/$&.png'],
    ['ü 😀.png', 'dir/ü 😀.png'],
  ])('puts the name of the file %j into its key', async (fileName, key) => {
    const conditions = [['starts-with', '$key', 'dir/'], ...credentials];
    // biome-ignore lint/suspicious/noTemplateCurlyInString: forms write the name of the file so
    const fields = { key: 'dir/${filename}' };
    const reply = await post(embedded, { fields, conditions, fileName, body: key });
    expect(reply.status).toBe(204);
    expect(await readText(embedded, key)).toBe(key);
  });

  it('can be sent by a page of a listed origin, without a preflight', async () => {
    const origin = 'http://localhost:3000';
    const reply = await postBody(embedded, formBody(signForm()), { origin });
    expect([reply.status, reply.headers['access-control-allow-origin']]).toEqual([204, origin]);
  });
});

describe('a policy', () => {
  const cases: readonly [string, FormOptions, string][] = [
    ['that has expired', { expiresIn: -1 }, 'Policy expired.'],
    [
      'with a field that it does not name',
      { fields: { 'x-amz-meta-a': '1' }, conditions: [{ key: 'posted' }, ...credentials] },
      'Extra input fields: x-amz-meta-a',
    ],
    [
      'for another key',
      { conditions: [{ key: 'other' }, ...credentials] },
      'Policy Condition failed: ["eq", "$key", "other"]',
    ],
    [
      'for keys with another beginning',
      { conditions: [['starts-with', '$key', 'user/'], ...credentials] },
      'Policy Condition failed: ["starts-with", "$key", "user/"]',
    ],
    [
      'for another bucket',
      { conditions: [{ bucket: otherBucket }, { key: 'posted' }, ...credentials] },
      `Policy Condition failed: ["eq", "$bucket", "${otherBucket}"]`,
    ],
    [
      'for a field that is not there',
      { conditions: [{ acl: 'private' }, { key: 'posted' }, ...credentials] },
      'Policy Condition failed: ["eq", "$acl", "private"]',
    ],
    [
      'for a list of types',
      {
        fields: { 'content-type': 'image/png,text/html' },
        conditions: [['starts-with', '$Content-Type', 'image/'], { key: 'posted' }, ...credentials],
      },
      'Policy Condition failed: ["starts-with", "$content-type", "image/"]',
    ],
  ];
  it.each(cases)('%s refuses the form', async (_, options, reason) => {
    const reply = await post(embedded, options);
    expect([reply.status, errorCode(reply)]).toEqual([403, 'AccessDenied']);
    expect(message(reply)).toBe(`Invalid according to Policy: ${reason}`);
    expect([told, await listIncoming(embedded)]).toEqual([[], []]);
  });

  it.each([
    [3, 'EntityTooLarge'],
    [4, undefined],
    [5, undefined],
    [6, 'EntityTooSmall'],
  ])('with a range of sizes around %i is kept', async (size, code) => {
    const range = size < 5 ? [0, size] : [size - 1, 10];
    const conditions = [['content-length-range', ...range], { key: 'posted' }, ...credentials];
    const reply = await post(embedded, { conditions });
    expect(errorCode(reply)).toBe(code);
    expect(told).toHaveLength(code === undefined ? 1 : 0);
    expect(await listIncoming(embedded)).toEqual([]);
  });

  it.each([
    ['no JSON', 'policy'],
    ['a list', '[]'],
    ['no expiration', '{"conditions":[]}'],
    ['a date that does not exist', '{"expiration":"2030-13-01T00:00:00Z","conditions":[]}'],
    ['a time without a zone', '{"expiration":"2030-01-01T00:00:00","conditions":[]}'],
    [
      'an unknown operator',
      '{"expiration":"2030-01-01T00:00:00Z","conditions":[["ends-with","$key","a"]]}',
    ],
    [
      'two names in a condition',
      '{"expiration":"2030-01-01T00:00:00Z","conditions":[{"a":"1","b":"2"}]}',
    ],
    [
      'a field without a dollar',
      '{"expiration":"2030-01-01T00:00:00Z","conditions":[["eq","key","a"]]}',
    ],
  ])('of %s is refused', async (_, text) => {
    const policy = Buffer.from(text).toString('base64');
    const at = new Date();
    const fields = { key: 'posted', ...credentialFields(at), policy };
    const body = formBody({ ...fields, 'x-amz-signature': signPolicy(policy, at) });
    const reply = await postBody(embedded, body);
    expect([reply.status, errorCode(reply)]).toEqual([400, 'InvalidPolicyDocument']);
  });
});

describe('the signature of a form', () => {
  const day = 24 * 60 * 60 * 1000;
  const stranger = {
    'x-amz-credential': credentialFields(new Date(), 'other')['x-amz-credential'],
  };
  const elsewhere = {
    'x-amz-credential': `${owner.accessKeyId}/20260101/eu-west-1/s3/aws4_request`,
    'x-amz-date': '20260101T000000Z',
  };
  const cases: readonly [string, FormOptions, number, string][] = [
    ['is wrong', { change: { 'x-amz-signature': '0'.repeat(64) } }, 403, 'SignatureDoesNotMatch'],
    ['is of another policy', { change: { policy: 'e30=' } }, 403, 'SignatureDoesNotMatch'],
    [
      'is missing',
      { change: { 'x-amz-signature': undefined } },
      400,
      'AuthorizationHeaderMalformed',
    ],
    ['has no policy', { change: { policy: undefined } }, 403, 'AccessDenied'],
    ['is of a stranger', { change: stranger }, 403, 'InvalidAccessKeyId'],
    ['is of another Region', { change: elsewhere }, 400, 'AuthorizationHeaderMalformed'],
    ['is of tomorrow', { at: new Date(Date.now() + day) }, 403, 'RequestTimeTooSkewed'],
    ['is older than a signing key', { at: new Date(Date.now() - 8 * day) }, 403, 'AccessDenied'],
    ['is of Version 2', { change: { AWSAccessKeyId: 'signet' } }, 400, 'InvalidRequest'],
  ];
  it.each(cases)('that %s is refused', async (_, options, status, code) => {
    const reply = await post(embedded, options);
    expect([reply.status, errorCode(reply)]).toEqual([status, code]);
    expect(told).toEqual([]);
  });

  it('six days ago is accepted', async () => {
    expect((await post(embedded, { at: new Date(Date.now() - 6 * day) })).status).toBe(204);
  });
});

describe('a form is refused', () => {
  const whole = () => formBody(signForm()).toString();
  const cases: readonly [string, () => string, string][] = [
    ['without a file', () => whole().replace('name="file"', 'name="other"'), 'InvalidArgument'],
    ['that ends before its file', () => `--${boundary}--\r\n`, 'InvalidArgument'],
    ['without any delimiter', () => 'nothing', 'IncompleteBody'],
    [
      'that ends in its file',
      () => whole().replace(`\r\n--${boundary}--\r\n`, ''),
      'IncompleteBody',
    ],
    ['with a field twice', () => formBody({ a: '1', A: '2' }).toString(), 'InvalidArgument'],
    [
      'with a field without a name',
      () => whole().replace('; name="key"', ''),
      'MalformedPOSTRequest',
    ],
    [
      'with large fields',
      () => formBody({ a: 'x'.repeat(20_481) }).toString(),
      'MaxPostPreDataLengthExceededError',
    ],
    [
      'with many fields',
      () =>
        formBody(
          Object.fromEntries(Array.from({ length: 5_000 }, (_, at) => [`a-field-${at}`, ''])),
        ).toString(),
      'MaxPostPreDataLengthExceededError',
    ],
    [
      'without a key',
      () => formBody(signForm({ change: { key: undefined } })).toString(),
      'AccessDenied',
    ],
  ];
  it.each(cases)('%s', async (_, body, code) => {
    expect(errorCode(await postBody(embedded, body()))).toBe(code);
    expect([told, await listIncoming(embedded)]).toEqual([[], []]);
  });

  const options: readonly [string, FormOptions, string][] = [
    ['with a NUL in its key', { fields: { key: 'a\0b' } }, 'InvalidURI'],
    ['with a long key', { fields: { key: 'k'.repeat(1_025) } }, 'KeyTooLongError'],
    [
      'with a line break in metadata',
      { fields: { 'x-amz-meta-a': 'b\r\nc: d' } },
      'InvalidArgument',
    ],
    ['with a public ACL', { fields: { acl: 'public-read' } }, 'AccessControlListNotSupported'],
    [
      'with a checksum that is wrong',
      { fields: { 'x-amz-checksum-crc32': 'AAAAAA==' } },
      'BadDigest',
    ],
    ['with tags in another form', { fields: { tagging: 'a=1' } }, 'MalformedXML'],
  ];
  it.each(options)('%s', async (_, form, code) => {
    expect(errorCode(await post(embedded, form))).toBe(code);
    expect([told, await listIncoming(embedded)]).toEqual([[], []]);
  });

  it('for a missing bucket, with a query, or without a boundary', async () => {
    const body = formBody(signForm({ conditions: [{ key: 'posted' }, ...credentials] }));
    expect(errorCode(await postBody(embedded, body, {}, '/no-such-bucket'))).toBe('NoSuchBucket');
    expect(errorCode(await postBody(embedded, body, {}, `/${bucket}?acl`))).toBe('InvalidArgument');
    const bare = { 'content-type': 'multipart/form-data' };
    expect(errorCode(await postBody(embedded, body, bare))).toBe('MalformedPOSTRequest');
  });

  it('if its signer may only create, whatever its headers say', async () => {
    const limited = await startEmbedded({ identities: [creator] });
    const reply = await postBody(limited, formBody(signForm()), { 'if-none-match': '*' });
    expect([reply.status, errorCode(reply)]).toEqual([403, 'AccessDenied']);
    await limited.discard();
  });
});

describe('form data', () => {
  async function* split(bytes: Buffer, sizes: readonly number[]): AsyncGenerator<Buffer> {
    let at = 0;
    for (let turn = 0; at < bytes.length; turn += 1) {
      const size = sizes[turn % sizes.length] ?? 1;
      yield bytes.subarray(at, at + size);
      at += size;
    }
  }

  it('is the same however its bytes arrive, also with a file full of line breaks', async () => {
    const bytes = fc.uint8Array({ maxLength: 200 });
    const lines = fc.constantFrom('\r\n', `\r\n--${boundary.slice(0, -1)}`, '\r', '--', '\r\n\r\n');
    const sizes = fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 5 });
    await fc.assert(
      fc.asyncProperty(bytes, fc.array(lines), sizes, async (start, more, pieces) => {
        const file = Buffer.concat([Buffer.from(start), Buffer.from(more.join(''))]);
        const source = split(formBody({ a: '1', b: 'ü\r\n' }, file, 'n.png'), pieces);
        const read = await readFormData(`multipart/form-data; boundary="${boundary}"`, source);
        const chunks: Buffer[] = [];
        for await (const chunk of read.file.chunks) chunks.push(chunk);
        expect(Buffer.concat(chunks).equals(file)).toBe(true);
        expect([...read.fields]).toEqual([
          ['a', '1'],
          ['b', 'ü\r\n'],
        ]);
      }),
    );
  });
});

it('a form replaces an object, which is reported again', async () => {
  const at = { Bucket: bucket, Key: 'posted', Body: 'old' };
  await embedded.s3.send(new PutObjectCommand(at));
  told.length = 0;
  await post(embedded, { body: 'new' });
  expect([await readText(embedded, 'posted'), told.length]).toEqual(['new', 1]);
});
