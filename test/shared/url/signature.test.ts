import { createHmac } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { nodeCrypto } from '../../../shared/adapters/crypto.ts';
import {
  isExp,
  isKid,
  isSignature,
  type SignedParts,
  sign,
  signedMessage,
  verifyUrlSignature,
} from '../../../shared/url/signature.ts';
import { signingKeyOf } from '../keys/known-keys.ts';
import { runs } from '../request/outcome.ts';

/** RFC 4231, section 4. A signing key is text, so a key of bytes is compared through Node alone. */
const rfc4231: readonly (readonly [key: string, data: string, hex: string])[] = [
  [
    '0b'.repeat(20),
    Buffer.from('Hi There').toString('hex'),
    'b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7',
  ],
  [
    Buffer.from('Jefe').toString('hex'),
    Buffer.from('what do ya want for nothing?').toString('hex'),
    '5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843',
  ],
  [
    'aa'.repeat(20),
    'dd'.repeat(50),
    '773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe',
  ],
  [
    '0102030405060708090a0b0c0d0e0f10111213141516171819',
    'cd'.repeat(50),
    '82558a389a443c0ea4cc819899f2083a85f0faa3e578f8077a2e3ff46729665b',
  ],
  [
    'aa'.repeat(131),
    Buffer.from('Test Using Larger Than Block-Size Key - Hash Key First').toString('hex'),
    '60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54',
  ],
];

const isAscii = (hex: string): boolean => Buffer.from(hex, 'hex').every((byte) => byte < 0x80);
const base64url = (hex: string): string => Buffer.from(hex, 'hex').toString('base64url');
const asciiOf = (hex: string): string => Buffer.from(hex, 'hex').toString('ascii');

describe('HMAC-SHA256', () => {
  it.each(rfc4231)('is RFC 4231 for the key %s', (key, data, hex) => {
    const bytes = Buffer.from(key, 'hex');
    const mac = createHmac('sha256', bytes).update(Buffer.from(data, 'hex'));
    expect(mac.digest('hex')).toBe(hex);
  });

  it.each(rfc4231.filter(([key, data]) => isAscii(key) && isAscii(data)))(
    'of the port is RFC 4231 for the key %s',
    (key, data, hex) => {
      expect(nodeCrypto.hmac(asciiOf(key), asciiOf(data))).toBe(base64url(hex));
    },
  );

  it('of the port equals that of Node for any text', () => {
    const same = fc.property(fc.string({ unit: 'binary' }), fc.string(), (message, key) => {
      const mac = createHmac('sha256', Buffer.from(key)).update(Buffer.from(message));
      expect(nodeCrypto.hmac(key, message)).toBe(mac.digest('base64url'));
    });
    fc.assert(same, runs(200));
  });
});

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
const parts = (at: number): SignedParts => ({
  kid: 'r1.1',
  exp: String(1_893_456_000 + at),
  target: `/acme/cat-${at}.jpg__op__resize,w_${at + 1}`,
});
const signingKey = signingKeyOf('acme');
const accepts = (message: SignedParts, sig: string): boolean =>
  verifyUrlSignature(nodeCrypto, signingKey, message, sig);

/** Every text that differs from the signature by one character: changed, left out or put in. */
function* edits(sig: string): Generator<string> {
  const characters = `${alphabet}+/=. \n\0é`;
  for (let at = 0; at <= sig.length; at += 1) {
    const [before, after] = [sig.slice(0, at), sig.slice(at)];
    for (const one of characters) {
      yield `${before}${one}${after}`;
      if (after !== '' && one !== after[0]) yield `${before}${one}${after.slice(1)}`;
    }
    if (after !== '') yield `${before}${after.slice(1)}`;
  }
}

