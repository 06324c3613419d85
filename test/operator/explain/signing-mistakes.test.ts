import { createHmac } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import {
  type Suspect,
  signingMistake,
  signingMistakes,
} from '../../../operator/explain/signing-mistakes.ts';

const signingKey = `sgn_${Buffer.alloc(32, 7).toString('base64url')}`;
const otherKey = `sgn_${Buffer.alloc(32, 8).toString('base64url')}`;
const composed = '/acme/caf\u00e9 (1).jpg__op__resize,w_400';
const kid = 'r1.1';
const exp = '1893456000';

type Wrong = {
  readonly key?: string | Buffer;
  readonly message?: string;
  readonly encoding?: 'base64' | 'base64url' | 'hex';
};

const right = `signet.v1\n${kid}\n${exp}\n${composed}`;

/** A signer that makes one mistake. */
function signature({ key = signingKey, message = right, encoding = 'base64url' }: Wrong): string {
  return createHmac('sha256', key).update(message).digest(encoding);
}

const withPath = (path: string): Wrong => ({ message: `signet.v1\n${kid}\n${exp}\n${path}` });
const withExp = (written: string): Wrong => ({
  message: `signet.v1\n${kid}\n${written}\n${composed}`,
});

function suspect(sig: string, fields: Partial<Suspect> = {}): Suspect {
  return {
    parts: { kid, exp, target: composed },
    uri: encodeURI(composed),
    signingKey,
    sig,
    others: new Map([['globex', otherKey]]),
    ...fields,
  };
}

const lowerCase = (uri: string): string => uri.replace(/%../g, (hex) => hex.toLowerCase());

const plus = 'a space was sent as a plus; send %20';
const twice = 'the URL was encoded twice on its way; send it as it was minted';
const lower = 'the URL was written in lower case on its way; send it as it was minted';
/** What programs do to a URL that was signed correctly. */
const onTheWay = [plus, twice, lower];
const encoded = /^the encoded path was signed/;
const decodedKey = /^the signing key was decoded/;
const lineEnd = /^the signing key was used with a line break/;
const otherForm = /^the path was signed in another Unicode form/;

const wrongs: readonly (readonly [what: string, wrong: Wrong, mistake: RegExp])[] = [
  ['padded base64', { encoding: 'base64' }, /^sig is plain or padded base64/],
  ['hexadecimal', { encoding: 'hex' }, /^sig is hexadecimal/],
  ['the path as encodeURI writes it', withPath(encodeURI(composed)), encoded],
  ['the path in lower-case escapes', withPath(lowerCase(encodeURI(composed))), encoded],
  [
    'the path as RFC 3986 writes it',
    withPath('/acme/caf%C3%A9%20%281%29.jpg__op__resize,w_400'),
    encoded,
  ],
  ['the path with its slashes escaped', withPath(encodeURIComponent(composed)), encoded],
  ['the path without its slash', withPath(composed.slice(1)), /without its leading slash/],
  ['CRLF', { message: right.replaceAll('\n', '\r\n') }, /CRLF line ends/],
  ['a line feed at the end', { message: `${right}\n` }, /ends with a line feed/],
  ['exp with three zeros', withExp(`${exp}000`), /^exp was signed in milliseconds/],
  ['exp as the clock gave it', withExp(`${exp}987`), /^exp was signed in milliseconds/],
  [
    'kid and exp in the wrong order',
    { message: `signet.v1\n${exp}\n${kid}\n${composed}` },
    /^kid and exp were signed in the wrong order/,
  ],
  ...["'", '"', '`'].map((quote): (typeof wrongs)[number] => [
    `the key in ${quote}`,
    { key: quote + signingKey + quote },
    /^the signing key was used with quotes around it/,
  ]),
  ['no exp', withExp('0'), /^exp was left out of the message/],
  [
    'no line for exp',
    { message: right.replace(`${exp}\n`, '') },
    /^exp was left out of the message/,
  ],
  ['the decoded key', { key: Buffer.from(signingKey.slice(4), 'base64url') }, decodedKey],
  [
    'the key without sgn_',
    { key: signingKey.slice(4) },
    /^the signing key was used without its sgn_/,
  ],
  ['the key and a line feed', { key: `${signingKey}\n` }, lineEnd],
  ['the key and CRLF', { key: `${signingKey}\r\n` }, lineEnd],
  ['the path in NFD', withPath(composed.normalize('NFD')), otherForm],
  [
    "another tenant's key",
    { key: otherKey },
    /^it was signed with the key of globex; use the key of the tenant in the URL$/,
  ],
];

