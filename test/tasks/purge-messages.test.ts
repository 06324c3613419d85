import { describe, expect, it } from 'vitest';
import { nodeCrypto } from '../../shared/adapters/crypto.ts';
import { sourceTag, tenantTag } from '../../shared/objects/derivatives.ts';
import { entryParts } from '../../shared/policy/source-entries.ts';
import type { ChosenSource } from '../../shared/policy/source-place.ts';
import { readPurgeMessage } from '../../tasks/purge-events.ts';
import { handlePurgeMessages, type PurgeWork } from '../../tasks/purge-messages.ts';
import { keep, memoryStore } from '../shared/objects/memory-store.ts';
import { manySources } from '../shared/policy/many-sources.ts';

const photos = {
  ...{ bucket: 'photos', region: 'eu-west-1', account: '111122223333' },
  ...{ prefix: 'img/{tenant}/', tenants: ['acme', 'acme2', 'zed'] },
};
const single = { ...photos, bucket: 'single', prefix: 'a/', tenants: ['acme'] };
const buckets = { sources: 'src', config: 'cfg', elsewhere: { photos, single } };
const nothing = { changed: [], sources: [], again: false, announced: [], tenants: [] };

const event = (...keys: readonly string[]): string => changed('src', ...keys);

/** As S3 writes it, with all the fields that are not read. */
function changed(bucket: string, ...keys: readonly string[]): string {
  const Records = keys.map((key) => ({
    eventVersion: '2.1',
    eventSource: 'aws:s3',
    eventName: 'ObjectCreated:Put',
    s3: { bucket: { name: bucket, arn: 'arn' }, object: { key, size: 1, sequencer: '0055' } },
  }));
  return JSON.stringify({ Records });
}

function stand() {
  const derivatives = memoryStore();
  const invalidated: (readonly string[])[] = [];
  const later: { readonly body: string; readonly seconds: number }[] = [];
  const failures: string[] = [];
  const reported: (readonly [tenant: string, paths: number])[] = [];
  const away = { invalidate: false, queue: false };
  const places = new Map<string, ChosenSource | 'unreadable'>();
  const work: PurgeWork = {
    crypto: nodeCrypto,
    derivatives,
    buckets,
    sourceOf: async (tenant) => places.get(tenant) ?? {},
    invalidate: async (tags) => {
      if (away.invalidate) throw new Error('CloudFront is away');
      invalidated.push(tags);
    },
    later: async (body, seconds) => {
      if (away.queue) throw new Error('SQS is away');
      later.push({ body, seconds });
    },
    onFailure: (reason) => failures.push(reason),
    onInvalidated: (tenant, paths) => void reported.push([tenant, paths]),
  };
  const workedBy = (by: PurgeWork, ...bodies: readonly string[]) =>
    handlePurgeMessages(
      by,
      bodies.map((body, at) => ({ id: `m${at}`, body })),
    );
  const worked = (...bodies: readonly string[]) => workedBy(work, ...bodies);
  const store = (...keys: readonly string[]): void => {
    for (const key of keys) keep(derivatives, key, 'x');
  };
  const left = (): readonly string[] => [...derivatives.objects.keys()];
  return {
    work,
    places,
    derivatives,
    invalidated,
    later,
    failures,
    reported,
    away,
    worked,
    workedBy,
    store,
    left,
  };
}

const made = (source: string, recipe = 'format,f_src'): string => `${source}__op__${recipe}`;
const tag = (path: string): string => sourceTag(nodeCrypto, { tenant: 'acme', path });

describe('a message about a source', () => {
  it.each([
    ['acme/cat.jpg', 'cat.jpg'],
    ['acme/a+b%2Bc.jpg', 'a b+c.jpg'],
    ['acme/%E6%BC%A2%20%25.jpg', '漢 %.jpg'],
    ['acme/d%28e%29/f%27.jpg', "d(e)/f'.jpg"],
  ])('names %s, which is %s', (key, path) => {
    const changed = { from: undefined, tenant: 'acme', rest: path, isStored: true };
    expect(readPurgeMessage(event(key), buckets)).toEqual({ ...nothing, changed: [changed] });
    const removed = event(key).replace('ObjectCreated:Put', 'ObjectRemoved:DeleteMarkerCreated');
    expect(readPurgeMessage(removed, buckets)).toEqual({
      ...nothing,
      changed: [{ ...changed, isStored: false }],
    });
  });

  it.each([
    ['a key without a tenant', event('nobody', 'UPPER/a.jpg')],
    ['another bucket', changed('other', 'acme/cat.jpg')],
    ['a policy', changed('cfg', 'policies/acme.jws', 'audit/acme/1.jws')],
    ['a test', JSON.stringify({ Service: 'Amazon S3', Event: 's3:TestEvent', Bucket: 'src' })],
    ['nothing', JSON.stringify({ Records: [] })],
  ])('asks for nothing where it is of %s', (_what, body) => {
    expect(readPurgeMessage(body, buckets)).toEqual(nothing);
  });

  it('may be what an operator asks for', () => {
    expect(readPurgeMessage(changed('cfg', 'purges/acme/a+b.jpg'), buckets).sources).toEqual([
      { tenant: 'acme', path: 'a b.jpg' },
    ]);
  });

  it.each([
    '',
    'hello',
    '{}',
    '[]',
    '{"Records":[{}]}',
    event('acme/%E0%A4%A'),
    '{"purgeAgain":1}',
    '{"purgeTenant":"Acme"}',
    '{"purgeTenant":"acme","more":1}',
  ])('is unknown: %s', (body) => {
    expect(() => readPurgeMessage(body, buckets)).toThrow();
  });
});

