import { beforeEach, describe, expect, it } from 'vitest';
import { gate } from '../../edge/gate.ts';
import { createTrace } from '../../edge/trace.ts';
import { asRefusal } from '../../shared/refusal.ts';
import { type GrantClaims, mintGrant } from '../../shared/request/mint-grant.ts';
import type { ViewerRequest } from '../../shared/request/stages.ts';
import { fetched, keyring, type MemoryEdge, memoryEdge, policy, signed } from './memory-edge.ts';

const limited = {
  ...policy,
  keys: { active: 'r1.2', accept: ['r1.1', 'r1.2'] },
  urls: { maxLifetime: 86_400 },
  presets: { thumb: 'resize,w_20', card: 'resize,w_40__op__format,f_auto' },
  blocked: ['secret/*'],
};

let edge: MemoryEdge;
beforeEach(() => {
  edge = memoryEdge(limited);
});
const now = (): number => Math.floor(edge.time.now / 1_000);

type Asked = Partial<GrantClaims> & { readonly kid?: string; readonly tenant?: string };
function grant({ kid = 'r1.2', tenant = 'acme', ...asked }: Asked = {}): Promise<string> {
  const signingKey = keyring.signingKey(tenant, kid) ?? '';
  const request = { scope: ['albums/*', 'a.png'], exp: now() + 3_600, ...asked };
  return mintGrant(tenant, request, { kid, signingKey });
}

async function endOf(request: ViewerRequest, trace = createTrace()): Promise<string> {
  try {
    return (await gate(request, edge.gateDeps, trace.observe)).uri;
  } catch (thrown) {
    return asRefusal(thrown).code;
  }
}

const at = (path: string, recipe = 'resize,w_40'): string => `/acme/${path}__op__${recipe}`;
const inQuery = async (url: string, asked: Asked = {}): Promise<ViewerRequest> =>
  fetched(`${url}?grant=${await grant(asked)}`);
const cookie = (...values: readonly string[]): string =>
  ['theme=dark', ...values.map((value) => `signet-grant=${value}`), 'x=1'].join('; ');
const inCookie = (url: string, ...values: readonly string[]): ViewerRequest => ({
  ...fetched(url),
  cookie: cookie(...values),
});

describe('one grant', () => {
  it('allows every URL that it covers, with the same keys as signed URLs', async () => {
    const own = await endOf(signed(edge, { kid: 'r1.2' }));
    expect(await endOf(await inQuery(at('a.png')))).toBe(own);
    expect(await endOf(inCookie(at('a.png'), await grant()))).toBe(own);
    for (const path of ['albums/1.jpg', 'albums/2026/%C3%A9t%C3%A9%20%2B1.jpg'])
      expect(await endOf(await inQuery(at(path)))).toMatch(
        new RegExp(`^/acme/${path.slice(0, 7)}`),
      );
  });

  it('never becomes part of the key', async () => {
    const text = await grant();
    for (const request of [await inQuery(at('a.png')), inCookie(at('a.png'), text)])
      expect(await endOf(request)).toBe('/acme/a.png__op__resize,w_40__op__format,f_src');
  });

  it('allows no other source, no other tenant and nothing that the policy denies', async () => {
    const ends = await Promise.all(
      [at('b.png'), at('albums'), at('albumsx/1.jpg'), at('a.pngx')].map(async (url) =>
        endOf(await inQuery(url)),
      ),
    );
    expect(new Set(ends)).toEqual(new Set(['denied_scope']));
    expect(await endOf(await inQuery('/shop/a.png__op__resize,w_40'))).toBe('forbidden');
    expect(await endOf(await inQuery(at('a.png', 'resize,w_41')))).toBe('denied_value');
    expect(await endOf(await inQuery(at('a.png', 'blur,s_3')))).toBe('denied_operation');
    expect(await endOf(await inQuery(at('secret/1.jpg'), { scope: ['*'] }))).toBe('denied_blocked');
    expect(await endOf(await inQuery(at('../shop/a.png')))).toBe('malformed');
    expect(await endOf(await inQuery(at('albums/%2e%2e/a.png')))).toBe('malformed');
  });

  it('is not valid for another tenant', async () => {
    const shop = await grant({ tenant: 'shop', scope: ['*'] });
    expect(await endOf(fetched(`${at('a.png')}?grant=${shop}`))).toBe('forbidden');
    expect(await endOf(inCookie(at('a.png'), shop))).toBe('forbidden');
  });

  it('has a start, an end and a lifetime within the policy', async () => {
    const ends = async (asked: Asked) => endOf(await inQuery(at('a.png'), asked));
    expect(await ends({ exp: now() })).toMatch(/^\/acme/);
    expect(await ends({ exp: now() - 1 })).toBe('expired');
    expect(await ends({ exp: now() + 86_460 })).toMatch(/^\/acme/);
    expect(await ends({ exp: now() + 86_461 })).toBe('denied_lifetime');
    expect(await ends({ nbf: now() + 60 })).toMatch(/^\/acme/);
    expect(await ends({ nbf: now() + 61 })).toBe('denied_grant');
  });

  it('ends with its kid', async () => {
    expect(await endOf(await inQuery(at('a.png'), { kid: 'r1.3' }))).toBe('denied_kid');
    expect(await endOf(await inQuery(at('a.png'), { kid: 'r1.1' }))).toMatch(/^\/acme/);
  });

  it('may cover presets only, in the formats that they can pick', async () => {
    const ends = async (recipe: string) =>
      endOf(await inQuery(at('a.png', recipe), { presets: ['thumb'] }));
    expect(await ends('style,n_thumb')).toMatch(/resize,w_20__op__format,f_src$/);
    expect(await ends('resize,w_20')).toMatch(/resize,w_20__op__format,f_src$/);
    expect(await ends('resize,w_20__op__format,f_webp')).toMatch(/f_webp$/);
    expect(await ends('resize,w_40')).toBe('denied_preset');
    expect(await ends('style,n_card')).toBe('denied_preset');
    expect(await ends('format,f_src')).toBe('denied_preset');
    const unknown = await inQuery(at('a.png', 'resize,w_20'), { presets: ['gone'] });
    expect(await endOf(unknown)).toBe('denied_preset');
  });

  it.each(['version,v_1', 'download,n_a', 'download'])(
    'cannot create many objects with %s',
    async (free) => {
      expect(await endOf(await inQuery(at('a.png', `${free}__op__resize,w_40`)))).toBe(
        'denied_operation',
      );
    },
  );

  it('cannot be combined with a signature', async () => {
    const text = await grant();
    const own = signed(edge, { kid: 'r1.2' });
    for (const more of [own.querystring, 'exp=1893456000', 'kid=r1.2', `grant=${text}`])
      expect(await endOf({ ...own, querystring: `grant=${text}&${more}` })).toBe('malformed');
  });
});

