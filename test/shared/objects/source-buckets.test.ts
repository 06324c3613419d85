import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { sourceReaders } from '../../../shared/adapters/source-buckets.ts';
import { readSource } from '../../../shared/objects/sources.ts';
import {
  entryParts,
  type SourceEntries,
  type SourceEntry,
} from '../../../shared/policy/source-entries.ts';
import { answerOf, asRefusal, type Refusal } from '../../../shared/refusal.ts';
import { reply, reset, startScripted } from '../adapters/scripted-server.ts';
import { manySources, manyTenants } from '../policy/many-sources.ts';
import { policyOf } from '../policy/policies.ts';
import { keep, memoryStore } from './memory-store.ts';

/* Sources in buckets that are not Signet's own, read by the real SDK. */

const key = 'arn:aws:kms:eu-west-1:111122223333:key/1';
const photos = {
  ...{ bucket: 'photos.bucket', region: 'eu-west-1', account: '111122223333' },
  ...{ prefix: 'Img/{tenant}/', tenants: ['acme', 'acme-2'] },
};
const entries: SourceEntries = {
  photos,
  closed: { ...photos, list: false },
  secret: { ...photos, key },
  far: { ...photos, region: 'ap-southeast-2' },
};
const png = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);

let server: Awaited<ReturnType<typeof startScripted>>;
const own = memoryStore();

beforeAll(async () => {
  server = await startScripted();
});
beforeEach(() => {
  own.objects.clear();
});
afterAll(() => server.stop());

const patience = { connectionTimeout: 1_000, requestTimeout: 5_000, maxAttempts: 1 };

function read(source: object, path = 'a b+c.png', tenant = 'acme') {
  const readers = sourceReaders(own, entries, { access: server.access, patience });
  const policy = policyOf({ operations: {}, source }, tenant);
  return readSource(readers, { tenant, path }, policy.source);
}

const refusalOf = async (reading: Promise<unknown>): Promise<Refusal> =>
  asRefusal(await reading.then(() => new Error('it was read')).catch((thrown: unknown) => thrown));

const s3Error = (status: number, code: string, more = '', headers = {}) =>
  reply(
    status,
    `<?xml version="1.0"?><Error><Code>${code}</Code><Message>secret arn</Message>${more}</Error>`,
    { 'content-type': 'application/xml', ...headers },
  );

