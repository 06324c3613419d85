import { describe, expect, it } from 'vitest';
import { createRequestJoiner } from '../../../operator/logs/request-joiner.ts';

const columns =
  '#Fields: date time sc-bytes cs-method cs-uri-stem sc-status cs-uri-query x-edge-result-type x-edge-request-id x-host-header';

type Access = { readonly id?: string; readonly uri?: string; readonly result?: string };
const accessLine = ({ id = 'one', uri = '/acme/a.jpg', result = 'Miss' }: Access = {}): string =>
  ['2026-08-01', '12:00:01', '900', 'GET', uri, '200', 'kid=r1.1&sig=SECRET', result, id, 'h'].join(
    '\t',
  );

const serviceLine = (fields: object): string =>
  JSON.stringify({
    ...{ time: '2026-08-01T12:00:00.000Z', requestId: 'one', function: 'viewer-request' },
    ...{ outcome: 'allowed', tenant: 'acme', path: 'a.jpg', recipe: 'resize,w_1', kid: 'r1.1' },
    ...fields,
  });

const rendered = {
  ...{ function: 'origin-response', outcome: 'rendered', kid: undefined },
  ...{ renderMilliseconds: 40, bytes: 700 },
};

function open() {
  const joiner = createRequestJoiner({ 'img.acme.test': 'acme' });
  joiner.addAccessLine(columns);
  return joiner;
}

/** Ends as many turns as anything is waited for. */
const turns = (joiner: ReturnType<typeof open>, count = 40) =>
  Array.from({ length: count }, joiner.turn).flat();

describe('the lines of a request', () => {
  it('are joined in any order', () => {
    const first = open();
    first.addServiceLine(serviceLine({}));
    first.addServiceLine(serviceLine(rendered));
    first.addAccessLine(accessLine());
    const last = open();
    last.addAccessLine(accessLine());
    expect(last.turn()).toEqual([]);
    last.addServiceLine(serviceLine(rendered));
    last.addServiceLine(serviceLine({}));
    const [one] = turns(first);
    expect(turns(last)).toEqual([one]);
    expect(one).toEqual({
      ...{ at: '2026-08-01T12:00:00.000Z', tenant: 'acme', path: 'a.jpg', recipe: 'resize,w_1' },
      ...{ kid: 'r1.1', status: 200, code: null, reason: null, reported: null, hit: false },
      ...{ rendered: true, milliseconds: 40, bytes: 900, requests: 1 },
    });
  });

  it('never show a signature', () => {
    const joiner = open();
    joiner.addAccessLine(accessLine());
    joiner.addAccessLine(accessLine({ id: 'two', uri: '/nothing' }));
    expect(JSON.stringify(turns(joiner))).not.toContain('SECRET');
  });

  it('are shown also if one of the logs has none', () => {
    const joiner = open();
    joiner.addAccessLine(accessLine({ result: 'Hit' }));
    joiner.addServiceLine(serviceLine({ requestId: 'two', outcome: 'forbidden', reason: 'no' }));
    expect(turns(joiner)).toEqual([
      expect.objectContaining({ tenant: 'acme', path: 'a.jpg', hit: true, code: null }),
      expect.objectContaining({ status: null, hit: null, code: 'forbidden', reason: 'no' }),
    ]);
  });

  it('of doctor and of other programs are left out', () => {
    const joiner = open();
    joiner.addServiceLine('a stack trace');
    joiner.addServiceLine('{"function":"viewer-request","level":"error"}');
    joiner.addAccessLine(accessLine({ uri: '/signet-doctor/unsigned.jpg' }));
    joiner.addAccessLine('nothing');
    expect(turns(joiner)).toEqual([]);
  });

  it('are not held without a bound', () => {
    const joiner = open();
    for (let at = 0; at < 5_000; at += 1)
      joiner.addServiceLine(serviceLine({ requestId: `id ${at}` }));
    expect(joiner.turn().length).toBe(3_000);
    expect(turns(joiner).length).toBe(2_000);
  });

  it('have texts of a bounded length', () => {
    const joiner = open();
    joiner.addAccessLine(accessLine({ uri: `/${'x'.repeat(5_000)}` }));
    expect(turns(joiner)[0]?.path.length).toBeLessThan(400);
  });
});