describe('a batch of messages', () => {
  it('deletes what was made, drops the tags in one go, and is done once more in a minute', async () => {
    const { worked, store, left, invalidated, later } = stand();
    store(made('acme/cat.jpg'), made('acme/dog.jpg', 'resize,w_1'), made('acme/other.jpg'));
    expect(await worked(event('acme/cat.jpg', 'acme/cat.jpg'), event('acme/dog.jpg'))).toEqual([]);
    expect(left()).toEqual([made('acme/other.jpg')]);
    expect(invalidated).toEqual([[tag('cat.jpg'), tag('dog.jpg')]]);
    expect(later).toEqual([
      { body: '{"purgeAgain":["acme/cat.jpg","acme/dog.jpg"]}', seconds: 60 },
    ]);
  });

  it('reports how many paths of each tenant were invalidated', async () => {
    const { worked, reported, away } = stand();
    await worked(event('acme/cat.jpg', 'acme/dog.jpg', 'zed/cat.jpg'));
    expect(reported).toEqual([
      ['acme', 2],
      ['zed', 1],
    ]);
    away.invalidate = true;
    await worked(event('acme/cat.jpg'));
    expect(reported).toHaveLength(2);
  });

  it('finds what a render has stored that began before the source changed', async () => {
    const { worked, store, left, later, invalidated } = stand();
    store(made('acme/cat.jpg'));
    await worked(event('acme/cat.jpg'));
    // The render has read the old source, and is through only now.
    store(made('acme/cat.jpg', 'resize,w_9'));
    expect(await worked(later[0]?.body ?? '')).toEqual([]);
    expect(left()).toEqual([]);
    expect(invalidated).toEqual([[tag('cat.jpg')], [tag('cat.jpg')]]);
    expect(later).toHaveLength(1);
  });

  it('leaves a source alone that was never another', async () => {
    const { work, workedBy, later, invalidated, failures } = stand();
    const first = ['acme/new.jpg'];
    const knowing = { ...work, isFirst: async (key: string) => first.includes(key) };
    expect(await workedBy(knowing, event('acme/new.jpg', 'acme/old.jpg'))).toEqual([]);
    expect(invalidated).toEqual([[tag('old.jpg')]]);
    expect(later.map(({ body }) => body)).toEqual(['{"purgeAgain":["acme/old.jpg"]}']);
    expect(await workedBy(knowing, event('acme/new.jpg'))).toEqual([]);
    expect([invalidated.length, later.length, failures]).toEqual([1, 1, []]);
  });

  it('leaves what was made of a new source before its event was there', async () => {
    const { work, workedBy, store, left, invalidated } = stand();
    store(made('acme/new.jpg'));
    const knowing = { ...work, isFirst: async () => true };
    expect(await workedBy(knowing, event('acme/new.jpg'))).toEqual([]);
    expect([left(), invalidated]).toEqual([[made('acme/new.jpg')], []]);
  });

  it('purges a source if it cannot tell whether it is new', async () => {
    const { work, workedBy, later, invalidated, failures } = stand();
    const unknowing = { ...work, isFirst: () => Promise.reject(new Error('403')) };
    expect(await workedBy(unknowing, event('acme/cat.jpg'))).toEqual([]);
    expect([invalidated.length, later.length]).toEqual([1, 1]);
    expect(failures).toEqual(['cannot tell whether a source is new, so it is purged: 403']);
  });

  it('may come twice and in any order', async () => {
    const { worked, store, left, later } = stand();
    store(made('acme/cat.jpg'));
    const second = '{"purgeAgain":["acme/cat.jpg"]}';
    for (const body of [second, event('acme/cat.jpg'), event('acme/cat.jpg'), second])
      expect(await worked(body)).toEqual([]);
    expect(left()).toEqual([]);
    expect(later.map(({ body }) => body)).toEqual([second, second]);
  });

  it('gives back what it cannot read, and works off the rest', async () => {
    const { worked, store, left, failures } = stand();
    store(made('acme/cat.jpg'));
    expect(await worked('hello', event('acme/cat.jpg'))).toEqual(['m0']);
    expect(left()).toEqual([]);
    expect(failures).toEqual([
      'message m0 cannot be processed: it is neither an S3 event nor a message of this function',
    ]);
  });

  it.each(['invalidate', 'queue'] as const)(
    'gives all of it back while %s is away',
    async (what) => {
      const { worked, store, left, away, invalidated, later } = stand();
      store(made('acme/cat.jpg'));
      away[what] = true;
      expect(await worked(event('acme/cat.jpg'), event('acme/dog.jpg'))).toEqual(['m0', 'm1']);
      away[what] = false;
      expect(await worked(event('acme/cat.jpg'), event('acme/dog.jpg'))).toEqual([]);
      expect([left(), invalidated.length > 0, later.length]).toEqual([[], true, 1]);
    },
  );

  it('drops no tag of what it could not delete', async () => {
    const { worked, derivatives, invalidated } = stand();
    derivatives.away = true;
    expect(await worked(event('acme/cat.jpg'))).toEqual(['m0']);
    expect(invalidated).toEqual([]);
  });

  it('makes no call for an empty batch', async () => {
    const { worked, invalidated, later } = stand();
    expect(await worked(event('acme/_watermarks/a.png', 'acme/a//b.jpg'))).toEqual([]);
    expect([invalidated, later]).toEqual([[], []]);
  });
});

