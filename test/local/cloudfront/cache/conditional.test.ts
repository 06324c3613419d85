import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { object, type StubDistribution, startStubDistribution } from '../stub-distribution.ts';

let stub: StubDistribution;

beforeAll(async () => {
  stub = await startStubDistribution({
    s3: (_request, response) => object(response, '0123456789', { 'cache-control': 'max-age=60' }),
  });
  await stub.ask('/a');
});
afterAll(() => stub.close());

describe('a conditional request for a cached object', () => {
  const cases: readonly (readonly [Record<string, string>, number, string, string | undefined])[] =
    [
      [{ 'if-none-match': '"one"' }, 304, '', undefined],
      [{ 'if-none-match': '"two", W/"one"' }, 304, '', undefined],
      [{ 'if-none-match': '*' }, 304, '', undefined],
      [{ 'if-none-match': '"two"' }, 200, '0123456789', undefined],
      [{ 'if-modified-since': 'Wed, 01 Jul 2026 10:00:00 GMT' }, 304, '', undefined],
      [{ 'if-modified-since': 'Wed, 01 Jul 2026 09:59:59 GMT' }, 200, '0123456789', undefined],
      [{ 'if-modified-since': 'yesterday' }, 200, '0123456789', undefined],
      [
        { 'if-none-match': '"two"', 'if-modified-since': 'Wed, 01 Jul 2026 10:00:00 GMT' },
        200,
        '0123456789',
        undefined,
      ],
      [{ range: 'bytes=2-4' }, 206, '234', 'bytes 2-4/10'],
      [{ range: 'bytes=7-' }, 206, '789', 'bytes 7-9/10'],
      [{ range: 'bytes=-3' }, 206, '789', 'bytes 7-9/10'],
      [{ range: 'bytes=-30' }, 206, '0123456789', 'bytes 0-9/10'],
      [{ range: 'bytes=8-99' }, 206, '89', 'bytes 8-9/10'],
      [{ range: 'bytes=10-' }, 416, '', 'bytes */10'],
      [{ range: 'bytes=-0' }, 416, '', 'bytes */10'],
      [{ range: 'bytes=4-2' }, 200, '0123456789', undefined],
      [{ range: 'bytes=-' }, 200, '0123456789', undefined],
      [{ range: 'bytes=0-1,3-4' }, 200, '0123456789', undefined],
      [{ range: 'lines=0-1' }, 200, '0123456789', undefined],
      [{ range: 'bytes=0-1', 'if-range': '"one"' }, 206, '01', 'bytes 0-1/10'],
      [{ range: 'bytes=0-1', 'if-range': '"two"' }, 200, '0123456789', undefined],
      [{ range: 'bytes=0-1', 'if-none-match': '"one"' }, 304, '', undefined],
    ];

  it.each(cases)('%o is answered %i', async (headers, status, text, contentRange) => {
    const answer = await stub.ask('/a', { headers });
    expect([answer.status, answer.text]).toEqual([status, text]);
    expect(answer.headers['content-range']).toBe(contentRange);
    expect(answer.headers['content-length']).toBe(status === 304 ? undefined : String(text.length));
    expect(stub.seen).toHaveLength(1);
  });
});
