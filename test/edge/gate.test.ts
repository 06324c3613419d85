import { beforeEach, describe, expect, it } from 'vitest';
import { gate } from '../../edge/gate.ts';
import { createTrace } from '../../edge/trace.ts';
import { asRefusal, type RefusalCode } from '../../shared/refusal.ts';
import type { ViewerRequest } from '../../shared/request/stages.ts';
import { auditKey, policyKey } from '../../shared/versions/bucket.ts';
import { changesKey } from '../../shared/versions/changes.ts';
import { json, type MemoryEdge, memoryEdge, policy, signed } from './memory-edge.ts';

const limited = {
  ...policy,
  keys: { active: 'r1.2', accept: ['r1.2'] },
  urls: { maxLifetime: 3_600 },
  require: ['resize'],
  presets: { thumb: 'resize,w_40__op__format,f_auto' },
};

let edge: MemoryEdge;
beforeEach(() => {
  edge = memoryEdge(limited);
});

async function endOf(request: ViewerRequest, trace = createTrace()): Promise<string> {
  try {
    return (await gate(request, edge.gateDeps, trace.observe)).uri;
  } catch (thrown) {
    return asRefusal(thrown).code;
  }
}

const sign = (asked: Parameters<typeof signed>[1] = {}): ViewerRequest =>
  signed(edge, { kid: 'r1.2', ...asked });
const now = (): number => Math.floor(edge.time.now / 1_000);

/** What can be wrong with a request, in the order in which it must be found. */
const faults: readonly {
  readonly code: RefusalCode;
  readonly asked?: Parameters<typeof signed>[1];
  readonly change?: (request: ViewerRequest) => ViewerRequest;
  readonly edge?: () => void;
}[] = [
  { code: 'method', change: (one) => ({ ...one, method: 'OPTIONS' }) },
  { code: 'malformed', change: (one) => ({ ...one, uri: one.uri.replace('a.png', 'a%2Fb') }) },
  {
    code: 'forbidden',
    change: (one) => ({ ...one, querystring: one.querystring.replace(/sig=./, 'sig=') }),
  },
  {
    code: 'unavailable',
    edge: () => {
      edge.away.secrets = true;
    },
  },
  { code: 'expired', asked: { exp: 1_700_000_000 } },
  { code: 'denied_kid', asked: { kid: 'r1.1' } },
  { code: 'denied_lifetime', asked: { exp: 4_000_000_000 } },
  { code: 'denied_operation', asked: { operations: ['resize,w_40', 'blur,s_3'] } },
];

const pairs = faults.flatMap((first, at) =>
  faults.slice(at + 1).map((second) => ({ first, second })),
);

describe('the order of refusals', () => {
  it.each(pairs)('$first.code comes before $second.code', async ({ first, second }) => {
    // Two expiries cannot be had at once.
    const asked = { ...second.asked, ...first.asked };
    first.edge?.();
    second.edge?.();
    const request = sign(asked);
    const changed = [second, first].reduce((one, { change }) => change?.(one) ?? one, request);
    expect(await endOf(changed)).toBe(first.code);
  });

  it.each(faults)('$code is found on its own', async ({ code, asked, change, edge: disturb }) => {
    disturb?.();
    const request = sign(asked);
    expect(await endOf(change?.(request) ?? request)).toBe(code);
  });

  it.each([
    { operations: ['blur,s_3', 'format,f_jpg'], code: 'denied_required' },
    { operations: ['resize,w_40', 'blur,s_3'], code: 'denied_operation' },
    { operations: ['resize,w_41'], code: 'denied_value' },
    { operations: ['style,n_poster'], code: 'denied_preset' },
    { operations: ['resize,w_40', 'format,f_png'], code: 'denied_value' },
  ])('a policy that does not allow $operations says $code', async ({ operations, code }) => {
    edge.config.objects.set(policyKey('acme'), {
      body: json({ ...limited, require: code === 'denied_operation' ? [] : ['resize'] }),
    });
    expect(await endOf(sign({ operations }))).toBe(code);
  });
});

describe('a request that is allowed', () => {
  it.each([
    { accept: undefined, end: 'f_src' },
    { accept: '*/*', end: 'f_src' },
    { accept: 'image/webp', end: 'f_webp' },
    { accept: 'image/webp, image/avif', end: 'f_avif' },
    { accept: 'image/avif;q=0, image/webp;q=0.1', end: 'f_webp' },
  ])('for $accept gets the key that ends in $end', async ({ accept, end }) => {
    const request = { ...sign({ operations: ['style,n_thumb'] }), accept };
    expect(await endOf(request)).toBe(`/acme/a.png__op__resize,w_40__op__format,${end}`);
  });

  it('is marked as verified after its signature is checked, whatever comes next', async () => {
    const trace = createTrace();
    expect(await endOf(sign({ operations: ['resize,w_41'] }), trace)).toBe('denied_value');
    expect(trace.isVerified()).toBe(true);
    expect(trace.url()).toMatchObject({ tenant: 'acme', path: 'a.png' });
  });

  it('reads keys once and its policy once, however often it comes', async () => {
    for (let at = 0; at < 100; at += 1) await endOf(sign());
    expect(edge.secretReads).toEqual(['signet/roots']);
    expect(edge.config.calls).toEqual([
      `get ${changesKey}`,
      `get ${policyKey('acme')}`,
      `get ${auditKey('acme', 2)}`,
    ]);
  });
});

