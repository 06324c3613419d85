import { describe, expect, it } from 'vitest';
import { PortFailure } from '../../shared/ports.ts';
import { answerOf, asRefusal, Refusal, type RefusalCode, refusals } from '../../shared/refusal.ts';

type Row = readonly [code: RefusalCode, status: number, cacheControl: string];

const rows: readonly Row[] = [
  ['malformed', 400, 'no-store'],
  ['forbidden', 403, 'no-store'],
  ['expired', 403, 'no-store'],
  ['denied_kid', 403, 'no-store'],
  ['denied_lifetime', 403, 'no-store'],
  ['denied_scope', 403, 'no-store'],
  ['denied_grant', 403, 'no-store'],
  ['denied_blocked', 403, 'no-store'],
  ['denied_operation', 403, 'no-store'],
  ['denied_value', 403, 'no-store'],
  ['denied_preset', 403, 'no-store'],
  ['denied_required', 403, 'no-store'],
  ['source_missing', 404, 'max-age=60'],
  ['source_too_large', 415, 'max-age=60'],
  ['source_unsupported', 415, 'max-age=60'],
  ['source_undecodable', 415, 'max-age=60'],
  ['method', 405, 'no-store'],
  ['internal', 500, 'no-store'],
  ['unavailable', 503, 'no-store'],
];

const more: Partial<Readonly<Record<RefusalCode, object>>> = {
  method: { allow: 'GET, HEAD, OPTIONS' },
  unavailable: { 'retry-after': '1' },
};

it('a refusal has no stack trace, and other errors keep theirs', () => {
  expect(new Refusal('forbidden', 'reason').stack).not.toContain('\n');
  expect(new Error('x').stack).toContain('\n');
});

it('a refusal can be made where the properties of Error cannot be changed', () => {
  const { stackTraceLimit } = Error;
  const setting = (writable: boolean) =>
    Object.defineProperty(Error, 'stackTraceLimit', { value: stackTraceLimit, writable });
  setting(false);
  try {
    expect(new Refusal('forbidden', 'why').message).toBe('why');
  } finally {
    setting(true);
  }
});

describe('the answer to', () => {
  it.each(rows)('%s is %i, %s', (code, status, cacheControl) => {
    expect(answerOf(new Refusal(code, 'reason'))).toEqual({
      status,
      body: `{"error":"${code}"}`,
      headers: {
        'content-type': 'application/json',
        'x-signet-error': code,
        'cache-control': cacheControl,
        ...more[code],
      },
    });
  });

  it('every refusal is in this table', () => {
    expect(rows.map(([code]) => code)).toEqual(Object.keys(refusals));
  });

  it.each(rows)('%s does not depend on the reason', (code) => {
    const secret = 's3://bucket/acme/secret.jpg\r\nset-cookie: a=b';
    const detail = { reason: secret, rule: secret, allowed: [secret], cause: new Error(secret) };
    expect(answerOf(new Refusal(code, detail))).toEqual(answerOf(new Refusal(code, 'another')));
  });

  it('a refusal about the source may be cached for a minute, whatever its code', () => {
    const refusal = new Refusal('malformed', { reason: 'outside the image', aboutSource: true });
    expect(answerOf(refusal).headers['cache-control']).toBe('max-age=60');
    expect(answerOf(refusal).status).toBe(400);
  });
});

describe('the error table', () => {
  it.each(Object.entries(refusals))('says what %s means and what to do', (code, row) => {
    expect(code).toMatch(/^[a-z_]+$/);
    expect([row.meaning, row.remedy].every((line) => line.endsWith('.'))).toBe(true);
    expect(row.level === 'error').toBe(row.status >= 500);
  });
});

describe('anything thrown becomes a refusal:', () => {
  const refusal = new Refusal('expired', 'a while ago');
  const away = new PortFailure('S3 get on bucket failed');
  const defect = new TypeError('x is not a function');

  it.each([
    ['a refusal itself', refusal, 'expired', 'a while ago'],
    ['a store that is away', away, 'unavailable', 'S3 get on bucket failed'],
    ['a defect', defect, 'internal', 'TypeError: x is not a function'],
    ['a text', 'boom', 'internal', 'boom'],
    ['nothing', undefined, 'internal', 'undefined'],
    ['null', null, 'internal', 'null'],
    ['a symbol', Symbol('s'), 'internal', 'Symbol(s)'],
  ])('%s', (_what, thrown, code, reason) => {
    const read = asRefusal(thrown);
    expect([read.code, read.detail.reason]).toEqual([code, reason]);
  });

  it('keeps the cause for the log', () => {
    expect(asRefusal(refusal)).toBe(refusal);
    expect([asRefusal(away).cause, asRefusal(defect).cause]).toEqual([away, defect]);
  });
});
