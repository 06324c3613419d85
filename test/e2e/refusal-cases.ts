import { firstKid, type Minter, seconds } from './installation.ts';

/** Two tenants, and a signing key of any other: what the cases are minted with. */
export type World = {
  readonly e2e: Minter;
  readonly narrow: Minter;
  readonly narrowKey: string;
  readonly derivedKey: (info: string) => Promise<string>;
  readonly minterOf: (tenant: string, signingKey: string) => Minter;
};

/** A signed URL and what is done to it before it is sent. */
export type Case = {
  readonly title: string;
  readonly status: number;
  readonly code: string;
  /** `no-store` unless it is the source that decides. */
  readonly isBrief?: boolean;
  readonly url: (world: World) => Promise<string>;
};

type Changes = Parameters<Minter>[2];

export const small = ['resize,w_100', 'format,f_webp'];

const e2e =
  (name = 'mark.png', operations = small, changes: () => Changes = () => ({})) =>
  async (world: World) =>
    (await world.e2e(name, operations, changes())).url;

const narrow =
  (operations: readonly string[], exp: () => number | null = () => seconds() + 3_000) =>
  async (world: World) =>
    (await world.narrow('mark.png', operations, { exp: exp() })).url;

const edited = (edit: (url: string) => string) => async (world: World) =>
  edit((await world.e2e('mark.png', small)).url);

const signedBy = (key: (world: World) => string | Promise<string>, kid?: string) => {
  const named = kid === undefined ? {} : { kid };
  return async (world: World) =>
    (await world.e2e('mark.png', small, { key: await key(world), ...named })).url;
};

const forbidden = { status: 403, code: 'forbidden' };
const malformed = { status: 400, code: 'malformed' };
const denied = (what: string) => ({ status: 403, code: `denied_${what}` });

const credentials: readonly Case[] = [
  { title: 'no query', ...forbidden, url: edited((url) => url.replace(/\?.*/, '')) },
  { title: 'no sig', ...forbidden, url: edited((url) => url.replace(/&sig=.*/, '')) },
  { title: 'no kid', ...forbidden, url: edited((url) => url.replace(/&kid=[^&]*/, '')) },
  {
    title: 'an exp that was added to a URL signed without',
    ...forbidden,
    url: async (world) =>
      `${await e2e('mark.png', small, () => ({ exp: null }))(world)}&exp=9999999999`,
  },
  {
    title: 'an exp that has passed',
    status: 403,
    code: 'expired',
    url: e2e('mark.png', small, () => ({ exp: seconds() - 2 })),
  },
  {
    title: "another tenant's signing key",
    ...forbidden,
    url: signedBy(({ narrowKey }) => narrowKey),
  },
  {
    title: 'a generation that the tenant does not accept',
    ...denied('kid'),
    url: signedBy(({ derivedKey }) => derivedKey('e2e\n2'), 'r1.2'),
  },
  {
    title: 'a root that does not exist',
    ...forbidden,
    url: e2e('mark.png', small, () => ({ kid: 'r9.1' })),
  },
  {
    title: 'a tenant without a policy, signed as it would be',
    ...forbidden,
    url: async ({ minterOf, derivedKey }) =>
      (await minterOf('nobody', await derivedKey('nobody\n1'))('mark.png', small)).url,
  },
  {
    title: 'the continuation key in place of a signing key',
    ...forbidden,
    url: signedBy(({ derivedKey }) => derivedKey('continuation')),
  },
  { title: 'an unknown parameter', ...malformed, url: edited((url) => `${url}&w=1`) },
  {
    title: 'a parameter given twice',
    ...malformed,
    url: edited((url) => `${url}&kid=${firstKid}`),
  },
  { title: 'an empty part in the query', ...malformed, url: edited((url) => `${url}&`) },
  {
    title: 'an escape in kid',
    ...malformed,
    url: edited((url) => url.replace('kid=r', 'kid=%72')),
  },
  {
    title: 'an unknown operation behind a wrong signature',
    ...forbidden,
    url: async (world) => (await world.e2e('mark.png', ['explode'], { key: world.narrowKey })).url,
  },
];