/** As EventBridge writes it. */
const bridged = (key: string, change: object = {}, type = 'Object Created'): string =>
  JSON.stringify({
    ...{ version: '0', id: '1', source: 'aws.s3', account: '111122223333', region: 'eu-west-1' },
    'detail-type': type,
    detail: { bucket: { name: 'photos' }, object: { key, size: 1 }, reason: 'PutObject' },
    ...change,
  });
const inBucket = (name: string, key: string) => ({
  detail: { bucket: { name }, object: { key } },
});

describe('an event of a bucket that is not our own', () => {
  const from = { from: 'photos' };
  const purgedBy = async (body: string, place: ChosenSource | 'unreadable' = from) => {
    const { worked, places, invalidated, later } = stand();
    for (const tenant of ['acme', 'acme2', 'zed']) places.set(tenant, place);
    expect(await worked(body)).toEqual([]);
    return { tags: invalidated.flat(), again: later.map((one) => one.body) };
  };

  it.each(['Object Created', 'Object Deleted'])(
    'purges the source that it names: %s',
    async (type) => {
      expect(await purgedBy(bridged('img/acme/ü.jpg', {}, type))).toEqual({
        tags: [tag('ü.jpg')],
        again: ['{"purgeAgain":["acme/ü.jpg"]}'],
      });
    },
  );

  it.each([
    ['of another account', bridged('img/acme/cat.jpg', { account: '999999999999' }), from],
    ['of another bucket', bridged('', inBucket('other', 'img/acme/cat.jpg')), from],
    ['of another entry', bridged('', inBucket('single', 'a/cat.jpg')), from],
    ['of another service', bridged('img/acme/cat.jpg', { source: 'aws.s3' }), {}],
    ['below another prefix', bridged('IMG/acme/cat.jpg'), from],
    ['of a tenant that is not listed', bridged('img/other/cat.jpg'), from],
    ['of a name that begins like a tenant', bridged('img/acm/cat.jpg'), from],
    ['of the folder itself', bridged('img/acme/'), from],
    ['outside the prefix of the policy', bridged('img/acme/cat.jpg'), { ...from, prefix: 'web/' }],
    ['of a key that can never be served', bridged('img/acme/a//cat.jpg'), from],
    ['of a policy that reads our own bucket', bridged('img/acme/cat.jpg'), { prefix: 'img/' }],
  ])('purges nothing if it is %s', async (_what, body, place) => {
    expect(await purgedBy(body, place)).toEqual({ tags: [], again: [] });
  });

  it.each([
    ['a+b%2B.jpg', ['a+b%2B.jpg', 'a b+.jpg']],
    ['100%.jpg', ['100%.jpg']],
  ])('purges what its key can mean, encoded or not: %s', async (name, paths) => {
    expect((await purgedBy(bridged(`img/acme/${name}`))).tags).toEqual(paths.map(tag));
  });

  it('is refused if another service sends it', () => {
    expect(() => readPurgeMessage(bridged('img/acme/a', { source: 'my.app' }), buckets)).toThrow();
  });

  it('is of one tenant, also if names begin like each other', async () => {
    const { tags } = await purgedBy(bridged('img/acme2/cat.jpg'));
    expect(tags).toEqual([sourceTag(nodeCrypto, { tenant: 'acme2', path: 'cat.jpg' })]);
  });

  it('names the path without the prefix of the policy', async () => {
    const place = { ...from, prefix: 'web/' };
    expect((await purgedBy(bridged('img/acme/web/cat.jpg'), place)).tags).toEqual([tag('cat.jpg')]);
  });

  it('purges every path that it can mean if the policy cannot be read', async () => {
    const { tags } = await purgedBy(bridged('img/acme/a/b/c.jpg'), 'unreadable');
    expect(tags).toEqual(['a/b/c.jpg', 'b/c.jpg', 'c.jpg'].map(tag));
  });

  it('cannot be repeated by an event of the form that our own buckets send', async () => {
    expect(await purgedBy(changed('photos', 'img/acme/cat.jpg'))).toEqual({ tags: [], again: [] });
  });
});

