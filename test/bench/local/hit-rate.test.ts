import { describe, expect, it } from 'vitest';
import { referenceKeys, signetKeys } from '../../../bench/local/cache-keys.ts';
import { measureHitRate } from '../../../bench/local/hit-rate.ts';
import { makeTrace, type TraceRequest } from '../../../bench/local/trace.ts';

const chrome = 'image/avif,image/webp,image/apng,image/svg+xml,image/*,*/*;q=0.8';
const firefox = 'image/avif,image/webp,image/png,image/svg+xml,image/*;q=0.8,*/*;q=0.5';
const view = (asked: Partial<TraceRequest> = {}): TraceRequest => ({
  ...{ source: 1, width: 700, accept: chrome, added: undefined },
  ...asked,
});

describe('the hit rate of a trace', () => {
  it('counts hits among what is served, each derivative once, and refusals', async () => {
    const keys = ['a', 'b', 'a', undefined].map((key) => key && { cache: key, derivative: 'd' });
    const next = () => keys.shift() || undefined;
    const trace = Array.from({ length: 4 }, () => view());
    expect(await measureHitRate(trace, next)).toEqual({ hits: 1 / 3, renders: 1, refused: 1 });
  });
});

describe("Signet's keys", () => {
  it('are one for widths between two allowed ones, and for browsers that show the same types', async () => {
    const keysOf = signetKeys();
    const same = [view(), view({ width: 749 }), view({ accept: firefox })];
    const keys = await Promise.all(same.map(keysOf));
    expect(new Set(keys.map((one) => one?.cache))).toEqual(
      new Set([expect.stringContaining('w_750__op__format,f_avif')]),
    );
    expect(await keysOf(view({ accept: '*/*' }))).not.toEqual(keys[0]);
  });

  it('do not exist for sizes that nobody has signed', async () => {
    const keysOf = signetKeys();
    expect(await keysOf(view({ probe: { height: 1, quality: 2 } }))).toBeUndefined();
    expect(await keysOf(view({ added: 'fbclid=1' }))).toBeUndefined();
  });
});

describe('the keys of the reference scheme', () => {
  it.each([
    [view({ width: 799 }), true, '/photos/1.jpg__op__resize,w_700__op__format,f_webp?'],
    [view({ accept: '*/*' }), true, '/photos/1.jpg__op__resize,w_700?'],
    [view({ added: 'v=1', accept: undefined }), true, '/photos/1.jpg__op__resize,w_700?v=1'],
    [view({ added: 'v=1', accept: undefined }), false, '/photos/1.jpg__op__resize,w_700?'],
    [
      view({ width: 50, probe: { height: 333, quality: 99 } }),
      true,
      '/photos/1.jpg__op__resize,w_100,h_300__op__quality,q_80?',
    ],
  ])('of %j, with the query: %j', async (request, keepsQuery, cache) => {
    expect((await referenceKeys(keepsQuery)(request))?.cache).toBe(cache);
  });
});

describe('the trace', () => {
  it('is the same each time, and has every kind of client', () => {
    const trace = makeTrace(2_000, 50);
    expect(makeTrace(2_000, 50)).toEqual(trace);
    expect(new Set(trace.map(({ accept }) => accept)).size).toBe(10);
    expect(trace.filter(({ probe }) => probe).length).toBeGreaterThan(10);
    expect(trace.filter(({ added }) => added).length).toBeGreaterThan(20);
    const first = trace.filter(({ source }) => source === 0).length;
    expect(first).toBeGreaterThan(trace.filter(({ source }) => source === 9).length * 3);
  });
});
