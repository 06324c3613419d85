import type { GrantClaims } from '../../shared/request/mint-grant.ts';
import { knownExp, knownUrl, pastExp, signerOf } from './known-signer.ts';

type Row = readonly [flag: string, comment: string, text: string];

export const badPaths: readonly Row[] = [
  ['Nul', 'NUL', 'a\u0000.jpg'],
  ['ControlCharacter', 'a tab', 'a\tb.jpg'],
  ['ControlCharacter', 'a line feed', 'a\nb.jpg'],
  ['ControlCharacter', 'a line feed at the end', 'cat.jpg\n'],
  ['ControlCharacter', 'a carriage return', 'a\rb.jpg'],
  ['ControlCharacter', 'the last of the C0 controls', 'a\u001fb.jpg'],
  ['ControlCharacter', 'DEL', 'a\u007fb.jpg'],
  ['ControlCharacter', 'the first of the C1 controls', 'a\u0080b.jpg'],
  ['ControlCharacter', 'NEL', 'a\u0085b.jpg'],
  ['ControlCharacter', 'the last of the C1 controls', 'a\u009fb.jpg'],
  ['Backslash', 'a backslash', 'a\\b.jpg'],
  ['Backslash', 'backslashes and dots', '..\\..\\cat.jpg'],
  ['Segment', 'an empty path', ''],
  ['Segment', 'a leading slash', '/cat.jpg'],
  ['Segment', 'a trailing slash', 'albums/'],
  ['Segment', 'two slashes', 'a//b.jpg'],
  ['Segment', 'a leading dot segment', './cat.jpg'],
  ['Segment', 'a dot segment inside', 'a/./cat.jpg'],
  ['Segment', 'leading dots', '../other/cat.jpg'],
  ['Segment', 'two dots inside', 'a/../cat.jpg'],
  ['Segment', 'two dots at the end', 'a/..'],
  ['Separator', 'the separator', 'cat.jpg__op__resize,w_400'],
  ['Separator', 'a trailing separator', 'cat__op__'],
  ['Separator', 'a leading separator', '__op__cat.jpg'],
  ['Separator', 'ends in __op', 'cat__op'],
  ['Separator', 'ends in __op_', 'cat__op_'],
  ['Reserved', 'a watermark', '_watermarks/logo.png'],
  ['Reserved', 'the reserved folder itself', '_watermarks'],
  ['TooLong', '701 characters of one byte', 'a'.repeat(701)],
  ['TooLong', '234 characters of three bytes', '漢'.repeat(234)],
  ['LoneSurrogate', 'a high surrogate', 'a\ud83d.jpg'],
  ['LoneSurrogate', 'a low surrogate', '\ude00.jpg'],
  ['LoneSurrogate', 'a pair in the wrong order', '\ude00\ud83d.jpg'],
];

export const badBytes: readonly (readonly [comment: string, hex: string])[] = [
  ['Latin-1', '636166e92e6a7067'],
  ['a truncated sequence', '61e697'],
  ['an overlong slash', '61c0af62'],
  ['an encoded surrogate', 'eda0bd'],
  ['beyond the last code point', 'f4908080'],
];

export const badExpiries: readonly (readonly [flag: string, comment: string, exp: number])[] = [
  ['Expiry', 'milliseconds', knownExp * 1_000],
  ['Expiry', 'microseconds', knownExp * 1_000_000],
  ['Expiry', 'a lifetime', 3_600],
  ['Expiry', 'zero', 0],
  ['Expiry', 'before 1970', -knownExp],
  ['Expiry', 'nine digits', 999_999_999],
  ['Expiry', 'eleven digits', 10_000_000_000],
  ['Fraction', 'half a second', knownExp + 0.5],
];

const digits = Array.from({ length: 17 }, (_, at) => `version,v_${at}`);

