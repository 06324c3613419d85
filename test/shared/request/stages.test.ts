import { describe, expect, it } from 'vitest';
import { nodeCrypto } from '../../../shared/adapters/crypto.ts';
import type { Keyring } from '../../../shared/keys/keyring.ts';
import { rootKeyring } from '../../../shared/keys/keyring.ts';
import type { Policy } from '../../../shared/policy/policy.ts';
import type { Crypto } from '../../../shared/ports.ts';
import { signatureOf, splitUrl } from '../../../shared/recipe/request-url.ts';
import { admit, checkSignature } from '../../../shared/request/admission.ts';
import { runFromAdmit } from '../../../shared/request/stages.ts';
import { decodePath } from '../../../shared/url/path.ts';
import { sign } from '../../../shared/url/signature.ts';
import { keySet, ring, rootKey, signingKeyOf } from '../keys/known-keys.ts';
import { policyOf, usualFields } from '../policy/policies.ts';
import { countingCrypto } from './counting-crypto.ts';
import { type Outcome, outcome, refusalOf } from './outcome.ts';

const now = 1_800_000_000;
const week = 604_800;
const policy = policyOf({ ...usualFields, urls: { maxLifetime: week } });
const tenants: ReadonlyMap<string, Policy> = new Map([
  ['acme', policy],
  ['open', policyOf({ operations: {} }, 'open')],
]);

/** A request as a viewer sends it. */
type Asked = {
  readonly uri: string;
  readonly exp?: number | string;
  readonly kid?: string;
  /** Signed as it should be, unless said otherwise. */
  readonly sig?: string;
  readonly accept?: string;
};

function signatureFor({ uri, exp, kid = 'r1.1' }: Asked): string {
  const target = decodePath(uri);
  const [, tenant = ''] = target.split('/');
  const text = exp === undefined ? undefined : String(exp);
  return sign(nodeCrypto, signingKeyOf(tenant, kid), { kid, exp: text, target });
}

function queryOf(asked: Asked): string {
  const { exp, kid = 'r1.1', sig = signatureFor(asked) } = asked;
  return `${exp === undefined ? '' : `exp=${exp}&`}kid=${kid}&sig=${sig}`;
}

/** All stages in the order of the edge. */
function pass(asked: Asked, at = now, keyring: Keyring = ring, crypto: Crypto = nodeCrypto) {
  const url = splitUrl(asked.uri, queryOf(asked));
  const signer = checkSignature(crypto, keyring, url, signatureOf(url), at);
  const question = { accept: asked.accept, now: at };
  return runFromAdmit({ ...url, ...signer }, tenants.get(url.tenant), question).uri;
}

const soon = now + 3_600;
const wrong = 'A'.repeat(43);
const fine = '/acme/cat.jpg__op__resize,w_320__op__format,f_auto';

describe('a request that is right in everything', () => {
  it.each([
    [fine, 'image/avif', '/acme/cat.jpg__op__resize,w_320__op__format,f_avif'],
    [fine, 'image/webp,*/*', '/acme/cat.jpg__op__resize,w_320__op__format,f_webp'],
    [fine, '*/*', '/acme/cat.jpg__op__resize,w_320__op__format,f_src'],
    [fine, undefined, '/acme/cat.jpg__op__resize,w_320__op__format,f_src'],
    ['/acme/cat.jpg', 'image/avif', '/acme/cat.jpg__op__format,f_src'],
    ['/acme/a+b%20c.jpg', undefined, '/acme/a%2Bb%20c.jpg__op__format,f_src'],
    [
      '/acme/cat.jpg__op__style,n_thumb',
      'image/webp',
      '/acme/cat.jpg__op__resize,m_fill,w_200,h_200__op__format,f_webp',
    ],
    [
      '/acme/cat.jpg__op__format,f_jpg__op__version,v_9__op__resize,w_640,limit_1',
      'image/avif',
      '/acme/cat.jpg__op__version,v_9__op__resize,w_640__op__format,f_jpg',
    ],
  ])('%s, with Accept %s, is named %s', (uri, accept, key) => {
    expect(pass({ uri, exp: soon, ...(accept === undefined ? {} : { accept }) })).toBe(key);
  });
});