describe('a source in another bucket', () => {
  it.each([
    ['photos', 'eu-west-1'],
    ['far', 'ap-southeast-2'],
  ])('is read below the prefix of its tenant, signed for its Region: %s', async (from, region) => {
    server.play(reply(200, png.toString('latin1'), { etag: '"e"', 'x-amz-meta-focus': '3,4' }));
    // The server writes text, so the first byte is two. What matters is what was asked.
    await read({ from, prefix: 'web/' }).catch(() => undefined);
    expect(server.seen).toHaveLength(1);
    const { url, headers = {} } = server.seen[0] ?? {};
    expect(url).toMatch(/^\/photos\.bucket\/Img\/acme\/web\/a%20b%2Bc\.png\?/);
    expect(headers['authorization']).toContain(`/${region}/s3/aws4_request`);
    expect(headers['x-amz-expected-bucket-owner']).toBe('111122223333');
    expect(own.calls).toEqual([]);
  });

  it.each([
    [
      'no entry',
      { from: 'other' },
      'acme',
      'names the source "other", which the deployment does not list',
    ],
    ['an entry of others', { from: 'photos' }, 'acme2', 'does not list for acme2'],
  ])('is not read at all for %s', async (_what, source, tenant, reason) => {
    server.play(reply(200));
    const refusal = await refusalOf(read(source, 'a.png', tenant));
    expect([refusal.code, server.seen.length]).toEqual(['unavailable', 0]);
    expect(refusal.detail.reason).toContain(reason);
    expect(refusal.detail.reason).toContain('add it to sources in cdk.json and deploy');
  });

  const faults = [
    [
      'denies',
      'photos',
      s3Error(403, 'AccessDenied'),
      'check that the policy of the bucket allows the render role, that account 111122223333 owns it',
    ],
    [
      'denies, with a key',
      'secret',
      s3Error(403, 'AccessDenied'),
      `that the policy of ${key} allows kms:Decrypt`,
    ],
    [
      'is gone',
      'photos',
      s3Error(404, 'NoSuchBucket'),
      'bucket photos.bucket of source "photos" does not exist; correct its bucket in cdk.json and deploy',
    ],
    ['is gone and not listed', 'closed', s3Error(404, 'NoSuchBucket'), 'does not exist'],
    [
      'is elsewhere than said',
      'photos',
      s3Error(301, 'PermanentRedirect', '', { 'x-amz-bucket-region': 'us-west-2' }),
      'bucket photos.bucket of source "photos" is not in eu-west-1 but in us-west-2; correct its region in cdk.json and deploy',
    ],
    [
      'is elsewhere, as the signature shows',
      'far',
      s3Error(400, 'AuthorizationHeaderMalformed', '<Region>eu-central-1</Region>'),
      'is not in ap-southeast-2 but in eu-central-1',
    ],
    [
      'is elsewhere, nobody says where',
      'photos',
      s3Error(301, 'PermanentRedirect'),
      'is not in eu-west-1; correct',
    ],
    [
      'has a wrong key',
      'secret',
      s3Error(400, 'KMS.NotFoundException'),
      'the KMS key of source "secret" cannot be used (KMS.NotFoundException)',
    ],
    [
      'has a key that is off',
      'secret',
      s3Error(400, 'KMS.DisabledException'),
      '(KMS.DisabledException); enable it',
    ],
    [
      'fails',
      'photos',
      s3Error(500, 'InternalError'),
      'S3 get on photos.bucket failed: InternalError 500',
    ],
    ['does not answer', 'photos', reset, 'S3 get on photos.bucket failed: no answer'],
  ] as const;
  it.each(faults)(
    'of a bucket that %s is unavailable, and the reason says what to do',
    async (_what, from, answer, reason) => {
      server.play(answer);
      const refusal = await refusalOf(read({ from }));
      expect([refusal.code, answerOf(refusal).headers['cache-control']]).toEqual([
        'unavailable',
        'no-store',
      ]);
      expect(refusal.detail.reason).toContain(reason);
      expect(refusal.detail.reason).not.toContain('secret arn');
    },
  );

  it.each([
    ['is missing', 'photos', s3Error(404, 'NoSuchKey'), 'there is no such source'],
    [
      'is denied where nothing can be listed',
      'closed',
      s3Error(403, 'AccessDenied'),
      'source "closed" has "list": false',
    ],
    [
      'is archived',
      'photos',
      s3Error(403, 'InvalidObjectState'),
      'the object in source "photos" is archived',
    ],
  ] as const)('that %s is missing for a minute', async (_what, from, answer, reason) => {
    server.play(answer);
    const refusal = await refusalOf(read({ from }));
    expect([refusal.code, refusal.detail.aboutSource]).toEqual(['source_missing', true]);
    expect(refusal.detail.reason).toContain(reason);
  });
});

describe("a source in Signet's own bucket", () => {
  it.each([
    [{}, 'acme/a b+c.png'],
    [{ prefix: 'web/' }, 'acme/web/a b+c.png'],
  ])('is read from it, with %j', async (source, place) => {
    server.play(reply(200));
    keep(own, place, png);
    expect((await read(source)).type).toBe('png');
    expect([own.calls.at(-1), server.seen]).toEqual([`get ${place}`, []]);
  });
});

it('50 tenants and 50 entries: each read is of one part, and no two read the same object', async () => {
  const objects = new Map<string, string>();
  const readers = {
    own,
    entries: manySources,
    open: ({ bucket }: SourceEntry) => ({
      get: async (place: string) => {
        objects.set(`${bucket}/${place}`, '');
        return 'missing' as const;
      },
    }),
  };
  const pairs = manyTenants.flatMap((tenant) =>
    Object.keys(manySources).map((from) => ({ tenant, from })),
  );
  let refused = 0;
  for (const { tenant, from } of pairs) {
    const { source } = policyOf({ operations: {}, source: { from } }, tenant);
    const target = { tenant, path: 'cat.jpg' };
    const { code } = await refusalOf(readSource(readers, target, source));
    refused += code === 'unavailable' ? 1 : 0;
  }
  const parts = entryParts(manySources).map(({ bucket, prefix }) => `${bucket}/${prefix}cat.jpg`);
  expect([...objects.keys()].toSorted()).toEqual(parts.toSorted());
  expect(refused).toBe(pairs.length - parts.length);
});
