import { nodeCrypto } from '../../../shared/adapters/crypto.ts';
import type { Keyring } from '../../../shared/keys/keyring.ts';
import { type Policy, readPolicy } from '../../../shared/policy/policy.ts';
import { asRefusal } from '../../../shared/refusal.ts';
import { type GrantClaims, mintGrant } from '../../../shared/request/mint-grant.ts';
import { runStages, type StageDeps, type ViewerRequest } from '../../../shared/request/stages.ts';
import { encodePath } from '../../../shared/url/path.ts';
import { sign } from '../../../shared/url/signature.ts';

/* Requests as a container gets them: the same texts again and again, in three spellings, right and wrong. */

export const nowSeconds = 1_900_000_000;

const base = {
  operations: {
    resize: { w: { min: 1, max: 900, step: 1 }, m: ['lfit', 'fill'], h: [null, 100] },
    quality: { q: [60, 75] },
    format: { f: ['auto', 'jpg', 'webp'] },
  },
  presets: { card: 'resize,m_fill,w_64,h_36__op__format,f_auto', 'x.y': 'info' },
  urls: { maxLifetime: 86_400, grants: true },
  blocked: ['secret/*'],
};

const documents: Readonly<Record<string, object>> = {
  acme: base,
  shop: { ...base, snap: true, operations: { resize: { w: [100, 200] } }, require: ['resize'] },
  press: { ...base, presetsOnly: true, urls: { grants: false } },
  trial: { ...base, keys: { active: 'r1.2', accept: ['r1.2'] }, auto: { format: ['webp'] } },
};
const tenants = [...Object.keys(documents), 'nobody'];

export const knownPolicies: ReadonlyMap<string, Policy> = new Map(
  Object.entries(documents).map(([tenant, document]) => [
    tenant,
    readPolicy(tenant, JSON.stringify({ tenant, ...document })),
  ]),
);

/** Numbers that look random and are the same in every run. */
function numbers(seed: number) {
  let state = seed;
  return (below: number): number => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}
type Numbers = ReturnType<typeof numbers>;

const pick = <T>(next: Numbers, from: readonly T[]): T => from[next(from.length)] as T;

const paths = ['a.jpg', 'albums/1.jpg', 'albums/2/ü b.png', 'secret/x.jpg', 'z/__op.jpg', 'a//b'];
const accepts = [
  undefined,
  '',
  '*/*',
  'image/avif,image/webp,*/*;q=0.8',
  'image/webp;q=0.2,image/avif;q=0.1',
  'image/webp;q=2',
  'IMAGE/WEBP',
  'x'.repeat(900),
];

/** Operations in the path. Some are written like a query, some are none. */
const inPath = [
  ...['resize,w_40', 'resize,w_640__op__format,f_auto', 'format,f_auto', 'quality,q_60'],
  ...['resize,w_901', 'resize,w_640__op__quality,q_61', 'blur,r_3,s_2', 'style,n_card'],
  ...['style,n_card__op__format,f_webp', 'style,n_nope', 'style,n_x.y', 'info', 'version,v_7'],
  ...['resize,w_0', 'resize', 'nothing,x_1', 'resize,w_40__op__resize,w_50', ''],
  ...['image/resize,w_40', 'x-oss-process image/resize,w_40', 'download__op__resize,w_150'],
  'format,f_webp__op__resize,h_100,w_50,m_fill',
];
const inQuery = [
  ...['image/resize,w_40', 'image/resize,w_640/format,webp', 'style/card', 'style/nope'],
  ...['image/resize,w_901', 'image/format,f_webp', 'resize,w_40', 'image/rotate,90/resize,w_40'],
];

export const grantOf = (keyring: Keyring, tenant: string, claims: GrantClaims, kid = 'r1.1') =>
  mintGrant(tenant, claims, { kid, signingKey: keyring.signingKey(tenant, kid) ?? '' });

/** Grants of each kind: too old, for later, of other keys, for presets, with too much. */
function grantsOf(keyring: Keyring): Promise<readonly string[]> {
  const exp = nowSeconds + 600;
  const claims: readonly GrantClaims[] = [
    { scope: ['*'], exp },
    { scope: ['albums/*', 'a.jpg'], exp },
    { scope: ['*'], exp: nowSeconds - 1 },
    { scope: ['*'], exp, nbf: nowSeconds + 600 },
    { scope: ['*'], exp, presets: ['card'] },
    { scope: ['*'], exp: nowSeconds + 864_000 },
  ];
  const minted = tenants.flatMap((tenant) =>
    claims.flatMap((one) => ['r1.1', 'r1.2'].map((kid) => grantOf(keyring, tenant, one, kid))),
  );
  return Promise.all(minted);
}

type Spelled = {
  readonly target: string;
  readonly query: { name: string; value: string } | undefined;
};

function spell(next: Numbers, tenant: string): Spelled {
  const source = `/${tenant}/${pick(next, paths)}`;
  const way = next(10);
  if (way === 0) return { target: source, query: undefined };
  if (way < 7) {
    // Some widths come once, so that a small memory has to forget.
    const operations = next(4) === 0 ? `resize,w_${1 + next(1_000)}` : pick(next, inPath);
    return { target: `${source}__op__${operations}`, query: undefined };
  }
  const name = way < 9 ? 'x-oss-process' : 'x-bce-process';
  return { target: source, query: { name, value: pick(next, inQuery) } };
}

const expiries = [
  undefined,
  nowSeconds + 60,
  nowSeconds + 60,
  nowSeconds - 60,
  nowSeconds + 864_000,
];

/** Signs what was spelled, now and then with a wrong signature or a kid that does not exist. */
function signQuery(next: Numbers, keyring: Keyring, tenant: string, spelled: Spelled): string {
  const expiry = pick(next, expiries);
  const exp = expiry === undefined ? undefined : String(expiry);
  const kid = pick(next, ['r1.1', 'r1.1', 'r1.1', 'r1.2', 'r9.1']);
  const signingKey = keyring.signingKey(tenant, kid) ?? '';
  const right = sign(nodeCrypto, signingKey, { kid, exp, ...spelled });
  const sig = next(12) === 0 ? `AAAA${right.slice(4)}` : right;
  return [...(exp === undefined ? [] : [`exp=${exp}`]), `kid=${kid}`, `sig=${sig}`].join('&');
}

/** Yields so many requests with their numbers, signed by the keys of the set. */
export async function* mixedRequests(
  keyring: Keyring,
  count: number,
): AsyncGenerator<readonly [number, ViewerRequest]> {
  const next = numbers(17);
  const grants = await grantsOf(keyring);
  for (let at = 0; at < count; at += 1) {
    const tenant = pick(next, tenants);
    const spelled = spell(next, tenant);
    const uri = encodePath(spelled.target);
    const own = spelled.query && `${spelled.query.name}=${encodePath(spelled.query.value)}`;
    const way = next(10);
    const credential =
      way < 6
        ? signQuery(next, keyring, tenant, spelled)
        : way < 8
          ? `grant=${pick(next, grants)}`
          : '';
    const cookie = way === 8 ? `signet-grant=${pick(next, grants)}` : undefined;
    const querystring = [own, credential].filter((part) => part).join('&');
    yield [at, { method: 'GET', uri, querystring, accept: pick(next, accepts), cookie }];
  }
}

/** The key, or the code and the reason of the refusal. */
export async function decisionOf(request: ViewerRequest, deps: StageDeps): Promise<string> {
  try {
    const { key } = await runStages(request, deps);
    return `allowed ${key}`;
  } catch (thrown) {
    const { code, detail } = asRefusal(thrown);
    return `${code} ${detail.reason}`;
  }
}