describe('a page whose browser sends the cookie', () => {
  const own = 'https://www.example.com';
  const ask = async (page: string | undefined, more: Partial<ViewerRequest> = {}) =>
    endOf({ ...inCookie(at('a.png'), await grant()), page, ...more });
  beforeEach(() => {
    edge = memoryEdge({ ...limited, urls: { ...limited.urls, origins: [own] } });
  });

  it('gets images if the policy names it, and so does an <img>, which has no Origin', async () => {
    expect(await ask(own)).toMatch(/^\/acme/);
    expect(await ask(undefined)).toMatch(/^\/acme/);
  });

  it.each([
    ...['https://evil.example', 'null', '', 'http://www.example.com', `${own}:8443`],
    ...[`${own}.evil.example`, `${own}, ${own}`, own.toUpperCase(), `${own}/`],
  ])('gets nothing at %j', async (page) => {
    expect(await ask(page)).toBe('forbidden');
  });

  it('learns nothing about the grant or the source if the policy does not name it', async () => {
    const page = 'https://evil.example';
    const ends = [
      await ask(page, inCookie(at('a.png'), await grant({ kid: 'r1.3' }))),
      await ask(page, inCookie(at('a.png'), await grant({ exp: now() + 90_000 }))),
      await ask(page, inCookie(at('b.png'), await grant())),
      await ask(page, inCookie(at('secret/1.jpg'), await grant({ scope: ['*'] }))),
      await ask(page, inCookie(at('a.png', 'blur,s_3'), await grant())),
      await ask(page, fetched(at('a.png'))),
    ];
    expect(new Set(ends)).toEqual(new Set(['forbidden']));
  });

  it('may be any page for a signature or a grant in the query, which the page itself has', async () => {
    const page = 'https://evil.example';
    expect(await endOf({ ...signed(edge, { kid: 'r1.2' }), page })).toMatch(/^\/acme/);
    expect(await endOf({ ...(await inQuery(at('a.png'))), page })).toMatch(/^\/acme/);
    const both = { ...(await inQuery(at('a.png'))), cookie: cookie(await grant()), page };
    expect(await endOf(both)).toMatch(/^\/acme/);
  });

  it('is none by default', async () => {
    edge = memoryEdge(limited);
    expect(await ask(own)).toBe('forbidden');
  });
});