export const badOperations: readonly (readonly [string, string, ...string[]])[] = [
  ['Operation', 'an empty operation', ''],
  ['Operation', 'a line feed at the end', 'resize,w_400\n'],
  ['Operation', 'a line feed', 'resize,w_400\nformat,f_webp'],
  ['Operation', 'a query', 'resize,w_400?exp=9999999999'],
  ['Operation', 'a slash', 'resize,w_400/../cat.jpg'],
  ['Operation', 'a space', 'resize, w_400'],
  ['Operation', 'an upper-case letter', 'Resize,w_400'],
  ['Operation', 'without a value', 'resize,w_'],
  ['Operation', 'without a parameter', 'resize,400'],
  ['Operation', 'an equals sign', 'resize,w=400'],
  ['Operation', 'full-width digits', 'resize,w_４００'],
  ['Operation', 'a comma at the end', 'resize,w_400,'],
  ['NeedsOperations', 'an unknown operation', 'resiez,w_400'],
  ['NeedsOperations', 'an unknown parameter', 'resize,width_400'],
  ['NeedsOperations', 'a leading zero', 'resize,w_0400'],
  ['NeedsOperations', 'the same operation twice', 'resize,w_400', 'resize,w_400'],
  ['NeedsOperations', 'two operations that exclude each other', 'info', 'resize,w_400'],
  ['TooLong', 'seventeen operations', ...digits],
];

export const badQueries: readonly (readonly [string, string, string, string])[] = [
  ['Query', 'an unknown query parameter', 'x-cos-process', 'image/resize,w_400'],
  ['Query', 'a query parameter of the signature', 'exp', 'image/resize,w_400'],
  ['Query', 'an empty recipe', 'x-oss-process', ''],
  ['Query', 'without image/', 'x-oss-process', 'resize,w_400'],
  ['Query', 'a line feed', 'x-oss-process', 'image/resize,w_400\n'],
  ['Query', 'another parameter', 'x-bce-process', 'image/resize,w_400&exp=9999999999'],
  ['Query', 'a space', 'x-bce-process', 'image/resize, w_400'],
  ['Query', 'a plus', 'x-bce-process', 'image/resize,w_+400'],
  [
    'NeedsOperations',
    'an order that gives another image',
    'x-oss-process',
    'image/rotate,90/trim,t_9',
  ],
];

const base = { scope: ['*'], exp: knownExp } as const;
const grantOf = (flag: string, comment: string, ...scope: string[]) =>
  [flag, comment, { ...base, scope }] as const;

export const badGrants: readonly (readonly [string, string, GrantClaims])[] = [
  grantOf('Scope', 'no scope'),
  grantOf('Scope', 'an empty scope', ''),
  grantOf('Scope', 'a leading slash', '/albums/*'),
  grantOf('Scope', 'a trailing slash', 'albums/'),
  grantOf('Scope', 'two slashes', 'albums//*'),
  grantOf('Scope', 'dots', 'albums/../*'),
  grantOf('Scope', 'an invalid scope after a valid one', 'albums/*', '../*'),
  grantOf('ControlCharacter', 'a line feed', 'albums\n/*'),
  grantOf('Backslash', 'a backslash', 'albums\\*'),
  grantOf('Separator', 'a scope with operations', 'cat.jpg__op__resize,w_400'),
  grantOf('Reserved', 'watermarks', '_watermarks/*'),
  grantOf('TooLong', 'seventeen scopes', ...Array.from({ length: 17 }, (_, at) => `a${at}/*`)),
  grantOf(
    'TooLong',
    'more than 2,048 characters',
    ...Array.from({ length: 4 }, (_, at) => `${at}${'a'.repeat(500)}`),
  ),
  grantOf('TooLong', '701 bytes', 'a'.repeat(701)),
  ['Expiry', 'milliseconds', { ...base, exp: knownExp * 1_000 }],
  ['Expiry', 'a lifetime', { ...base, exp: 3_600 }],
  ['Expiry', 'zero', { ...base, exp: 0 }],
  ['Presets', 'no preset', { ...base, presets: [] }],
];