/** Different requests of a client without a key. */
function unsigned(at: number): ViewerRequest {
  const good = sign({ path: `${at}.png`, exp: now() + at });
  const forged = Buffer.alloc(32, at).toString('base64url');
  const query = [
    '',
    `exp=${now() + at}&kid=r1.2&sig=${forged}`,
    `kid=r${at}.1&sig=${forged}`,
    `exp=${now() + at}&kid=r1.${at + 3}&sig=${forged}`,
    good.querystring,
    'sig=undefined&kid=__proto__',
    `exp=${'9'.repeat(at % 20)}&kid=r1.2&sig=${forged}`,
  ][at % 7];
  const uri = at % 7 === 4 ? good.uri.replace('.png', '.jpg') : `/t${at}/${at}.png`;
  return { method: 'GET', uri, querystring: query ?? '', accept: undefined };
}

describe('a client without a key', () => {
  it('sees at most four codes and causes no call in 10,000 requests', async () => {
    await endOf(sign());
    const before = [edge.secretReads.length, edge.config.calls.length];
    const seen = new Set<string>();
    for (let at = 0; at < 10_000; at += 1) seen.add(await endOf(unsigned(at)));
    expect([edge.secretReads.length, edge.config.calls.length]).toEqual(before);
    expect([...seen].sort()).toEqual(['forbidden', 'malformed']);
  });

  it('cannot tell whether a tenant exists', async () => {
    const forged = `exp=${now() + 60}&kid=r1.2&sig=${Buffer.alloc(32).toString('base64url')}`;
    for (const tenant of ['acme', 'nobody']) {
      const request = { method: 'GET', uri: `/${tenant}/a.png`, querystring: forged, accept: '' };
      expect(await endOf(request)).toBe('forbidden');
    }
    expect(edge.config.calls).toEqual([]);
  });

  it('is refused while the keys cannot be read, and signed requests recover afterwards', async () => {
    edge.away.secrets = true;
    expect(await endOf(unsigned(1))).toBe('unavailable');
    expect(await endOf(sign())).toBe('unavailable');
    edge.away.secrets = false;
    expect(await endOf(sign())).toMatch(/^\/acme\//);
    expect(await endOf(unsigned(1))).toBe('forbidden');
  });

  it.each(['', '{', 'null', '{"keys":[]}', '{"keys":[{"kty":"oct","kid":"r1","k":""}]}'])(
    'is refused if the secret is %j',
    async (secret) => {
      edge.texts.set('signet/roots', secret);
      expect(await endOf(sign())).toBe('unavailable');
      expect(await endOf(unsigned(1))).toBe('unavailable');
    },
  );
});

describe('keys and policies that cannot be refreshed', () => {
  it.each([
    { lost: ['secrets', 'config'], minutes: 59, end: expect.stringMatching(/^\/acme\//) },
    { lost: ['secrets'], minutes: 61, end: 'unavailable' },
    { lost: ['config'], minutes: 61, end: 'unavailable' },
  ] as const)('serve for an hour: $lost away for $minutes minutes', async (row) => {
    await endOf(sign());
    for (const one of row.lost) edge.away[one] = true;
    edge.time.now += row.minutes * 60_000;
    expect(await endOf(sign())).toEqual(row.end);
  });

  it('use a policy for at most a minute while S3 answers', async () => {
    await endOf(sign());
    edge.config.objects.set(policyKey('acme'), {
      body: json({ ...limited, operations: { resize: { w: [20] } }, presets: {} }),
    });
    edge.time.now += 60_000;
    expect(await endOf(sign())).toBe('denied_value');
  });
});

describe('a host of a tenant', () => {
  const short = (request: ViewerRequest, host: string): ViewerRequest => ({
    ...request,
    host,
    uri: request.uri.replace('/acme/', '/'),
  });

  it.each(['img.acme.com', 'IMG.acme.com:443', 'acme.img.test'])(
    'serves %s without the tenant in the path, under the same key',
    async (host) => {
      const long = await endOf(sign());
      expect(long).toMatch(/^\/acme\/a\.png__op__/);
      expect(await endOf(short(sign(), host))).toBe(long);
    },
  );

  it.each([
    ['the long form there', (one: ViewerRequest) => ({ ...one, host: 'img.acme.com' })],
    ['the short form elsewhere', (one: ViewerRequest) => short(one, 'img.example.com')],
    ["the short form on another's", (one: ViewerRequest) => short(one, 'shop.img.test')],
  ])('takes no signature for %s', async (_what, change) => {
    expect(['forbidden', 'malformed']).toContain(await endOf(change(sign())));
  });
});