describe('cookies', () => {
  it('are read only if the query has no credential', async () => {
    const own = signed(edge, { kid: 'r1.2', path: 'b.png' });
    const all = await grant({ scope: ['*'] });
    expect(await endOf({ ...own, cookie: cookie(all) })).toMatch(/^\/acme\/b\.png/);
    const wrong = { ...own, querystring: own.querystring.replace(/sig=.{10}/, 'sig=AAAAAAAAAA') };
    expect(await endOf({ ...wrong, cookie: cookie(all) })).toBe('forbidden');
    const other = await inQuery(at('b.png'));
    expect(await endOf({ ...other, cookie: cookie(all) })).toBe('denied_scope');
    const bare = { ...own, querystring: 'exp=1893456000', cookie: cookie(all) };
    expect(await endOf(bare)).toBe('forbidden');
  });

  it('may be four, and the first valid one that covers the source counts', async () => {
    const [right, elsewhere, old] = [
      await grant(),
      await grant({ scope: ['elsewhere/*'] }),
      await grant({ exp: now() - 5 }),
    ];
    expect(await endOf(inCookie(at('a.png'), 'junk', old, elsewhere, right))).toMatch(/^\/acme/);
    expect(await endOf(inCookie(at('a.png'), 'junk', old, elsewhere, 'x', right))).toBe(
      'denied_scope',
    );
    expect(await endOf(inCookie(at('a.png'), 'junk', old))).toBe('expired');
    expect(await endOf(inCookie(at('a.png'), 'junk', 'x'))).toBe('forbidden');
    expect(await endOf(inCookie(at('a.png'), `"${right}"`))).toMatch(/^\/acme/);
  });

  it.each([
    'signet-grant',
    'signet-grant=',
    'xsignet-grant=TOKEN',
    'signet-grant =TOKEN',
    'SIGNET-GRANT=TOKEN',
    '; ; ;',
    'signet-grant=TOKEN x',
    '='.repeat(20_000),
    'signet-grant=TOKEN,signet-grant=TOKEN',
  ])('that are no grants are none: %s', async (written) => {
    const text = await grant();
    const request = { ...fetched(at('a.png')), cookie: written.replaceAll('TOKEN', text) };
    expect(await endOf(request)).toBe('forbidden');
  });
});

describe('a policy', () => {
  it('may refuse grants', async () => {
    edge = memoryEdge({ ...limited, urls: { grants: false } });
    expect(await endOf(await inQuery(at('a.png')))).toBe('denied_grant');
    expect(await endOf(await inQuery(at('b.png')))).toBe('denied_scope');
    expect(await endOf(signed(edge, { kid: 'r1.2' }))).toMatch(/^\/acme/);
  });

  it('in report mode does not relax grants', async () => {
    const end = new Date(edge.time.now + 1e9).toISOString();
    edge = memoryEdge({ ...limited, mode: 'report', reportUntil: end });
    expect(await endOf(await inQuery(at('a.png', 'resize,w_41')))).toMatch(/w_41/);
    expect(await endOf(await inQuery(at('b.png')))).toBe('denied_scope');
    const presets = { presets: ['thumb'] };
    expect(await endOf(await inQuery(at('a.png', 'resize,w_41'), presets))).toBe('denied_preset');
  });
});

describe('a client without a key', () => {
  it('causes no call with forged grants and learns nothing', async () => {
    await endOf(await inQuery(at('a.png')));
    const before = [edge.secretReads.length, edge.config.calls.length];
    const forged = (await grant({ scope: ['*'] })).slice(0, -4);
    const seen = new Set<string>();
    for (let turn = 0; turn < 500; turn += 1) {
      const text = `${forged}${String(turn).padStart(3, '0')}A`;
      const url = at('a.png').replace('acme', turn % 2 ? 'acme' : `t${turn}`);
      seen.add(await endOf(turn % 3 ? fetched(`${url}?grant=${text}`) : inCookie(url, text)));
    }
    expect([...seen]).toEqual(['forbidden']);
    expect([edge.secretReads.length, edge.config.calls.length]).toEqual(before);
  });

  it('appears in the log with the kid of a verified grant, but never with the grant', async () => {
    const trace = createTrace();
    await endOf(await inQuery(at('a.png')), trace);
    expect(trace.isVerified()).toBe(true);
    expect(trace.url()).toMatchObject({ kid: 'r1.2' });
    const refused = createTrace();
    await endOf(fetched(`${at('a.png')}?grant=x`), refused);
    expect([refused.isVerified(), refused.url()?.kid]).toEqual([false, undefined]);
  });
});
