import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { s3Reader } from '../../../shared/adapters/s3-reader.ts';
import type { ReadLimits } from '../../../shared/adapters/signed-read.ts';
import {
  close,
  cutBody,
  type Reply,
  reply,
  reset,
  s3Error,
  silence,
  stalledBody,
  startScripted,
} from './scripted-server.ts';

let server: Awaited<ReturnType<typeof startScripted>>;
beforeAll(async () => {
  server = await startScripted();
});
afterAll(() => server.stop());
beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
});
afterEach(() => {
  vi.useRealTimers();
  for (const socket of server.connections) socket.destroy();
});

const endless = (): number => Number.POSITIVE_INFINITY;
const patient: ReadLimits = { tryMilliseconds: 60_000, deadline: endless };

const now = Date.parse('2026-07-01T00:00:00Z');
const readerWith = (limits = patient) => s3Reader(server.access, 'config', limits, () => now);
const read = (limits = patient, maxBytes = 100) => readerWith(limits).get('a', { maxBytes });

const well = reply(200, 'well', { etag: '"e"' });
const found = { body: Buffer.from('well'), etag: '"e"', metadata: {} };

/** The message of the failure; 'none' if there is none. */
const failure = (reading: Promise<unknown>): Promise<string> =>
  reading.then(
    () => 'none',
    (error: Error) => `${error.name}: ${error.message}`,
  );
const failed = (why: string): string => `PortFailure: S3 get on config failed: ${why}`;

const passing: readonly { readonly fault: string; readonly reply: Reply; readonly why: string }[] =
  [
    { fault: 'is reset', reply: reset, why: 'no answer (ECONNRESET)' },
    { fault: 'is closed without an answer', reply: close, why: 'no answer (ECONNRESET)' },
    { fault: 'is cut in its body', reply: cutBody, why: 'no answer (ECONNRESET)' },
    { fault: 'is never answered', reply: silence, why: 'no answer (timeout)' },
    { fault: 'falls silent in its body', reply: stalledBody, why: 'no answer (timeout)' },
    {
      fault: 'is answered 429',
      reply: s3Error(429, 'TooManyRequests'),
      why: 'TooManyRequests 429',
    },
    { fault: 'is answered 500', reply: s3Error(500, 'InternalError'), why: 'InternalError 500' },
    { fault: 'is answered 502 by a proxy', reply: reply(502, '<html>canary</html>'), why: '502' },
    { fault: 'is answered 503', reply: s3Error(503, 'SlowDown'), why: 'SlowDown 503' },
  ];

describe('a read that', () => {
  it.each(passing)('$fault is tried once more', async ({ reply: fault }) => {
    server.play(fault, well);
    expect(await read()).toEqual(found);
    expect(server.seen).toHaveLength(2);
  });

  it.each(passing)('$fault twice fails: $why', async ({ reply: fault, why }) => {
    server.play(fault);
    expect(await failure(read())).toBe(failed(why));
    expect(server.seen).toHaveLength(2);
  });

  it('finds no server fails', async () => {
    const access = { ...server.access, endpoint: 'http://127.0.0.1:1' };
    const got = s3Reader(access, 'config', patient, () => now).get('a', { maxBytes: 1 });
    expect(await failure(got)).toBe(failed('no answer (ECONNREFUSED)'));
  });

  it.each([
    { status: 204, answer: reply(204), why: '204' },
    { status: 206, answer: reply(206, 'part'), why: '206' },
    { status: 400, answer: s3Error(400, 'ExpiredToken'), why: 'ExpiredToken 400' },
    { status: 403, answer: s3Error(403, 'AccessDenied'), why: 'AccessDenied 403' },
    { status: 403, answer: s3Error(403, 'ExpiredToken'), why: 'ExpiredToken 403' },
    { status: 403, answer: reply(403), why: '403' },
    { status: 404, answer: s3Error(404, 'NoSuchBucket'), why: 'NoSuchBucket 404' },
    { status: 405, answer: s3Error(405, 'MethodNotAllowed'), why: 'MethodNotAllowed 405' },
  ])('is answered $status fails at once: $why', async ({ answer, why }) => {
    server.play(answer);
    expect(await failure(read())).toBe(failed(why));
    expect(server.seen).toHaveLength(1);
  });

  it.each([
    { status: 301, why: 'S3 answered 301: the bucket is in another Region' },
    { status: 302, why: '302' },
    { status: 307, why: 'TemporaryRedirect 307' },
    { status: 308, why: '308' },
  ])('is answered $status is not redirected: $why', async ({ status, why }) => {
    const location = `${server.access.endpoint}/elsewhere`;
    const code = { 301: 'PermanentRedirect', 307: 'TemporaryRedirect' }[status];
    server.play(
      code === undefined
        ? reply(status, '', { location })
        : s3Error(status, code, { location, 'x-amz-bucket-region': 'eu-north-1' }),
    );
    expect(await failure(read())).toBe(failed(why));
    expect(server.seen.map(({ url }) => url)).toEqual(['/config/a']);
  });

  it.each([
    { answer: s3Error(404, 'NoSuchKey'), end: 'missing' },
    { answer: reply(404), end: 'missing' },
    { answer: reply(304, '', { etag: '"e"' }), end: 'unchanged' },
  ])('ends with $end after one request', async ({ answer, end }) => {
    server.play(answer);
    expect(await read()).toBe(end);
    expect(server.seen).toHaveLength(1);
  });

  it.each([
    '<Code>canary words</Code>',
    '<Code>canary\nwords</Code>',
    '<Code></Code>',
    `<Code>${'A'.repeat(65)}</Code>`,
    '<Code>&lt;script&gt;</Code>',
    '<Code>1a</Code>',
    '<Message>canary',
    'x'.repeat(20_000),
  ])('has a strange error gives only its status, %#', async (body) => {
    server.play(reply(400, body));
    expect(await failure(read())).toBe(failed('400'));
  });
});

