import { describe, expect, it } from 'vitest';
import { PolicyInvalid } from '../../../shared/policy/validation.ts';
import { auditKey, policyKey } from '../../../shared/versions/bucket.ts';
import type { KnownFields } from '../../../shared/versions/publish-checks.ts';
import {
  type Publishing,
  type PublishOptions,
  publishPolicy,
} from '../../../shared/versions/publishing.ts';
import { signRecord } from '../../../shared/versions/record.ts';
import { requestedTenant } from '../../../shared/versions/source-move.ts';
import { publisher, publishingTo } from '../keys/publisher.ts';
import { keep, memoryStore } from '../objects/memory-store.ts';
import { manySources, manyTenants } from '../policy/many-sources.ts';

const photos = { bucket: 'b', region: 'eu-west-1', prefix: 'img/{tenant}/', tenants: ['acme'] };
const films = { ...photos, bucket: 'c' };

function stand(changes: Partial<Publishing> = {}) {
  const config = memoryStore();
  const publishing = {
    ...publishingTo(config),
    sourceEntries: async () => ({ photos, films }),
    ...changes,
  };
  const publish = (source?: object, options: Partial<PublishOptions> = {}, tenant = 'acme') =>
    publishPolicy(
      publishing,
      { tenant, operations: {}, ...(source === undefined ? {} : { source }) },
      { root: 'r1', ...options },
    );
  const requests = () => config.calls.filter((call) => call.startsWith('put purges/'));
  return { config, publish, requests };
}

describe('a policy whose sources move', () => {
  const moves = [
    [undefined, { from: 'photos' }],
    [{ from: 'photos' }, undefined],
    [{ from: 'photos' }, { from: 'films' }],
    [{ from: 'photos' }, { from: 'photos', prefix: 'web/' }],
    [{ prefix: 'a/' }, { prefix: 'ab/' }],
    [undefined, { prefix: 'a/' }],
  ] as const;

  it.each(moves)('needs a purge: %j to %j', async (before, after) => {
    const { publish, requests } = stand();
    await publish(before);
    await expect(publish(after)).rejects.toThrow(
      'source reads sources from another place, and stored images show the old ones; add --purge, which deletes all derivatives of acme',
    );
    expect(requests()).toEqual([]);
    expect((await publish(after, { purge: true })).version).toBe(2);
    // Before, so that no publish that stops half-way loses it, and after, when the policy is live.
    expect(requests()).toEqual(['put purges/acme', 'put purges/acme']);
  });

  it('needs none if it is new, stays, or changes something else', async () => {
    const { publish, requests } = stand();
    await publish({ from: 'photos' });
    await publish({ from: 'photos' });
    await publish({ from: 'photos', maxFrames: 3 });
    expect(requests()).toEqual([]);
  });

  it.each([
    ['in a form of this release', { from: 'photos' }, { from: 'photos' }],
    ['in another form', { from: 7 }, undefined],
  ])(
    'also if this release refuses the live policy, which names its place %s',
    async (_how, source, same) => {
      const { config, publish } = stand();
      const text = await signRecord(publisher, {
        ...{ version: 1, at: '2029-01-01T00:00:00.000Z', by: 'ann', reason: null, previous: null },
        ...{ retired: [], policy: { tenant: 'acme', source, operations: { novel: true } } },
      });
      for (const key of [auditKey('acme', 1), policyKey('acme')]) keep(config, key, text);
      await expect(publish({ from: 'films' })).rejects.toThrow('add --purge');
      await expect(publish()).rejects.toThrow('add --purge');
      if (same !== undefined) expect((await publish(same)).version).toBe(2);
    },
  );

  it('purges again if the same command is run again', async () => {
    const { publish, requests } = stand();
    await publish(undefined);
    await publish({ from: 'photos' }, { purge: true });
    const before = requests().length;
    expect((await publish({ from: 'photos' }, { purge: true })).unchanged).toBe(true);
    expect(requests()).toHaveLength(before + 1);
  });

  it('has its purge even if the publish stops right after the commit', async () => {
    const { config, publish, requests } = stand();
    await publish(undefined);
    const { put } = config;
    let isCommitted = false;
    const dying: typeof put = async (key, ...rest) => {
      if (isCommitted) throw new Error('killed');
      isCommitted = key === 'policies/acme.jws';
      return put(key, ...rest);
    };
    Object.assign(config, { put: dying });
    await expect(publish({ from: 'photos' }, { purge: true })).rejects.toThrow('killed');
    expect(requests()).toEqual(['put purges/acme']);
  });

  it('waits for a deployment', async () => {
    const knownFields: { current: Awaited<ReturnType<KnownFields>> } = { current: ['*'] };
    const { publish } = stand({ knownFields: async () => knownFields.current });
    knownFields.current = [
      'tenant',
      'operations',
      'keys',
      'keys.active',
      'keys.accept',
      'source',
      'source.from',
    ];
    await publish({ from: 'photos' });
    knownFields.current = { deploying: 'stack s is in UPDATE_IN_PROGRESS' };
    await expect(publish({ from: 'films' }, { purge: true })).rejects.toThrow(
      'source reads sources from another place, and stack s is in UPDATE_IN_PROGRESS',
    );
  });
});

describe('a policy that names a source', () => {
  it.each([
    [
      'that does not exist',
      { from: 'other' },
      {},
      'source names the source "other", which the deployment does not list',
    ],
    [
      'of another tenant',
      { from: 'photos' },
      { tenants: ['zed'] },
      'which the deployment does not list for acme',
    ],
    [
      'of a deployment without any',
      { from: 'photos' },
      'none',
      'which the deployment does not list',
    ],
    [
      'of entries that share keys',
      { from: 'photos' },
      { bucket: 'c', prefix: 'img/acme/x/' },
      'source.from cannot be used: in the deployment, "films" (c/img/acme/ of acme) and "photos" (c/img/acme/x/ of acme) overlap',
    ],
    [
      'with too long a prefix',
      { from: 'photos', prefix: `${'a'.repeat(320)}/` },
      {},
      'more than 324 bytes',
    ],
  ] as const)('%s is refused', async (_what, source, change, sentence) => {
    const entries = change === 'none' ? {} : { photos: { ...photos, ...change }, films };
    const { publish, config } = stand({ sourceEntries: async () => entries });
    const refused = await publish(source, { purge: true }).catch((thrown: unknown) => thrown);
    expect(refused).toBeInstanceOf(PolicyInvalid);
    expect(String(refused)).toContain(sentence);
    expect(config.objects.size).toBe(0);
  });

  it('is accepted for its own tenants only, of 50 tenants and 50 sources', async () => {
    const { publish } = stand({ sourceEntries: async () => manySources });
    const some = manyTenants.filter((_one, at) => at % 7 === 0);
    const pairs = some.flatMap((tenant) =>
      Object.entries(manySources).map(([from, { tenants }]) => {
        return { tenant, from, isListed: tenants.includes(tenant) };
      }),
    );
    for (const { tenant, from, isListed } of pairs) {
      const isPublished = await publish({ from }, { purge: true }, tenant).then(
        () => true,
        () => false,
      );
      expect([tenant, from, isPublished]).toEqual([tenant, from, isListed]);
    }
    expect(pairs.filter(({ isListed }) => isListed).length).toBeGreaterThan(80);
  });
});

it.each([
  ['purges/acme', 'acme'],
  ['purges/acme/a.jpg', undefined],
  ['purges/', undefined],
  ['purges/Acme', undefined],
  ['policies/acme.jws', undefined],
])('%s asks to purge the tenant %s', (key, tenant) => {
  expect(requestedTenant(key)).toBe(tenant);
});
