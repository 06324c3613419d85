import type { GrantClaims } from '../../shared/request/grant.ts';
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
  ['Backslash', 'a backslash and dots', '..\\..\\cat.jpg'],
  ['Segment', 'nothing', ''],
  ['Segment', 'a slash in front', '/cat.jpg'],
  ['Segment', 'a slash behind', 'albums/'],
  ['Segment', 'two slashes', 'a//b.jpg'],
  ['Segment', 'a dot', './cat.jpg'],
  ['Segment', 'a dot inside', 'a/./cat.jpg'],
  ['Segment', 'two dots', '../other/cat.jpg'],
  ['Segment', 'two dots inside', 'a/../cat.jpg'],
  ['Segment', 'two dots at the end', 'a/..'],
  ['Separator', 'the separator', 'cat.jpg__op__resize,w_400'],
  ['Separator', 'the separator at the end', 'cat__op__'],
  ['Separator', 'the separator in front', '__op__cat.jpg'],
  ['Separator', 'ends in __op', 'cat__op'],
  ['Separator', 'ends in __op_', 'cat__op_'],
  ['Reserved', 'a watermark', '_watermarks/logo.png'],
  ['Reserved', 'the folder itself', '_watermarks'],
  ['TooLong', '701 bytes of one each', 'a'.repeat(701)],
  ['TooLong', '702 bytes of three each', '漢'.repeat(234)],
  ['LoneSurrogate', 'a high surrogate', 'a\ud83d.jpg'],
  ['LoneSurrogate', 'a low surrogate', '\ude00.jpg'],
  ['LoneSurrogate', 'a pair in the wrong order', '\ude00\ud83d.jpg'],
];

export const badBytes: readonly (readonly [comment: string, hex: string])[] = [
  ['Latin-1', '636166e92e6a7067'],
  ['a cut sequence', '61e697'],
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
  ['Operation', 'an empty one', ''],
  ['Operation', 'a line feed at the end', 'resize,w_400\n'],
  ['Operation', 'a line feed', 'resize,w_400\nformat,f_webp'],
  ['Operation', 'a query', 'resize,w_400?exp=9999999999'],
  ['Operation', 'a slash', 'resize,w_400/../cat.jpg'],
  ['Operation', 'a space', 'resize, w_400'],
  ['Operation', 'a capital', 'Resize,w_400'],
  ['Operation', 'without a value', 'resize,w_'],
  ['Operation', 'without a parameter', 'resize,400'],
  ['Operation', 'an equals sign', 'resize,w=400'],
  ['Operation', 'full-width digits', 'resize,w_４００'],
  ['Operation', 'a comma at the end', 'resize,w_400,'],
  ['NeedsOperations', 'one that there is not', 'resiez,w_400'],
  ['NeedsOperations', 'a parameter that it has not', 'resize,width_400'],
  ['NeedsOperations', 'a leading zero', 'resize,w_0400'],
  ['NeedsOperations', 'twice the same', 'resize,w_400', 'resize,w_400'],
  ['NeedsOperations', 'two that exclude each other', 'info', 'resize,w_400'],
  ['TooLong', 'seventeen', ...digits],
];

export const badQueries: readonly (readonly [string, string, string, string])[] = [
  ['Query', 'a parameter that there is not', 'x-cos-process', 'image/resize,w_400'],
  ['Query', 'a parameter that is sent anyway', 'exp', 'image/resize,w_400'],
  ['Query', 'nothing', 'x-oss-process', ''],
  ['Query', 'without image/', 'x-oss-process', 'resize,w_400'],
  ['Query', 'a line feed', 'x-oss-process', 'image/resize,w_400\n'],
  ['Query', 'another parameter', 'x-bce-process', 'image/resize,w_400&exp=9999999999'],
  ['Query', 'a space', 'x-bce-process', 'image/resize, w_400'],
  ['Query', 'a plus', 'x-bce-process', 'image/resize,w_+400'],
  [
    'NeedsOperations',
    'an order that draws another image',
    'x-oss-process',
    'image/rotate,90/trim,t_9',
  ],
];

const base = { scope: ['*'], exp: knownExp } as const;
const grantOf = (flag: string, comment: string, ...scope: string[]) =>
  [flag, comment, { ...base, scope }] as const;

