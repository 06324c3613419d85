import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type BoundedCache, boundedCache } from '../../shared/bounded-cache.ts';

const keysOf = (cache: { entries: () => readonly (readonly [string, unknown])[] }) =>
  cache.entries().map(([key]) => key);

describe('a bounded cache', () => {
  it('drops what was used longest ago', () => {
    const cache = boundedCache<number>(2);
    cache.set('a', 1);
    cache.set('b', 2);
    expect(cache.get('a')).toBe(1);
    cache.set('c', 3);
    expect([cache.get('a'), cache.get('b'), cache.get('c')]).toEqual([1, undefined, 3]);
  });

  it('counts a key that is looked for with `has` as not used', () => {
    const cache = boundedCache<number>(2);
    cache.set('a', 1);
    cache.set('b', 2);
    expect(cache.has('a')).toBe(true);
    cache.set('c', 3);
    expect(keysOf(cache)).toEqual(['b', 'c']);
  });

  it('keeps no value that is larger than itself, and drops the one of the same key', () => {
    const cache = boundedCache<string>(5, (value) => value.length);
    cache.set('a', 'abc');
    cache.set('b', 'de');
    cache.set('a', 'abcdef');
    expect(cache.entries()).toEqual([['b', 'de']]);
  });

  it('makes room for a large value by dropping several', () => {
    const cache = boundedCache<string>(6, (value) => value.length);
    for (const key of ['a', 'b', 'c']) cache.set(key, 'xx');
    cache.set('d', 'xxxx');
    expect(keysOf(cache)).toEqual(['c', 'd']);
  });

  it('takes the key into account', () => {
    const cache = boundedCache<string>(4, (value, key) => value.length + key.length);
    cache.set('long', 'x');
    cache.set('s', 'xxx');
    expect(keysOf(cache)).toEqual(['s']);
  });
});

/** The same by a list, which is searched from its start each time. */
function slowCache(max: number) {
  let list: (readonly [string, number])[] = [];
  const without = (key: string) => list.filter(([one]) => one !== key);
  return {
    get: (key: string) => {
      const found = list.find(([one]) => one === key);
      if (found !== undefined) list = [...without(key), found];
      return found?.[1];
    },
    set: (key: string, value: number) => {
      list = without(key);
      if (value > max) return;
      list = [...list, [key, value]];
      while (list.reduce((sum, [, size]) => sum + size, 0) > max) list = list.slice(1);
    },
    delete: (key: string) => {
      list = without(key);
    },
    entries: () => list,
  };
}

const key = fc.constantFrom('a', 'b', 'c', 'd', 'e');
const action = fc.oneof(
  fc.record({ does: fc.constant('get'), key }),
  fc.record({ does: fc.constant('delete'), key }),
  fc.record({ does: fc.constant('set'), key, value: fc.nat(12) }),
);

type Both = readonly Pick<BoundedCache<number>, 'get' | 'set' | 'delete' | 'entries'>[];
type Action = { readonly does: string; readonly key: string; readonly value?: number };

function act(caches: Both, { does, key: name, value }: Action): readonly unknown[] {
  return caches.map((cache) => {
    if (value !== undefined) cache.set(name, value);
    else if (does === 'get') return cache.get(name);
    else cache.delete(name);
    return undefined;
  });
}

it('any use of a bounded cache gives what a list of its entries gives', () => {
  fc.assert(
    fc.property(fc.array(action, { maxLength: 60 }), (actions) => {
      const caches: Both = [boundedCache<number>(10, (value) => value), slowCache(10)];
      for (const one of actions) {
        const [got, expected] = act(caches, one);
        expect(got).toBe(expected);
        expect(caches[0]?.entries()).toEqual(caches[1]?.entries());
      }
    }),
    { seed: 16, numRuns: 500 },
  );
});