describe('50 entries of 50 tenants', () => {
  it('have no event that is of two tenants, or of an entry with another owner', () => {
    const parts = entryParts(manySources);
    const many = { ...buckets, elsewhere: manySources };
    for (const { name, bucket, tenant, prefix } of parts) {
      const event = bridged('', inBucket(bucket, `${prefix}a/cat.jpg`));
      expect(readPurgeMessage(event, many).changed).toEqual([
        { from: name, tenant, rest: 'a/cat.jpg', isStored: true },
      ]);
      const foreign = event.replace('111122223333', '222222222222');
      expect(readPurgeMessage(foreign, many)).toEqual(nothing);
    }
    expect(parts.length).toBeGreaterThan(500);
  });
});

describe('our own bucket', () => {
  it('has the prefix of the policy behind that of the tenant', async () => {
    const { worked, places, invalidated } = stand();
    places.set('acme', { prefix: 'web/' });
    expect(await worked(event('acme/web/cat.jpg', 'acme/cat.jpg'))).toEqual([]);
    expect(invalidated).toEqual([[tag('cat.jpg')]]);
  });

  it('purges nothing for a tenant whose sources are elsewhere', async () => {
    const { worked, places, invalidated, later } = stand();
    places.set('acme', { from: 'photos' });
    expect(await worked(event('acme/cat.jpg'))).toEqual([]);
    expect([invalidated, later]).toEqual([[], []]);
  });
});

describe('the purge of a whole tenant', () => {
  const request = changed('cfg', 'purges/acme');
  const due = '{"purgeTenant":"acme"}';

  it('is due 60 and 120 seconds after the request', async () => {
    const { worked, store, left, later, invalidated } = stand();
    store(made('acme/cat.jpg'));
    expect(await worked(request)).toEqual([]);
    expect(later).toEqual([60, 120].map((seconds) => ({ body: due, seconds })));
    expect([left().length, invalidated]).toEqual([1, []]);
  });

  it('deletes every derivative of that tenant, and invalidates its tag', async () => {
    const { worked, store, left, invalidated, later } = stand();
    store(made('acme/cat.jpg'), made('acme/a/b/c.jpg'), 'acme/odd', made('acme2/cat.jpg'));
    expect(await worked(due)).toEqual([]);
    expect(left()).toEqual([made('acme2/cat.jpg')]);
    expect([invalidated, later]).toEqual([[[tenantTag('acme')]], []]);
  });

  it('goes on in another message if there is too much for one', async () => {
    const { worked, store, left, invalidated, later, reported } = stand();
    store(...Array.from({ length: 40_001 }, (_one, at) => `acme/${at}__op__format,f_src`));
    expect(await worked(due)).toEqual([]);
    expect([left().length, invalidated, later]).toEqual([1, [], [{ body: due, seconds: 0 }]]);
    expect(await worked(due)).toEqual([]);
    expect([left(), invalidated]).toEqual([[], [[tenantTag('acme')]]]);
    expect(reported).toEqual([['acme', 1]]);
  });

  it.each(['invalidate', 'queue'] as const)('is tried again while %s is away', async (what) => {
    const { worked, away } = stand();
    away[what] = true;
    expect(await worked(what === 'queue' ? request : due)).toEqual(['m0']);
  });
});
