import { describe, expect, it } from 'vitest';
import { nodeCrypto } from '../../../shared/adapters/crypto.ts';
import { sourceTag } from '../../../shared/objects/derivatives.ts';
import {
  parseSourceKey,
  purgeBelow,
  purgeRequestKey,
  purgeSource,
  requestSecondPurge,
} from '../../../shared/objects/purge.ts';
import { PortFailure } from '../../../shared/ports.ts';
import { keep, memoryStore } from './memory-store.ts';

function stand(...keys: readonly string[]) {
  const derivatives = memoryStore();
  for (const key of keys) keep(derivatives, key, 'x');
  const order: string[] = [];
  const invalidate = async (tags: readonly string[]): Promise<void> => {
    order.push(`${derivatives.objects.size} left, ${tags.join(' ')}`);
  };
  const left = (): string[] => [...derivatives.objects.keys()];
  return { stores: { crypto: nodeCrypto, derivatives, invalidate }, derivatives, order, left };
}

const cat = { tenant: 'acme', path: 'cat.jpg' };
const made = (source: string): string => `${source}__op__format,f_src`;

describe('a purge of a source', () => {
  it('deletes everything made from it and nothing else, then drops its tag', async () => {
    const others = ['acme/cat.jpg2', 'acme/cat', 'acme-2/cat.jpg', 'acme/a/cat.jpg'].map(made);
    const own = ['acme/cat.jpg__op__resize,w_1__op__format,f_src', made('acme/cat.jpg')];
    const { stores, order, left } = stand(...own, ...others);
    expect(await purgeSource(stores, cat)).toBe(2);
    expect(left()).toEqual(others);
    expect(order).toEqual([`${others.length} left, ${sourceTag(nodeCrypto, cat)}`]);
  });

  it('drops the tag even when nothing was stored, and does no harm twice', async () => {
    const { stores, order } = stand();
    expect([await purgeSource(stores, cat), await purgeSource(stores, cat)]).toEqual([0, 0]);
    expect(order).toHaveLength(2);
  });

  it('deletes page by page', async () => {
    const keys = Array.from({ length: 2_500 }, (_, at) => `acme/cat.jpg__op__version,v_${at}`);
    const { stores, derivatives, left } = stand(...keys);
    expect(await purgeSource(stores, cat)).toBe(2_500);
    expect(left()).toEqual([]);
    const removals = derivatives.calls.filter((call) => call.startsWith('remove'));
    expect(removals).toEqual(['remove 1000', 'remove 1000', 'remove 500']);
  });

  it('does not drop the tag when it could not delete', async () => {
    const { stores, derivatives, order } = stand(made('acme/cat.jpg'));
    derivatives.away = true;
    await expect(purgeSource(stores, cat)).rejects.toBeInstanceOf(PortFailure);
    expect(order).toEqual([]);
  });
});

describe('a purge of a folder', () => {
  it('purges every source below it, of its tenant', async () => {
    const inside = ['acme/a/1', 'acme/a/2', 'acme/a/b/3'].map(made);
    const outside = ['acme/ab', 'acme/b/1', 'acme-2/a/1'].map(made);
    const { stores, order, left } = stand(...inside, 'acme/a/1__op__crop,x_1', ...outside);
    const { derivatives, sources } = await purgeBelow(stores, 'acme', 'a/');
    expect([derivatives, sources.map(({ path }) => path)]).toEqual([4, ['a/1', 'a/2', 'a/b/3']]);
    expect(left()).toEqual(outside);
    // One invalidation for all: CloudFront counts how many are under way.
    expect(order).toHaveLength(1);
    expect(order[0]?.split(' ')).toHaveLength(5);
  });

  it('of a whole tenant leaves the others', async () => {
    const { stores, left } = stand(made('acme/a'), made('acme-2/a'), made('acme2/a'));
    await purgeBelow(stores, 'acme', '');
    expect(left()).toEqual([made('acme-2/a'), made('acme2/a')]);
  });
});

describe('a second purge', () => {
  it('is requested with an object that is deleted at once', async () => {
    const config = memoryStore();
    await requestSecondPurge(config, [cat]);
    expect(config.calls).toEqual(['put purges/acme/cat.jpg', 'remove 1']);
    expect(config.objects.size).toBe(0);
    expect(purgeRequestKey('purges/acme/cat.jpg')).toBe('acme/cat.jpg');
    expect(purgeRequestKey('policies/acme.json')).toBeUndefined();
  });
});

describe('the source that a key of the bucket names', () => {
  it.each([
    ['acme/cat.jpg', { tenant: 'acme', path: 'cat.jpg' }],
    ['acme/a b/ü+.jpg', { tenant: 'acme', path: 'a b/ü+.jpg' }],
    ['acme/_watermarks/logo.png', undefined],
    ['acme/x__op__y.jpg', undefined],
    ['acme/cat__op', undefined],
    ['ACME/cat.jpg', undefined],
    ['cat.jpg', undefined],
    ['acme/', undefined],
    ['acme//cat.jpg', undefined],
    ['/acme/cat.jpg', undefined],
    ['', undefined],
  ])('%j is %j', (key, source) => expect(parseSourceKey(key)).toEqual(source));
});