type Flaw = { readonly name: string; readonly asked: Partial<Asked>; readonly answer: Outcome };

/** Each is wrong in one thing; the list is the order in which the edge looks. */
const flaws: readonly Flaw[] = [
  {
    name: 'a path that cannot be read',
    asked: { uri: '/acme/%2e%2e/x', sig: wrong },
    answer: 'malformed',
  },
  { name: 'a missing signature', asked: { sig: '' }, answer: 'forbidden' },
  { name: 'a wrong signature', asked: { sig: wrong }, answer: 'forbidden' },
  { name: 'an expiry in the past', asked: { exp: now - 1 }, answer: 'expired' },
  { name: 'an unknown tenant', asked: { uri: '/nobody/cat.jpg' }, answer: 'forbidden' },
  { name: 'a kid that has left', asked: { kid: 'r1.7' }, answer: 'denied_kid' },
  { name: 'a long life', asked: { exp: now + 2 * week }, answer: 'denied_lifetime' },
  { name: 'bad grammar', asked: { uri: '/acme/cat.jpg__op__resize,w_040' }, answer: 'malformed' },
  {
    name: 'a denied value',
    asked: { uri: '/acme/cat.jpg__op__resize,w_321' },
    answer: 'denied_value',
  },
];

describe('a refusal', () => {
  it.each(flaws)('of $name is $answer', ({ asked, answer }) => {
    expect(outcome(() => pass({ uri: fine, exp: soon, ...asked }))).toBe(answer);
  });

  // Of two flaws that do not concern the same part of the URL, the earlier one is answered.
  const pairs = flaws.flatMap((first, at) =>
    flaws
      .slice(at + 1)
      .filter((second) => Object.keys(second.asked).every((part) => !(part in first.asked)))
      .map((second) => ({ first, second })),
  );
  it.each(pairs)('of $first.name comes before that of $second.name', ({ first, second }) => {
    const asked = { uri: fine, exp: soon, ...second.asked, ...first.asked };
    expect(outcome(() => pass(asked))).toBe(first.answer);
  });

  it('of grammar comes before one of a preset that is not there', () => {
    const written = (operations: string) => ({ uri: `/acme/a__op__${operations}`, exp: soon });
    expect(outcome(() => pass(written('style,n_nope')))).toBe('denied_preset');
    expect(outcome(() => pass(written('style,n_nope__op__resize,w_320')))).toBe('malformed');
  });

  it('tells a prober without a key nothing but malformed and forbidden', () => {
    const uris = flaws.map(({ asked }) => asked.uri ?? fine);
    const answers = uris.flatMap((uri) =>
      [now - 1, soon, undefined].flatMap((exp) =>
        ['r1.1', 'r1.0', 'r9.1', 'nope'].map((kid) =>
          outcome(() => pass({ uri, kid, sig: wrong, ...(exp === undefined ? {} : { exp }) })),
        ),
      ),
    );
    expect(new Set(answers)).toEqual(new Set(['malformed', 'forbidden']));
  });
});

describe('a URL is valid', () => {
  it.each([
    [now - 1, 'accepted'],
    [now, 'accepted'],
    [now + 1, 'expired'],
    [now + 61, 'expired'],
  ])('until its second has passed: at %i it is %s', (at, answer) => {
    expect(outcome(() => pass({ uri: fine, exp: now }, at))).toBe(answer);
  });

  it.each([
    [week, 'accepted'],
    [week + 60, 'accepted'],
    [week + 61, 'denied_lifetime'],
  ])('for at most a week and a minute: %i seconds are %s', (seconds, answer) => {
    expect(outcome(() => pass({ uri: fine, exp: now + seconds }))).toBe(answer);
  });

  it('for ever only where the policy has no lifetime', () => {
    expect(outcome(() => pass({ uri: fine }))).toBe('denied_lifetime');
    expect(pass({ uri: '/open/cat.jpg' })).toBe('/open/cat.jpg__op__format,f_src');
    expect(outcome(() => pass({ uri: '/open/cat.jpg', exp: 9_999_999_999 }))).toBe('accepted');
  });

  it('for its own tenant alone', () => {
    const sig = signatureFor({ uri: '/open/cat.jpg', exp: soon });
    expect(outcome(() => pass({ uri: '/acme/cat.jpg', exp: soon, sig }))).toBe('forbidden');
  });
});

