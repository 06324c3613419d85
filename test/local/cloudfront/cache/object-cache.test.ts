import { describe, expect, it } from 'vitest';
import { createObjectCache } from '../../../../local/cloudfront/cache/object-cache.ts';

const mib = 1024 * 1024;

function response(bytes: number) {
  return { status: 200, headers: [], body: Buffer.alloc(bytes) };
}

describe('the memory of the cache', () => {
  it('is bounded: the least recently used objects are evicted', () => {
    const cache = createObjectCache(() => 0, 3 * mib);
    for (const key of ['/a', '/b']) cache.store(key, response(mib));
    cache.get('/a');
    cache.store('/c', response(mib));
    expect(['/a', '/b', '/c'].filter((key) => cache.get(key))).toEqual(['/a', '/c']);
  });

  it('evicts nothing for an object that is too large', () => {
    const cache = createObjectCache(() => 0, 2 * mib);
    cache.store('/a', response(mib));
    expect(cache.store('/huge', response(2 * mib))).toBe(false);
    expect(cache.get('/huge')).toBeUndefined();
    expect(cache.get('/a')).toBeDefined();
  });

  it('counts the overhead of empty objects', () => {
    const cache = createObjectCache(() => 0, mib);
    for (let at = 0; at < 5_000; at += 1) cache.store(`/${at}`, response(0));
    expect(cache.drop(() => true)).toBeLessThan(1_000);
  });
});