export const badGrants: readonly (readonly [string, string, GrantClaims])[] = [
  grantOf('Scope', 'none'),
  grantOf('Scope', 'an empty one', ''),
  grantOf('Scope', 'a slash in front', '/albums/*'),
  grantOf('Scope', 'a slash behind', 'albums/'),
  grantOf('Scope', 'two slashes', 'albums//*'),
  grantOf('Scope', 'dots', 'albums/../*'),
  grantOf('Scope', 'a bad one behind a good one', 'albums/*', '../*'),
  grantOf('ControlCharacter', 'a line feed', 'albums\n/*'),
  grantOf('Backslash', 'a backslash', 'albums\\*'),
  grantOf('Separator', 'with operations', 'cat.jpg__op__resize,w_400'),
  grantOf('Reserved', 'watermarks', '_watermarks/*'),
  grantOf('TooLong', 'seventeen', ...Array.from({ length: 17 }, (_, at) => `a${at}/*`)),
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

/** They would be minted, and the edge would read them: only to say that it is too late. */
export const pastExpiries: readonly (readonly [comment: string, exp: number])[] = [
  ['an hour after 9 September 2001', pastExp + 3_600],
  ['the first time of ten digits', pastExp],
];

/** The edge reads such a grant, and waits for ever for it to begin. */
export const badBeginnings: readonly (readonly [comment: string, nbf: number])[] = [
  ['nbf in milliseconds', (knownExp - 3_600) * 1_000],
  ['nbf is a lifetime', 3_600],
];

/** The edge reads such a grant, and there is no preset that it could mean. */
export const badPresets: readonly (readonly [comment: string, ...presets: string[]])[] = [
  ['a nameless preset', ''],
  ['a preset in quotes', '"thumb"'],
  ['a preset with a line end', 'thumb\n'],
  ['two presets in one', 'thumb,hero'],
  ['a preset with a backslash, behind a good one', 'thumb', 'a\\'],
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

/** Which variable is wrong, and how. */
export const badEnvironments: readonly (readonly [
  string,
  string,
  keyof Environment,
  readonly (readonly [comment: string, value: string])[],
])[] = [
  [
    'Address',
    'SIGNET_URL is no address such as https://img.example.com',
    'url',
    [
      ['nothing', ''],
      ['without its scheme', 'img.example.com'],
      ['with a path', 'https://img.example.com/images'],
      ['with a query', 'https://img.example.com?a=b'],
      ['with a line end', 'https://img.example.com\n'],
    ],
  ],
  [
    'Tenant',
    'SIGNET_TENANT is not the name of a tenant',
    'tenant',
    [
      ['nothing', ''],
      ['a capital', 'Acme'],
      ['a hyphen behind', 'acme-'],
      ['two hyphens', 'ac--me'],
      ['an underscore', 'ac_me'],
      ['a path', 'acme/albums'],
      ['dots', '..'],
      ['a line end', 'acme\n'],
      ['64 characters', 'a'.repeat(64)],
    ],
  ],
  [
    'Kid',
    'SIGNET_KID is not written as root.generation, such as r1.1',
    'kid',
    [
      ['nothing', ''],
      ['without its generation', 'r1'],
      ['a leading zero', 'r1.01'],
      ['a capital', 'R1.1'],
      ['seven digits', 'r1.1000000'],
      ['a name of 17 letters', `${'r'.repeat(17)}.1`],
      ['a line end', 'r1.1\n'],
      ['another parameter', 'r1.1&exp=9999999999'],
    ],
  ],
  [
    'SigningKey',
    'SIGNET_KEY is not the text of a signing key: sgn_ and 43 characters',
    'signingKey',
    [
      ['nothing', ''],
      ['without sgn_', signingKey.slice(4)],
      ['decoded, in hexadecimal', decoded],
      ['with a line end', `${signingKey}\n`],
      ['with a space in front', ` ${signingKey}`],
      ['with a space behind', `${signingKey} `],
      ['in quotes', `"${signingKey}"`],
      ['in capitals', signingKey.toUpperCase()],
      ['cut', signingKey.slice(0, -1)],
      ['padded', `${signingKey}=`],
      ['with a letter of plain base64', `${signingKey.slice(0, -1)}+`],
      ['with its name', `SIGNET_KEY=${signingKey}`],
    ],
  ],
];
