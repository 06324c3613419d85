import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { signet, type UrlOptions } from '../../client/signet.ts';
import { acme, edge, refusalOf } from './test-edge.ts';

const images = signet(acme);

afterEach(() => {
  vi.useRealTimers();
});

describe('an expiry', () => {
  const now = Date.parse('2026-07-01T00:00:07Z');
  beforeEach(() => {
    vi.useFakeTimers({ now, toFake: ['Date'] });
  });

  const expOf = async (options?: UrlOptions): Promise<number> =>
    Number(new URL(await images.url('a', [], options)).searchParams.get('exp')) - now / 1_000;

  it.each([
    [3_600, 3_593],
    ['3600', 3_593],
    ['1h', 3_593],
    ['60m', 3_593],
    ['3600s', 3_593],
    ['1d', 86_393],
    [2, 2],
  ] as const)('of %s is rounded to a quarter of the lifetime', async (expires, away) => {
    expect(await expOf({ expires })).toBe(away);
  });

  it('is one hour by default, or the lifetime of the minter', async () => {
    expect(await expOf()).toBe(3_593);
    const other = signet({ ...acme, lifetime: '2h' });
    const url = new URL(await other.url('a'));
    expect(Number(url.searchParams.get('exp')) - now / 1_000).toBe(7_193);
  });

  it('keeps the same URL for a quarter of its lifetime', async () => {
    const first = await images.url('a');
    vi.setSystemTime(now + 892_000);
    expect(await images.url('a')).toBe(first);
    vi.setSystemTime(now + 893_000);
    expect(await images.url('a')).not.toBe(first);
  });

  it('may be a Date, which is rounded down to the second and may be now', async () => {
    expect(await expOf({ expires: new Date(now + 10_999) })).toBe(10);
    expect(await expOf({ expires: new Date(now) })).toBe(0);
  });

  it('may be never', async () => {
    const url = await images.url('a', [], { expires: 'never' });
    expect(url).toMatch(/^https:\/\/img\.example\.com\/acme\/a\?kid=r1\.1&sig=[^&]{43}$/);
    expect(await edge(url)).toBe('acme/a__op__format,f_src');
  });

  const invalid = 'expires must be seconds, 15m, 7d (at most ten years), never or a valid Date';

  it.each([now, '4000d', 0, -5, 0.5, Number.NaN, '1 hour', '1H', '', '010'])(
    '%j is refused with a message',
    async (expires) => {
      const how = { expires } as UrlOptions;
      const refused = { code: 'malformed', message: invalid };
      expect(await refusalOf(() => images.url('a', [], how))).toEqual(refused);
    },
  );

  it('is at most ten years away', async () => {
    expect(await expOf({ expires: '3650d' })).toBeGreaterThan(230_000_000);
  });

  it.each([
    [new Date(now - 5_000), 'expired', 'expired 5 seconds ago'],
    [new Date(''), 'malformed', invalid],
    [new Date(now * 1_000), 'malformed', invalid],
  ])('%s is refused', async (expires, code, message) => {
    const how = { expires } as UrlOptions;
    expect(await refusalOf(() => images.url('a', [], how))).toEqual({ code, message });
  });
});