describe('a body', () => {
  const chunked: Reply = (response) => {
    response.writeHead(200);
    response.write('12345');
    // Without the limit this would be waited for.
    response.write('67890');
  };

  it('is not read beyond the limit if its length is not announced', async () => {
    server.play(chunked);
    expect(await read(patient, 9)).toBe('too-large');
  });

  it('is not read at all if more is announced', async () => {
    server.play((response) => {
      response.writeHead(200, { 'content-length': 10 });
      response.write('1');
    });
    expect(await read(patient, 9)).toBe('too-large');
  });

  it('that is too large leaves no connection that the next read would use', async () => {
    server.play(chunked, well);
    const got = readerWith();
    expect(await got.get('a', { maxBytes: 1 })).toBe('too-large');
    expect(await got.get('a', { maxBytes: 100 })).toEqual(found);
    const [first, second] = server.seen.map(({ connection }) => connection);
    expect(second).not.toBe(first);
  });

  it('is not asked for in gzip', async () => {
    server.play(well);
    await read();
    expect(server.seen[0]?.headers).not.toHaveProperty('accept-encoding');
  });
});

describe('connections', () => {
  it('are used again', async () => {
    server.play(well);
    const got = readerWith();
    for (let count = 0; count < 3; count += 1) await got.get('a', { maxBytes: 100 });
    expect(new Set(server.seen.map(({ connection }) => connection)).size).toBe(1);
  });

  it('that all ended while the function was frozen cost one try', async () => {
    const got = readerWith();
    const waiting: (() => void)[] = [];
    const together: Reply = (response, request) => {
      waiting.push(() => well(response, request));
      if (waiting.length === 3) for (const answer of waiting) answer();
    };
    server.play(together);
    await Promise.all([1, 2, 3].map(() => got.get('a', { maxBytes: 100 })));
    const before = new Set(server.seen.map(({ connection }) => connection));
    expect(before.size).toBe(3);

    // As after a thaw: the peer is gone, which shows when something is sent.
    const ended = server.connections.slice();
    server.play((response, request) => {
      const end = ended.includes(request.socket) ? reset : well;
      end(response, request);
    });
    expect(await got.get('a', { maxBytes: 100 })).toEqual(found);
    const [first = 0, second = 0, ...more] = server.seen.map(({ connection }) => connection);
    expect([before.has(first), before.has(second), more]).toEqual([true, false, []]);
  });
});

describe('the time of a request', () => {
  it('ends a try earlier than its own time', async () => {
    vi.useRealTimers();
    server.play(() => undefined);
    let end: number | undefined;
    const deadline = (): number => {
      end ??= performance.now() + 100;
      return end;
    };
    // With the time of a try alone, this would be waited for.
    const reading = read({ tryMilliseconds: 2 ** 31 - 1, deadline });
    expect(await failure(reading)).toBe(failed('no answer (timeout)'));
  });

  it('that is over lets no read begin', async () => {
    const before = server.connections.length;
    const limits = { tryMilliseconds: 600_000, deadline: () => performance.now() };
    expect(await failure(read(limits))).toBe(failed('the request has no time left for it'));
    expect(server.connections).toHaveLength(before);
  });

  it('that ends with a first failure lets it be the answer', async () => {
    server.play(s3Error(503, 'SlowDown'));
    let asked = 0;
    const deadline = (): number => {
      asked += 1;
      return asked === 1 ? Number.POSITIVE_INFINITY : 0;
    };
    expect(await failure(read({ tryMilliseconds: 60_000, deadline }))).toBe(failed('SlowDown 503'));
    expect(server.seen).toHaveLength(1);
  });

  it('is asked for again before the second try', async () => {
    server.play(reset, well);
    let asked = 0;
    // A read of a frozen request goes on in the time of the next one.
    const deadline = (): number => performance.now() + (asked++ === 0 ? 60_000 : 90_000);
    expect(await read({ tryMilliseconds: 60_000, deadline })).toEqual(found);
  });
});

describe('a clock', () => {
  const date = 'Wed, 01 Jul 2026 00:20:00 GMT';
  const skewed = s3Error(403, 'RequestTimeTooSkewed', { date });
  const signedAt = () => server.seen.map(({ headers }) => headers['x-amz-date']);

  it('that is refused is corrected by the date of the answer, and stays so', async () => {
    server.play(skewed, well);
    const got = readerWith();
    expect(await got.get('a', { maxBytes: 100 })).toEqual(found);
    expect(await got.get('a', { maxBytes: 100 })).toEqual(found);
    expect(signedAt()).toEqual(['20260701T000000Z', '20260701T002000Z', '20260701T002000Z']);
  });

  it('that is refused twice is a failure', async () => {
    server.play(skewed);
    expect(await failure(read())).toBe(failed('RequestTimeTooSkewed 403'));
    expect(server.seen).toHaveLength(2);
  });

  it.each([
    {
      about: 'the date is near',
      code: 'RequestTimeTooSkewed',
      at: 'Wed, 01 Jul 2026 00:04:59 GMT',
    },
    { about: 'there is no date', code: 'RequestTimeTooSkewed', at: '' },
    { about: 'the date is none', code: 'RequestTimeTooSkewed', at: 'canary' },
    { about: 'the clock was not refused', code: 'AccessDenied', at: date },
  ])('is left alone if $about', async ({ code, at }) => {
    server.play(s3Error(403, code, { date: at }), well);
    expect(await failure(read())).toBe(failed(`${code} 403`));
    expect(signedAt()).toEqual(['20260701T000000Z']);
  });
});