/** The service would accept these, and then answer only that they have expired. */
export const pastExpiries: readonly (readonly [comment: string, exp: number])[] = [
  ['one hour after the first time of ten digits', pastExp + 3_600],
  ['the first time of ten digits', pastExp],
];

/** The service accepts such a grant, but an nbf in milliseconds is never reached. */
export const badBeginnings: readonly (readonly [comment: string, nbf: number])[] = [
  ['nbf in milliseconds', (knownExp - 3_600) * 1_000],
  ['nbf as a lifetime', 3_600],
];

/** The service accepts such a grant, but no preset can have this name. */
export const badPresets: readonly (readonly [comment: string, ...presets: string[]])[] = [
  ['an empty preset name', ''],
  ['a preset in quotes', '"thumb"'],
  ['a preset with a line break', 'thumb\n'],
  ['two presets in one name', 'thumb,hero'],
  ['a preset with a backslash, after a valid one', 'thumb', 'a\\'],
  ['a preset of 65 characters', 'a'.repeat(65)],
];

type Environment = {
  readonly url: string;
  readonly tenant: string;
  readonly kid: string;
  readonly signingKey: string;
};
const own = signerOf('acme');
export const environment: Environment = { url: knownUrl, tenant: 'acme', ...own };
const { signingKey } = environment;
const decoded = Buffer.from(signingKey.slice(4), 'base64url').toString('hex');

/** Invalid environment variables: the flag, the reason, the variable and its values. */
export const badEnvironments: readonly (readonly [
  string,
  string,
  keyof Environment,
  readonly (readonly [comment: string, value: string])[],
])[] = [
  [
    'Address',
    'SIGNET_URL must be a URL without a path, such as https://img.example.com',
    'url',
    [
      ['an empty variable', ''],
      ['no scheme', 'img.example.com'],
      ['a path', 'https://img.example.com/images'],
      ['a query', 'https://img.example.com?a=b'],
      ['a line break at the end', 'https://img.example.com\n'],
    ],
  ],
  [
    'Tenant',
    'SIGNET_TENANT must be a tenant name, such as acme',
    'tenant',
    [
      ['an empty variable', ''],
      ['an upper-case letter', 'Acme'],
      ['a trailing hyphen', 'acme-'],
      ['two hyphens', 'ac--me'],
      ['an underscore', 'ac_me'],
      ['a path', 'acme/albums'],
      ['dots', '..'],
      ['a line break at the end', 'acme\n'],
      ['64 characters', 'a'.repeat(64)],
    ],
  ],
  [
    'Kid',
    'SIGNET_KID must be root.generation, such as r1.1',
    'kid',
    [
      ['an empty variable', ''],
      ['no generation', 'r1'],
      ['a leading zero', 'r1.01'],
      ['an upper-case letter', 'R1.1'],
      ['a generation of seven digits', 'r1.1000000'],
      ['a root key name of 17 letters', `${'r'.repeat(17)}.1`],
      ['a line break at the end', 'r1.1\n'],
      ['another parameter', 'r1.1&exp=9999999999'],
    ],
  ],
  [
    'SigningKey',
    'SIGNET_KEY must be a signing key: sgn_ and 43 characters',
    'signingKey',
    [
      ['an empty variable', ''],
      ['without sgn_', signingKey.slice(4)],
      ['decoded, in hexadecimal', decoded],
      ['a line break at the end', `${signingKey}\n`],
      ['a leading space', ` ${signingKey}`],
      ['a trailing space', `${signingKey} `],
      ['in quotes', `"${signingKey}"`],
      ['in upper case', signingKey.toUpperCase()],
      ['truncated', signingKey.slice(0, -1)],
      ['padded', `${signingKey}=`],
      ['with a character of plain base64', `${signingKey.slice(0, -1)}+`],
      ['with the name of the variable', `SIGNET_KEY=${signingKey}`],
    ],
  ],
];