/** The same numbers every time: a linear congruential generator, good enough to pick places. */
function numbers(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

/** The text with one character put in, changed or left out. */
function mutant(text: string, next: (below: number) => number): string {
  const at = next(text.length);
  const kind = next(3);
  const put = kind === 0 ? '' : String.fromCharCode(next(0x100));
  return `${text.slice(0, at)}${put}${text.slice(kind === 1 ? at : at + 1)}`;
}

describe('a signature', () => {
  it('is accepted in its one spelling and in none that is one edit away', () => {
    let [tried, accepted] = [0, 0];
    for (let at = 0; at < 6; at += 1) {
      const sig = sign(nodeCrypto, signingKey, parts(at));
      expect(accepts(parts(at), sig)).toBe(true);
      for (const edited of edits(sig)) {
        tried += 1;
        if (accepts(parts(at), edited)) accepted += 1;
      }
    }
    expect(tried).toBeGreaterThan(36_000);
    expect(accepted).toBe(0);
  });

  it('is refused in other spellings that decode to the same bytes', () => {
    const sig = sign(nodeCrypto, signingKey, parts(0));
    const bytes = Buffer.from(sig, 'base64url');
    const aliases = [...edits(sig)].filter((one) => Buffer.from(one, 'base64url').equals(bytes));
    expect(aliases.length).toBeGreaterThan(100);
    expect(aliases.filter((one) => accepts(parts(0), one))).toEqual([]);
  });

  it.each(Array.from({ length: 45 }, (_, length) => length).filter((length) => length !== 43))(
    'of %i characters is refused',
    (length) => {
      const sig = `${sign(nodeCrypto, signingKey, parts(0))}A`.slice(0, length);
      expect([isSignature(sig), accepts(parts(0), sig)]).toEqual([false, false]);
      expect(isSignature('A'.repeat(length))).toBe(false);
    },
  );

  it.each(['undefined', 'null', '[object Object]', `${'A'.repeat(42)}B`, `${'A'.repeat(43)}\n`])(
    '%j is refused',
    (sig) => expect([isSignature(sig), accepts(parts(0), sig)]).toEqual([false, false]),
  );

  it('ends in one of the sixteen characters that carry four bits', () => {
    const last = [...alphabet].filter((one) => isSignature(`${'A'.repeat(42)}${one}`));
    expect(last.join('')).toBe('AEIMQUYcgkosw048');
  });

  it('is invalid for 100,000 mutations of the signed values', () => {
    const message = signedMessage(parts(0));
    const sig = sign(nodeCrypto, signingKey, parts(0));
    const next = numbers(20_260_801);
    const mutants = Array.from({ length: 100_000 }, () => mutant(message, next));
    const others = mutants.filter((one) => one !== message);
    expect(others.length).toBeGreaterThan(99_000);
    expect(others.filter((one) => nodeCrypto.hmac(signingKey, one) === sig)).toEqual([]);
  });
});

describe('the signed message', () => {
  const line = fc.string({ unit: fc.constantFrom(...'ab/=1.é') });
  const query = fc.record({ name: fc.constantFrom('x-oss-process', 'x-bce-process'), value: line });
  const anyParts: fc.Arbitrary<SignedParts> = fc
    .tuple(
      fc.constantFrom('r1.1', 'r1.11', 'r11.1'),
      fc.constantFrom(undefined, '1893456000', '1893456001'),
      line.map((path) => `/${path}`),
      fc.option(query, { nil: undefined }),
    )
    .map(([kid, exp, target, one]) => ({
      kid,
      exp,
      target,
      ...(one === undefined ? {} : { query: one }),
    }));

  it('differs for different requests', () => {
    const seen = new Map<string, string>();
    const injective = fc.property(anyParts, (one) => {
      const fields = JSON.stringify([one.kid, one.exp, one.target, one.query]);
      const message = signedMessage(one);
      expect(seen.get(message) ?? fields).toBe(fields);
      seen.set(message, fields);
    });
    fc.assert(injective, runs(10_000));
  });

  it('separates the tenant from the path only at a slash', () => {
    const targets = ['/a/b/c', '/a/bc', '/ab/c', '/acme/-2/x', '/acme-2/x'];
    const messages = targets.map((target) => signedMessage({ ...parts(0), target }));
    expect(new Set(messages).size).toBe(targets.length);
  });
});

const kids: readonly (readonly [kid: string, sound: boolean])[] = [
  ['r1.1', true],
  ['r1.0', true],
  ['r.999999', true],
  ['abcdefghijklmnop.1', true],
  ['abcdefghijklmnopq.1', false],
  ['r1.01', false],
  ['r1.1000000', false],
  ['r1.', false],
  ['.1', false],
  ['r1', false],
  ['1r.1', false],
  ['R1.1', false],
  ['r1.1.1', false],
  ['r1.-1', false],
  ['r1.1\n', false],
  ['r1.１', false],
  ['__proto__.1', false],
  ['constructor.1', true],
  ['../r1.1', false],
  ["r1.1'--", false],
  ['r1 .1', false],
  ['', false],
];

const exps: readonly (readonly [exp: string, sound: boolean])[] = [
  ['1893456000', true],
  ['9999999999', true],
  ['1000000000', true],
  ['0', false],
  ['', false],
  ['0893456000', false],
  ['189345600', false],
  ['18934560000', false],
  ['1893456000000', false],
  ['+1893456000', false],
  ['-1893456000', false],
  ['1893456000.0', false],
  ['1.893456e9', false],
  ['1e12', false],
  ['0x70dbd880', false],
  [' 1893456000', false],
  ['1893456000 ', false],
  ['1893456000\n', false],
  ['１８９３４５６０００', false],
  ['NaN', false],
  ['Infinity', false],
];

describe('the forms of', () => {
  it.each(kids)('a kid: %j is one: %s', (kid, sound) => expect(isKid(kid)).toBe(sound));
  it.each(exps)('an expiry: %j is one: %s', (exp, sound) => expect(isExp(exp)).toBe(sound));
});
