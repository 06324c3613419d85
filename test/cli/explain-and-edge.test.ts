import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type GateDeps, gate } from '../../edge/gate.ts';
import type { Explanation } from '../../operator/explain/explanation.ts';
import { systemClock } from '../../shared/adapters/clock.ts';
import { nodeCrypto } from '../../shared/adapters/crypto.ts';
import { nodePacker } from '../../shared/adapters/packer.ts';
import { systemRandom } from '../../shared/adapters/random.ts';
import { secretsClient, secretsManager } from '../../shared/adapters/secrets-manager.ts';
import { localAccess, localHosts } from '../../shared/deployment/local-endpoints.ts';
import { type Keyring, rootKeyring } from '../../shared/keys/keyring.ts';
import { keyFreshness, keyringStore, secretIds } from '../../shared/keys/store.ts';
import { typicalPolicy } from '../../shared/policy/typical-policy.ts';
import { seconds } from '../../shared/ports.ts';
import { encodePath } from '../../shared/url/path.ts';
import { sign } from '../../shared/url/signature.ts';
import { policyFreshness, policyStore } from '../../shared/versions/cache.ts';
import { signedPolicies } from '../../shared/versions/loading.ts';
import { casesOf, countCases } from '../proof/cases.ts';
import { awaited, type Outcome } from '../shared/request/outcome.ts';
import { type CommandStack, startCommandStack } from './stack.ts';

/*
 * `explain` and the gate compose the same stages, each in its own file. Whatever is asked, the one
 * must come to what the other comes to.
 */

const policies = [
  {
    tenant: 'strict',
    keys: { active: 'r1.2', accept: ['r1.1', 'r1.2'] },
    operations: { resize: { w: [64, 128] }, quality: { q: [60] }, format: { f: ['auto', 'png'] } },
    require: ['resize'],
    presets: { thumb: 'resize,m_fill,w_32,h_32__op__format,f_auto' },
    urls: { maxLifetime: 3_600 },
  },
  { tenant: 'presets', presetsOnly: true, presets: { thumb: 'resize,w_48' } },
];

let stack: CommandStack;
let folder: string;
let keyring: Keyring;
let house: GateDeps;

beforeAll(async () => {
  stack = await startCommandStack();
  folder = await mkdtemp(path.join(tmpdir(), 'signet-agree-'));
  for (const policy of policies)
    await writeFile(path.join(folder, `${policy.tenant}.json`), JSON.stringify(policy));
  await stack.json('policy', 'publish', folder);
  const world = { clock: systemClock, random: systemRandom, onFailure: () => undefined };
  const patience = { connectionTimeout: 2_000, requestTimeout: 20_000, maxAttempts: 2 };
  const secrets = secretsManager(
    secretsClient(localAccess(stack.instance, 'secretsManager'), patience),
  );
  const open = (secret: string): Keyring => rootKeyring(nodeCrypto, secret);
  const publishers = async () => (await house.keys.read()).publishers;
  house = {
    crypto: nodeCrypto,
    hosts: localHosts,
    now: () => seconds(systemClock),
    keys: keyringStore({ ...world, secrets, id: secretIds.roots, open, freshness: keyFreshness }),
    policies: policyStore({
      ...world,
      config: stack.config,
      open: signedPolicies(nodeCrypto, publishers),
      publishers,
      packer: nodePacker(typicalPolicy),
      freshness: policyFreshness,
    }),
  };
  keyring = await house.keys.read();
});

afterAll(async () => {
  await stack.stop();
  await rm(folder, { recursive: true, force: true });
});

/** What is asked for, before anything goes wrong with it. */
type Asked = {
  readonly tenant: string;
  readonly path: string;
  readonly operations: readonly string[];
  readonly kid: string;
  /** Seconds from now; nothing for a URL that never expires. */
  readonly lifetime: number | undefined;
  readonly accept: string | undefined;
  readonly accident: string;
};

const often = <T>(usual: T, ...others: readonly T[]): fc.Arbitrary<T> =>
  fc.oneof(
    { weight: 2 * others.length, arbitrary: fc.constant(usual) },
    { weight: others.length, arbitrary: fc.constantFrom(...others) },
  );