describe('a wrong signature', () => {
  it.each(wrongs)('made with %s is explained', (_what, wrong, mistake) => {
    const sig = signature(wrong);
    expect(sig).not.toBe(signature({}));
    expect(signingMistake(suspect(sig))).toMatch(mistake);
  });

  it('is covered by a test for every documented mistake', () => {
    const untold = signingMistakes.filter((what) => {
      const said = what.replace('TENANT;', 'globex;');
      return !onTheWay.includes(said) && !wrongs.some(([, , mistake]) => mistake.test(said));
    });
    expect(untold).toEqual([]);
    expect(signingMistakes.filter((what) => what.split('; ').length !== 2)).toEqual([]);
  });

  it.each([
    ['once more', encodeURI],
    ['twice more', (path: string) => encodeURI(encodeURI(path))],
    [
      'once more in another way',
      (path: string) => path.split('/').map(encodeURIComponent).join('/'),
    ],
  ])('of a URL that was encoded %s is explained', (_what, encode) => {
    const target = encode(composed);
    const parts = { kid, exp, target };
    expect(signingMistake(suspect(signature({}), { parts, uri: encodeURI(target) }))).toBe(twice);
  });

  it('of a recipe in the query that was encoded twice is explained', () => {
    const value = 'image/resize,w_4/format,webp';
    const query = { name: 'x-oss-process', value };
    const sig = signature({
      message: `signet.v1\n${kid}\n${exp}\n/acme/a.jpg\n${query.name}=${value}`,
    });
    const sent = { ...query, value: encodeURIComponent(value) };
    const parts = { kid, exp, target: '/acme/a.jpg', query: sent };
    expect(signingMistake(suspect(sig, { parts, uri: '/acme/a.jpg' }))).toBe(twice);
  });

  it('of a URL in lower case is explained, whatever it signed', () => {
    const parts = { kid, exp, target: composed.toLowerCase() };
    const sig = signature(withPath('/acme/Photo.JPG')).toLowerCase();
    expect(signingMistake(suspect(sig, { parts }))).toBe(lower);
  });

  it('made of a path with spaces sent as plus is explained', () => {
    const parts = { kid, exp, target: '/acme/a+b+.jpg' };
    const sig = signature(withPath('/acme/a b+.jpg'));
    expect(signingMistake(suspect(sig, { parts, uri: '/acme/a+b%2B.jpg' }))).toBe(plus);
  });

  it('made of the composed form of a decomposed path is explained', () => {
    const target = composed.normalize('NFD');
    const parts = { kid, exp, target };
    expect(signingMistake(suspect(signature({}), { parts, uri: encodeURI(target) }))).toMatch(
      otherForm,
    );
  });

  it('made in plain base64 without padding is explained', () => {
    const messages = Array.from({ length: 64 }, (_, at) => `/acme/${at}.jpg`);
    const found = messages.find((path) =>
      /[+/]/.test(signature({ ...withPath(path), encoding: 'base64' })),
    );
    const target = found ?? '';
    const sig = signature({ ...withPath(target), encoding: 'base64' }).replace(/=$/, '');
    expect(signingMistake(suspect(sig, { parts: { kid, exp, target }, uri: target }))).toMatch(
      /^sig is plain or padded base64/,
    );
  });

  it.each([
    ['nothing that is known', signature({ key: 'some other key' })],
    ['no bytes', ''],
    ['words', 'hello'],
    ['43 letters that are too few for lower case', 'a'.repeat(42)],
  ])('made of %s stays unexplained', (_what, sig) => {
    expect(signingMistake(suspect(sig))).toBeUndefined();
  });

  it('is not blamed on an encoding that changes nothing', () => {
    const target = '/acme/cat.jpg';
    const parts = { kid, exp, target };
    const sig = signature({ ...withPath(target), key: otherKey });
    expect(signingMistake(suspect(sig, { parts, uri: target }))).toBe(
      'it was signed with the key of globex; use the key of the tenant in the URL',
    );
  });

  it('is explained for a URL that never expires', () => {
    const message = `signet.v1\n${kid}\n0\n${composed.slice(1)}`;
    const parts = { kid, exp: undefined, target: composed };
    expect(signingMistake(suspect(signature({ message }), { parts }))).toMatch(/leading slash;/);
  });
});