/** Signed as they are, and still refused. */
const paths = [
  ...['a//b.png', './b.png', 'a/../b.png', 'a\\b.png', 'a\u0000b.png', 'a\u0085.png'],
  ...['_watermarks/logo.png', 'ends in __op', `${'x'.repeat(697)}.png`],
];
const operations = [
  ...['resize,w_0400', 'resize,w_1e3', 'resize,w_+5', 'resize,w_\uff11\uff10', 'resize,w_40,w_50'],
  ...['resize,w_0', 'resize,w_8193', 'resize', 'resize,w_40,l_50', 'resize,m_fill,w_40'],
  ...['resize,m_stretch,w_40', 'resize,w_40,z_1', 'Resize,w_40', 'explode,w_40', 'crop,w_10,w_20'],
  ...['flip,d_x', 'quality,q_101', 'format,f_tiff', ''],
];

const grammar: readonly Case[] = [
  ...paths.map((name) => ({
    title: `the path ${JSON.stringify(name.slice(0, 30))}`,
    ...malformed,
    url: e2e(name),
  })),
  ...operations.map((operation) => ({
    title: `the operation "${operation}"`,
    ...malformed,
    url: e2e('mark.png', [operation]),
  })),
  {
    title: 'an operation given twice',
    ...malformed,
    url: e2e('mark.png', ['blur,s_1', 'resize,w_40', 'blur,s_1']),
  },
  {
    title: 'a crop that is wholly outside',
    ...malformed,
    isBrief: true,
    url: e2e('mark.png', ['crop,x_400,w_10,h_10']),
  },
];

const policy: readonly Case[] = [
  {
    title: 'an exp beyond the longest lifetime',
    ...denied('lifetime'),
    url: narrow(small, () => seconds() + 3_600 + 120),
  },
  {
    title: 'no exp where lifetimes are bounded',
    ...denied('lifetime'),
    url: narrow(small, () => null),
  },
  {
    title: 'an operation outside the policy',
    ...denied('operation'),
    url: narrow(['blur,s_2', ...small]),
  },
  {
    title: 'a value outside the policy',
    ...denied('value'),
    url: narrow(['resize,w_101', 'format,f_webp']),
  },
  {
    title: 'two values that only different rules allow',
    ...denied('value'),
    url: narrow(['resize,m_fill,w_100,h_90', 'format,f_webp']),
  },
  {
    title: 'a parameter away from its default that no rule names',
    ...denied('value'),
    url: narrow(['resize,w_100,limit_0', 'format,f_webp']),
  },
  {
    title: 'a format outside the policy',
    ...denied('value'),
    url: narrow(['resize,w_100', 'format,f_png']),
  },
];

const unreadable = (code: string) => ({ status: 415, code: `source_${code}`, isBrief: true });

const sources: readonly Case[] = [
  {
    title: 'a source that does not exist',
    status: 404,
    code: 'source_missing',
    isBrief: true,
    url: e2e('no such.png'),
  },
  { title: 'a source that is no image', ...unreadable('unsupported'), url: e2e('text.png') },
  { title: 'a type that is never read', ...unreadable('unsupported'), url: e2e('vector.svg') },
  { title: 'a source cut in the middle', ...unreadable('undecodable'), url: e2e('cut.png') },
];

export const refusals: readonly Case[] = [...credentials, ...grammar, ...policy, ...sources];

type Served = Pick<Case, 'title' | 'url'> & { readonly width: number };

export const served: readonly Served[] = [
  {
    title: 'no exp where none is asked for',
    width: 100,
    url: e2e('mark.png', small, () => ({ exp: null })),
  },
  {
    title: 'an exp in ten years',
    width: 100,
    url: e2e('mark.png', small, () => ({ exp: seconds() + 315_360_000 })),
  },
  {
    title: 'an exp within a minute above the longest lifetime',
    width: 100,
    url: narrow(small, () => seconds() + 3_630),
  },
  { title: 'a width of the list', width: 200, url: narrow(['resize,w_200', 'format,f_webp']) },
  {
    title: 'the second rule',
    width: 120,
    url: narrow(['resize,m_fill,w_120,h_90', 'format,f_webp']),
  },
  {
    title: "the source's format, which no policy names",
    width: 100,
    url: narrow(['resize,w_100']),
  },
  { title: 'no operation', width: 400, url: narrow([]) },
];
