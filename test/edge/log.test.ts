import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { gate } from '../../edge/gate.ts';
import { hashOfSignature, refusalFields, urlFields } from '../../edge/log.ts';
import { type LogLine, printLine } from '../../edge/log-line.ts';
import { createTrace } from '../../edge/trace.ts';
import { nodeCrypto } from '../../shared/adapters/crypto.ts';
import { rootKeyring } from '../../shared/keys/keyring.ts';
import { keyring, memoryEdge, rootKey, roots, signed } from './memory-edge.ts';

const now = Date.parse('2026-07-01T00:00:00Z');
const line: LogLine = {
  function: 'viewer-request',
  requestId: 'id',
  outcome: 'allowed',
  level: 'info',
};

/** What has broken the logs of others. */
const hostile: readonly (readonly [string, string])[] = [
  ['a line feed', 'a\n{"level":"error"}'],
  ['a carriage return', 'a\r\nfake'],
  ['a terminal escape', '\u001b[2J\u001b]0;title\u0007'],
  ['C1 controls', '\u0085\u009b31m'],
  ['DEL', 'a\u007f'],
  ['line separators', 'a\u2028b\u2029c'],
  ['quotes and backslashes', '"},{"\\'],
  ['a NUL', 'a\0b'],
  ['half a surrogate pair', 'a\ud800'],
  ['eight kilobytes', 'x'.repeat(8_192)],
  ['an emoji across the cut', `${'x'.repeat(255)}😀`],
  ['a prototype', '__proto__'],
];

const once = { metrics: 'Signet', weight: 1 };

describe('a log line', () => {
  it.each(hostile)('with %s in every field is one JSON object of printable text', (_what, text) => {
    const printed = printLine(
      { ...line, requestId: text, reason: text, tenant: text, path: text, kid: text, recipe: text },
      now,
      once,
    );
    expect(printed).not.toMatch(/[\p{Cc}\p{Zl}\p{Zp}\p{Cs}]/u);
    const read = JSON.parse(printed) as Record<string, unknown>;
    expect(read).toMatchObject({ function: 'viewer-request', outcome: 'allowed', level: 'info' });
    expect(String(read['path']).length).toBeLessThanOrEqual(256);
    expect(String(read['path']).isWellFormed()).toBe(true);
    expect(text.toWellFormed().startsWith(String(read['path']).slice(0, 250))).toBe(true);
  });

  it('is a metric with few dimensions', () => {
    const read = JSON.parse(printLine({ ...line, tenant: 'acme', milliseconds: 5 }, now, once));
    expect(read).toMatchObject({
      time: '2026-07-01T00:00:00.000Z',
      requests: 1,
      milliseconds: 5,
      _aws: {
        Timestamp: now,
        CloudWatchMetrics: [{ Namespace: 'Signet', Dimensions: [['function', 'outcome']] }],
      },
    });
  });
});

/** A secret as it might slip out: as text, as bytes, and as others write them. */
function disguises(secret: string): readonly string[] {
  const bytes = Buffer.from(secret);
  const decoded = Buffer.from(secret, 'base64url');
  return [bytes, decoded]
    .flatMap((one) => [
      one.toString('base64'),
      one.toString('base64url'),
      one.toString('hex'),
      encodeURIComponent(one.toString('latin1')),
    ])
    .concat(secret);
}

describe('secrets', () => {
  const signingKey = keyring.signingKey('acme', 'r1.1') ?? '';
  const canaries = [rootKey, signingKey, signingKey.slice(4)].flatMap(disguises);

  it('and signatures never appear in a line, whatever the outcome', async () => {
    const edge = memoryEdge();
    const lines: string[] = [];
    const good = signed(edge);
    const sig = /sig=([^&]*)/.exec(good.querystring)?.[1] ?? '';
    const requests = [
      good,
      signed(edge, { operations: ['resize,w_41'] }),
      signed(edge, { exp: 1_700_000_000 }),
      { ...good, uri: good.uri.replace('a.png', 'b.png') },
      { ...good, querystring: `${good.querystring}&sig=${sig}` },
      { ...good, querystring: good.querystring.replaceAll('&', '&amp;') },
      { ...good, uri: `${good.uri}%3F${good.querystring}`, querystring: '' },
      { ...good, uri: good.uri.replace('a.png', `a.png%3F${good.querystring}`) },
    ];
    for (const request of requests) {
      const trace = createTrace();
      const fields = await gate(request, edge.gateDeps, trace.observe).then(
        () => ({ outcome: 'allowed', level: 'info' }) as const,
        refusalFields,
      );
      lines.push(printLine({ ...line, ...fields, ...urlFields(trace.url()) }, now, once));
    }
    for (const canary of [...canaries, sig])
      expect(lines.filter((one) => one.includes(canary))).toEqual([]);
    expect(lines[0]).toContain(`"sigHash":"${hashOfSignature(sig)}"`);
  });

  it.each([
    ['a key set that is cut', roots.slice(0, -3)],
    ['a key that is too short', roots.replace(rootKey, rootKey.slice(0, 20))],
    ['a key with a stray character', roots.replace(rootKey, `${rootKey.slice(0, -1)}!`)],
    ['a key of another kind', roots.replace('"oct"', '"RSA"')],
    [
      'a key named twice',
      `{"keys":[${JSON.stringify(JSON.parse(roots).keys[0])},${JSON.stringify(JSON.parse(roots).keys[0])}]}`,
    ],
  ])('that are unusable are not repeated: %s', (_what, secret) => {
    try {
      rootKeyring(nodeCrypto, secret);
      expect.unreachable();
    } catch (thrown) {
      const said = `${String(thrown)} ${printLine({ ...line, ...refusalFields(thrown) }, now, once)}`;
      expect(said).toContain('roots is unusable');
      expect(said).not.toContain(rootKey.slice(0, 16));
    }
  });

  it('are not printed with the objects that contain them', () => {
    const deps = memoryEdge().gateDeps;
    for (const canary of canaries)
      expect(inspect({ keyring, deps }, { depth: 9 })).not.toContain(canary);
  });
});