const operations = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.constantFrom(
      ['resize,w_64'],
      ['resize,w_65'],
      ['resize,w_64', 'blur,s_3'],
      ['resize,w_64', 'quality,q_61'],
      ['style,n_thumb'],
      ['resize,w_128', 'format,f_auto'],
    ),
  },
  {
    weight: 2,
    arbitrary: fc.array(
      fc.constantFrom(
        'resize,w_64',
        'resize,w_65',
        'quality,q_60',
        'quality,q_61',
        'format,f_auto',
        'format,f_webp',
        'format,f_src',
        'blur,s_3',
        'version,v_7',
        'download,n_a',
        'frames,n_1',
        'style,n_thumb',
        'style,n_other',
        'resize,w_064',
        'resise,w_64',
        'resize,w_64,w_64',
        'resize',
        '',
      ),
      { maxLength: 4 },
    ),
  },
);

/** What happens to a URL's text behind the signer's back. */
const accidents: Readonly<
  Record<string, (uri: string, query: string) => readonly [string, string]>
> = {
  none: (uri, query) => [uri, query],
  'no query': (uri) => [uri, ''],
  'no sig': (uri, query) => [uri, query.replace(/&sig=.*$/, '')],
  'no kid': (uri, query) => [uri, query.replace(/kid=[^&]*&/, '')],
  'another sig': (uri, query) => [
    uri,
    query.replace(/sig=./, (found) => (found === 'sig=A' ? 'sig=B' : 'sig=A')),
  ],
  'an alias of the sig': (uri, query) => [uri, query.replace(/.$/, 'Z')],
  'a short sig': (uri, query) => [uri, query.slice(0, -1)],
  'a padded sig': (uri, query) => [uri, `${query}=`],
  'an escaped sig': (uri, query) => [uri, `${query}%3D`],
  'a tracking parameter': (uri, query) => [uri, `${query}&utm_source=x`],
  'an empty part': (uri, query) => [uri, `${query}&`],
  'kid twice': (uri, query) => [uri, `${query}&kid=r1.1`],
  'another order': (uri, query) => [uri, query.split('&').toReversed().join('&')],
  'exp in milliseconds': (uri, query) => [uri, query.replace(/exp=(\d+)/, 'exp=$1000')],
  'a later exp': (uri, query) => [
    uri,
    query.replace(/exp=\d/, (found) => (found === 'exp=1' ? 'exp=2' : found)),
  ],
  'exp as a number': (uri, query) => [uri, query.replace(/exp=\d+/, 'exp=1e9')],
  'escapes for letters': (uri, query) => [uri.replace(/a/g, '%61'), query],
  'lower-case escapes': (uri, query) => [uri.replace(/%../g, (hex) => hex.toLowerCase()), query],
  'escapes escaped': (uri, query) => [uri.replaceAll('%', '%25'), query],
  'an escaped slash': (uri, query) => [uri.replace(/\/([^/]*)$/, '%2F$1'), query],
  'a second slash': (uri, query) => [uri.replace(/\/([^/]*)$/, '//$1'), query],
  'a dot segment': (uri, query) => [uri.replace(/\/([^/]*)$/, '/./$1'), query],
  'a bad escape': (uri, query) => [`${uri}%zz`, query],
  'bytes that are no UTF-8': (uri, query) => [`${uri}%ff`, query],
  'another tenant': (uri, query) => [uri.replace(/^\/[^/]*/, '/demo'), query],
  'a shouted tenant': (uri, query) => [
    uri.replace(/^\/[^/]*/, (first) => first.toUpperCase()),
    query,
  ],
  'one operation more': (uri, query) => [`${uri}__op__blur,s_3`, query],
  'no operations': (uri, query) => [uri.replace(/__op__.*$/, ''), query],
  'a short path': (_uri, query) => ['/a', query],
  'a long URL': (uri, query) => [`${uri}${'x'.repeat(8_192)}`, query],
};

