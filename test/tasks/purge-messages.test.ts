import { describe, expect, it } from 'vitest';
import { nodeCrypto } from '../../shared/adapters/crypto.ts';
import { sourceTag } from '../../shared/objects/derivatives.ts';
import {
  handlePurgeMessages,
  type PurgeWork,
  readPurgeMessage,
} from '../../tasks/purge-messages.ts';
import { keep, memoryStore } from '../shared/objects/memory-store.ts';

const buckets = { sources: 'src', config: 'cfg' };

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
  const away = { invalidate: false, queue: false };
  const work: PurgeWork = {
    crypto: nodeCrypto,
    derivatives,
    buckets,
    invalidate: async (tags) => {
      if (away.invalidate) throw new Error('CloudFront is away');
      invalidated.push(tags);
    },
    later: async (body, seconds) => {
      if (away.queue) throw new Error('SQS is away');
      later.push({ body, seconds });
    },
    onFailure: (reason) => failures.push(reason),
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
  return { work, derivatives, invalidated, later, failures, away, worked, workedBy, store, left };
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
    const source = { tenant: 'acme', path };
    expect(readPurgeMessage(event(key), buckets)).toEqual({
      ...{ sources: [], stored: [source], again: false },
    });
    const removed = event(key).replace('ObjectCreated:Put', 'ObjectRemoved:DeleteMarkerCreated');
    expect(readPurgeMessage(removed, buckets)).toEqual({
      ...{ sources: [source], stored: [], again: false },
    });
  });

  it.each([
    ['a watermark', event('acme/_watermarks/a.png')],
    ['a key that can never be served', event('acme/a//b.jpg', 'nobody', 'UPPER/a.jpg')],
    ['another bucket', changed('other', 'acme/cat.jpg')],
    ['a policy', changed('cfg', 'policies/acme.jws', 'audit/acme/1.jws')],
    ['a test', JSON.stringify({ Service: 'Amazon S3', Event: 's3:TestEvent', Bucket: 'src' })],
    ['nothing', JSON.stringify({ Records: [] })],
  ])('asks for nothing where it is of %s', (_what, body) => {
    expect(readPurgeMessage(body, buckets)).toEqual({
      ...{ sources: [], stored: [], again: false },
    });
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
    expect(await worked(event('acme/_watermarks/a.png'))).toEqual([]);
    expect([invalidated, later]).toEqual([[], []]);
  });
});
