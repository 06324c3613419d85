import { nodeCrypto } from '../../shared/adapters/crypto.ts';
import type { Keyring } from '../../shared/keys/keyring.ts';
import { mint } from '../../shared/request/mint.ts';
import { mintGrant } from '../../shared/request/mint-grant.ts';

/** A URL as a function gets it. */
export type RawUrl = { readonly uri: string; readonly querystring: string };

/** The kinds of requests whose decisions are measured. */
export const kinds = {
  first: 'signed, operations seen for the first time',
  known: 'signed, operations read before',
  preset: 'signed, a preset',
  grant: 'a grant, seen for the first time',
  knownGrant: 'a grant, verified before',
  unsigned: 'refused: not signed',
  wrong: 'refused: wrong signature',
  expired: 'refused: expired',
  denied: 'refused: a width that the policy denies',
} as const;
export type Kind = keyof typeof kinds;
export const kindNames = Object.keys(kinds) as readonly Kind[];

export const tenant = 'acme';
const kid = 'r1.1';
const lifetime = 86_400;

/** More widths and qualities than a run has requests, so that no two need have the same operations. */
export const rangePolicy = {
  operations: {
    resize: [{ w: { min: 1, max: 4_000, step: 1 } }],
    quality: { q: { min: 1, max: 100, step: 1 } },
    format: { f: ['auto', 'jpg'] },
  },
  presets: { card: 'resize,m_fill,w_640,h_360__op__quality,q_75__op__format,f_auto' },
  auto: { format: ['avif', 'webp'] },
  urls: { maxLifetime: 604_800, grants: true },
};

const widths = [320, 640, 960, 1_280, 1_920];
const pathOf = (at: number): string => `photos/2030/summer-${at}.jpg`;
const resized = (width: number, quality: number): readonly string[] => [
  `resize,w_${width}`,
  `quality,q_${quality}`,
  'format,f_auto',
];

function split(url: string): RawUrl {
  const [uri = '', querystring = ''] = url.split('?');
  return { uri, querystring };
}

/** Makes requests of each kind; the number `at` tells them apart. `now` in seconds. */
export function requestMaker(keyring: Keyring, now: number) {
  const signer = { kid, signingKey: keyring.signingKey(tenant, kid) ?? '' };
  const sign = (at: number, operations: readonly string[], exp = now + lifetime): RawUrl =>
    split(mint(nodeCrypto, '', { tenant, path: pathOf(at), operations, exp }, signer));
  const known = (at: number): RawUrl => sign(at, resized(widths[at % widths.length] ?? 0, 75));
  const grant = (at: number): Promise<string> =>
    mintGrant(tenant, { scope: ['photos/*'], exp: now + lifetime + at }, signer);
  const granted = async (at: number, text: Promise<string>): Promise<RawUrl> => {
    const { uri } = known(at);
    return { uri, querystring: `grant=${await text}` };
  };
  const oneGrant = grant(0);
  return {
    first: (at) => sign(at, resized(1 + (at % 4_000), 1 + Math.floor(at / 4_000))),
    known,
    preset: (at) => sign(at, ['style,n_card']),
    grant: (at) => granted(at, grant(at + 1)),
    knownGrant: (at) => granted(at, oneGrant),
    unsigned: (at) => ({ uri: known(at).uri, querystring: '' }),
    wrong: (at) => {
      const { uri, querystring } = known(at);
      return { uri, querystring: querystring.replace(/sig=..../, 'sig=AAAA') };
    },
    expired: (at) => sign(at, resized(640, 75), now - lifetime),
    denied: (at) => sign(at, ['resize,w_4001']),
  } as const satisfies Record<Kind, (at: number) => RawUrl | Promise<RawUrl>>;
}