const asked: fc.Arbitrary<Asked> = fc.record({
  tenant: often('strict', 'presets', 'demo', 'nobody'),
  path: fc.constantFrom('a.jpg', 'café (1).jpg', 'a b+c%d?e#f.jpg', 'deep/er/日本.png', "it's.gif"),
  operations,
  kid: often('r1.1', 'r1.2', 'r1.3', 'r1.0', 'r9.1', 'r1', 'constructor.1'),
  lifetime: often<number | undefined>(60, 1_800, 7_200, 99_999_999, -5, undefined),
  accept: fc.constantFrom(undefined, 'image/avif,image/webp', 'image/png', 'image/webp;q=0', ';,;'),
  accident: often('none', ...Object.keys(accidents)),
});

function spelled({ tenant, path: name, operations: written, kid, lifetime, accident }: Asked) {
  const target = `/${[`${tenant}/${name}`, ...written].join('__op__')}`;
  const exp =
    lifetime === undefined ? undefined : String(Math.floor(Date.now() / 1_000) + lifetime);
  const signingKey = keyring.signingKey(tenant, kid) ?? 'no key';
  const sig = sign(nodeCrypto, signingKey, { kid, exp, target });
  const query = `${exp === undefined ? '' : `exp=${exp}&`}kid=${kid}&sig=${sig}`;
  const [uri, querystring] = accidents[accident]?.(encodePath(target), query) ?? [];
  return { uri: uri ?? '', querystring: querystring ?? '' };
}

async function explained(url: string, accept: string | undefined): Promise<Outcome> {
  const more = accept === undefined ? [] : [`--accept=${accept}`];
  const { code, stdout } = await stack.run('explain', url, ...more, '--json');
  const { refusal } = JSON.parse(stdout) as Explanation;
  expect(code).toBe(refusal === undefined ? 0 : 1);
  // The gate looks at no source: it lets such a URL through.
  if (refusal === undefined || refusal.code === 'source_missing') return 'accepted';
  return refusal.code as Outcome;
}

const urls = casesOf({ proof: 1_000, test: 150 });

it(`explain comes to what the gate comes to, for ${urls} URLs of which most are broken`, async () => {
  const seen = new Map<Outcome, number>();
  const differences: object[] = [];
  for (const one of fc.sample(asked, { numRuns: urls, seed: 46 })) {
    const { uri, querystring } = spelled(one);
    const request = { method: 'GET', uri, querystring, accept: one.accept };
    const edge = await awaited(() => gate(request, house));
    const url = `${stack.address}${uri}${querystring === '' ? '' : `?${querystring}`}`;
    const said = await explained(url, one.accept);
    seen.set(edge, (seen.get(edge) ?? 0) + 1);
    countCases();
    if (said !== edge) differences.push({ one, uri, querystring, edge, said });
  }
  expect(differences).toEqual([]);
  expect(Object.fromEntries(seen)).toEqual({
    accepted: expect.any(Number),
    malformed: expect.any(Number),
    forbidden: expect.any(Number),
    expired: expect.any(Number),
    denied_kid: expect.any(Number),
    denied_lifetime: expect.any(Number),
    denied_operation: expect.any(Number),
    denied_value: expect.any(Number),
    denied_preset: expect.any(Number),
    denied_required: expect.any(Number),
  });
});

it('both let a continuation through, and both only for canonical keys', async () => {
  const targets = [
    '/strict/a.jpg__op__resize,w_64__op__format,f_src',
    '/strict/a.jpg__op__resize,w_64',
  ];
  const outcomes: (readonly [Outcome, Outcome])[] = [];
  for (const target of targets) {
    const exp = String(Math.floor(Date.now() / 1_000) + 60);
    const key = keyring.signingKey('', 'r1.0') ?? '';
    const sig = sign(nodeCrypto, key, { kid: 'r1.0', exp, target });
    const querystring = `exp=${exp}&kid=r1.0&sig=${sig}`;
    const request = { method: 'GET', uri: target, querystring, accept: undefined };
    const edge = await awaited(() => gate(request, house));
    outcomes.push([edge, await explained(`${target}?${querystring}`, undefined)]);
  }
  expect(outcomes).toEqual([
    ['accepted', 'accepted'],
    ['forbidden', 'forbidden'],
  ]);
});