describe('a kid', () => {
  const hostile = ['r2.1', 'constructor.1', 'r1.2', 'r1.999999', 'r1.0'];

  it.each(hostile)('%s does not verify what r1.1 has signed', (kid) => {
    const sig = signatureFor({ uri: fine, exp: soon });
    expect(outcome(() => pass({ uri: fine, exp: soon, kid, sig }))).toBe('forbidden');
  });

  it('of an unknown root costs the same work as a known one', () => {
    const { crypto, reset, calls } = countingCrypto();
    const counted = rootKeyring(crypto, keySet({ kid: 'r1', k: rootKey(0) }));
    const count = (kid: string) => {
      reset();
      outcome(() => pass({ uri: fine, exp: soon, kid, sig: wrong }, now, counted, crypto));
      return calls();
    };
    expect(count('r9.1')).toEqual(count('r1.1'));
    expect(calls()).toEqual({ derive: 1, hmac: 1, equal: 1 });
  });
});

describe('a continuation', () => {
  const key = '/acme/cat.jpg__op__resize,w_320__op__format,f_avif';
  const kid = 'r1.0';

  it.each([
    ['a canonical key', { uri: key, exp: now + 60 }, 'accepted'],
    ['one that lives two minutes', { uri: key, exp: now + 120 }, 'accepted'],
    ['one that lives longer', { uri: key, exp: now + 121 }, 'forbidden'],
    ['one that lives for ever', { uri: key }, 'forbidden'],
    ['one that has expired', { uri: key, exp: now - 1 }, 'expired'],
    ['a source without a recipe', { uri: '/acme/cat.jpg', exp: now + 60 }, 'forbidden'],
    [
      'a recipe without a format',
      { uri: '/acme/cat.jpg__op__resize,w_320', exp: now + 60 },
      'forbidden',
    ],
    ['an unsettled format', { uri: fine, exp: now + 60 }, 'forbidden'],
    ['a preset', { uri: '/acme/cat.jpg__op__style,n_thumb', exp: now + 60 }, 'forbidden'],
    [
      'another order',
      { uri: '/acme/c__op__format,f_jpg__op__resize,w_320', exp: now + 60 },
      'forbidden',
    ],
    ['another encoding', { uri: key.replace('cat', 'c%61t'), exp: now + 60 }, 'forbidden'],
    ['bad grammar', { uri: '/acme/cat.jpg__op__nope', exp: now + 60 }, 'forbidden'],
    ['what the policy denies', { uri: key.replace('320', '321'), exp: now + 60 }, 'denied_value'],
    ['an unknown tenant', { uri: key.replace('acme', 'nobody'), exp: now + 60 }, 'forbidden'],
    ['a wrong signature', { uri: key, exp: now + 60, sig: wrong }, 'forbidden'],
  ] as readonly (readonly [string, Asked, Outcome])[])('for %s is %s', (_what, asked, answer) => {
    expect(outcome(() => pass({ ...asked, kid }))).toBe(answer);
  });

  it('needs no kid in the policy and no lifetime, and is one for every tenant', () => {
    const url = splitUrl(key, queryOf({ uri: key, exp: now + 60, kid }));
    const signer = checkSignature(nodeCrypto, ring, url, signatureOf(url), now);
    const signed = { ...url, ...signer };
    expect(signed.continuation).toBe(true);
    const strict = policyOf({
      ...usualFields,
      keys: { active: 'r9.9', accept: ['r9.9'] },
      urls: { maxLifetime: 60 },
    });
    expect(outcome(() => admit(signed, strict, now))).toBe('accepted');
    expect(outcome(() => admit(signed, undefined, now))).toBe('forbidden');
  });

  it('cannot be made with a signing key of a tenant', () => {
    const target = decodePath(key);
    const parts = { kid, exp: String(now + 60), target };
    const sig = sign(nodeCrypto, signingKeyOf('acme'), parts);
    expect(refusalOf(() => pass({ uri: key, exp: now + 60, kid, sig }))?.code).toBe('forbidden');
  });
});
