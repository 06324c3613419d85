import { describe, expect, it } from 'vitest';
import { cacheLifetime } from '../../../../local/cloudfront/cache/freshness.ts';
import type { HeaderLine } from '../../../../local/cloudfront/header-map.ts';

const now = Date.parse('2026-08-01T00:00:00Z');
const day = 86_400;
const year = 31_536_000;

function fresh(status: number, headers: readonly HeaderLine[]): number | undefined {
  const life = cacheLifetime({ status, headers, body: Buffer.alloc(0) }, now);
  return life && life.freshMs / 1000;
}

function control(value: string): HeaderLine[] {
  return value === '' ? [] : [['Cache-Control', value]];
}

describe('an answer that is not an error', () => {
  const cases: readonly (readonly [number, string, number | undefined])[] = [
    [200, '', day],
    [200, 'public', day],
    [200, 'max-age=60', 60],
    [200, 'public, max-age=60, s-maxage=30', 30],
    [200, 's-maxage=30, max-age=60', 30],
    [200, 'S-MaxAge="30"', 30],
    [200, 'max-age=99999999999', year],
    [200, 'max-age=0', undefined],
    [200, 'max-age=60, s-maxage=0', undefined],
    [200, 'no-store, max-age=60', undefined],
    [200, 'no-cache', undefined],
    [200, 'private, max-age=60', undefined],
    [200, 'max-age=x', day],
    [204, '', day],
    [206, 'max-age=60', undefined],
    [304, 'max-age=60', undefined],
    [301, '', undefined],
    [307, '', undefined],
    [307, 'max-age=60', 60],
    [308, 's-maxage=5, max-age=60', 5],
    [302, 'no-store, max-age=60', undefined],
  ];

  it.each(cases)('%i with "%s" is kept for %s s', (status, value, seconds) => {
    expect(fresh(status, control(value))).toBe(seconds);
  });

  const expiries: readonly (readonly [string, string, number | undefined])[] = [
    ['Sat, 01 Aug 2026 00:01:00 GMT', '', 60],
    ['Sat, 01 Aug 2026 00:01:00 GMT', 'max-age=5', 5],
    ['Fri, 31 Jul 2026 00:00:00 GMT', '', undefined],
    ['0', '', undefined],
  ];

  it.each(expiries)('that expires "%s" with "%s" is kept for %s s', (date, value, seconds) => {
    expect(fresh(200, [['expires', date], ...control(value)])).toBe(seconds);
  });
});

describe('an error', () => {
  const cases: readonly (readonly [number, string, number | undefined])[] = [
    ...[404, 500, 501, 502, 503, 504].map((status) => [status, '', 1] as const),
    ...[404, 500, 501, 502, 503, 504].map((status) => [status, 'max-age=60', 60] as const),
    ...[410, 414].map((status) => [status, '', 10] as const),
    ...[410, 414].map((status) => [status, 'max-age=5', 10] as const),
    ...[404, 410, 414, 501].map((status) => [status, 'no-store', undefined] as const),
    ...[500, 502, 503, 504].map((status) => [status, 'no-store', 1] as const),
    ...[400, 403, 405, 412, 415].map((status) => [status, '', undefined] as const),
    ...[400, 403, 405, 412, 415].map((status) => [status, 'no-store', undefined] as const),
    ...[400, 403, 405, 412, 415].map((status) => [status, 'max-age=60', 60] as const),
    ...[400, 403, 405].map((status) => [status, 'max-age=0', 1] as const),
    ...[412, 415].map((status) => [status, 'max-age=0', 10] as const),
    ...[401, 413, 416, 422, 429].map((status) => [status, 'max-age=60', undefined] as const),
    [503, 's-maxage=2, max-age=60', 2],
  ];

  it.each(cases)('%i with "%s" is kept for %s s', (status, value, seconds) => {
    expect(fresh(status, control(value))).toBe(seconds);
  });
});

describe('the time after an answer is stale', () => {
  it('follows stale-while-revalidate and stale-if-error', () => {
    const headers = control('max-age=10, stale-while-revalidate=20, stale-if-error=30');
    expect(cacheLifetime({ status: 200, headers, body: Buffer.alloc(0) }, now)).toEqual({
      freshMs: 10_000,
      staleWhileRevalidateMs: 20_000,
      staleIfErrorMs: 30_000,
    });
  });

  it('never goes beyond the maximum TTL', () => {
    const headers = control(`max-age=${year - 1}, stale-while-revalidate=20`);
    const life = cacheLifetime({ status: 200, headers, body: Buffer.alloc(0) }, now);
    expect(life?.staleWhileRevalidateMs).toBe(1_000);
  });
});
