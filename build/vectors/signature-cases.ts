import type { QueryRecipe, SpellingName } from '../../shared/recipe/spellings.ts';
import vectors from '../../test/vectors/signature.json' with { type: 'json' };
import { longestRoot } from './known-signer.ts';
import type { Notes } from './vector-file.ts';

/** What a signer is asked for, and who asks; what is left out is the usual. */
export type SignatureCase = {
  readonly comment: string;
  readonly flags: readonly string[];
  readonly url?: string;
  readonly tenant?: string;
  readonly kid?: string;
  readonly path?: string;
  readonly operations?: readonly string[];
  readonly query?: QueryRecipe;
  /** Null for a URL that never expires. */
  readonly exp?: number | null;
};

export const signatureNotes: Notes = {
  Given: {
    bugType: 'BASIC',
    description: 'One of the vectors that the specification of the signature came with.',
  },
  Expiry: {
    bugType: 'EDGE_CASE',
    description: 'exp is signed and sent as its digits, and has ten of them: seconds, 64 bits.',
  },
  NoExpiry: {
    bugType: 'EDGE_CASE',
    description: 'A URL without exp: 0 is signed in its place, and nothing is sent.',
  },
  Signer: {
    bugType: 'BASIC',
    description: 'Every tenant and every kid has a signing key of its own; its text is the secret.',
  },
  Address: {
    bugType: 'BASIC',
    description: 'SIGNET_URL may end in a slash; the URL has one all the same.',
  },
  Operations: {
    bugType: 'BASIC',
    description: 'Operations are signed and sent as they are written, in the order of the call.',
  },
  Query: {
    bugType: 'BASIC',
    description:
      'The recipe stands in the query, as Alibaba OSS or Baidu BOS spell it: its parameter is the last line of the message, and comes first in the query that is sent.',
  },
  Encoding: {
    bugType: 'ENCODING',
    description: 'The decoded path is signed and the encoded one is sent.',
  },
  LooksEncoded: {
    bugType: 'ENCODING',
    description: 'The name of the source has escapes in it: they are its text and are encoded.',
  },
  NormalForm: {
    bugType: 'ENCODING',
    description: 'Text is signed in the normal form in which it comes; nothing is normalised.',
  },
  LooksForbidden: {
    bugType: 'EDGE_CASE',
    description: 'The path looks like one of those that are refused, and is none.',
  },
  Template: {
    bugType: 'INJECTION',
    description: 'The path would be expanded by a shell, a template or a format string.',
  },
  Longest: {
    bugType: 'EDGE_CASE',
    description: 'As long as it may be: a path of 700 bytes, a tenant of 63 characters.',
  },
};

const query = (name: SpellingName, value: string): QueryRecipe => ({ name, value });

/** The path and the operations of a URL's decoded path. */
function splitTarget(tenant: string, target: string) {
  const [source = '', ...operations] = target.split('__op__');
  return { path: source.slice(tenant.length + 2), operations };
}

/** What the vectors of the specification ask for; their answers are compared, not copied. */
const given: readonly SignatureCase[] = vectors.signatures.map((vector) => {
  const { comment, tenant, kid, exp, path } = vector;
  const asked = { comment, flags: ['Given'], tenant, kid, exp, ...splitTarget(tenant, path) };
  const [name, value = ''] = vector.query ?? [];
  return name === undefined ? asked : { ...asked, query: query(name as SpellingName, value) };
});

const expiries: readonly SignatureCase[] = [
  { comment: 'the last exp of 31 bits', flags: ['Expiry'], exp: 2_147_483_647 },
  { comment: 'the first exp beyond 31 bits', flags: ['Expiry'], exp: 2_147_483_648 },
  { comment: 'the first exp beyond 32 bits', flags: ['Expiry'], exp: 4_294_967_296 },
  { comment: 'the latest exp of ten digits', flags: ['Expiry'], exp: 9_999_999_999 },
  { comment: 'no exp, with operations', flags: ['NoExpiry'], exp: null },
  { comment: 'no exp, without operations', flags: ['NoExpiry'], exp: null, operations: [] },
  {
    comment: 'no exp, in a query spelling',
    flags: ['NoExpiry', 'Query'],
    exp: null,
    query: query('x-oss-process', 'image/resize,w_400'),
  },
];

const signers: readonly SignatureCase[] = [
  { comment: 'a tenant of one letter', flags: ['Signer'], tenant: 'a' },
  { comment: 'a tenant of digits', flags: ['Signer'], tenant: '42' },
  { comment: 'a tenant with hyphens', flags: ['Signer'], tenant: 'a-b-c-1' },
  {
    comment: 'the longest tenant',
    flags: ['Signer', 'Longest'],
    tenant: `${'long-'.repeat(12)}abc`,
  },
  { comment: 'the tenth generation', flags: ['Signer'], kid: 'r1.10' },
  { comment: 'the last generation', flags: ['Signer'], kid: 'r1.999999' },
  { comment: 'another root key', flags: ['Signer'], kid: 'r2.1' },
  { comment: 'a root key with a name of one letter', flags: ['Signer'], kid: 'x.7' },
  { comment: 'the longest kid', flags: ['Signer'], kid: `${longestRoot}.999999` },
  { comment: 'an address with a slash', flags: ['Address'], url: 'https://img.example.com/' },
  { comment: 'an address with a port', flags: ['Address'], url: 'http://127.0.0.1:8080' },
];

const written: readonly (readonly [comment: string, ...operations: string[]])[] = [
  ['an operation without parameters', 'grayscale'],
  ['operations that are not in the canonical order', 'format,f_webp', 'resize,w_400'],
  ['operations that draw nothing', 'orient,o_1', 'quality,q_80'],
  ['a negative value', 'bright,b_-20'],
  ['a colour in small letters', 'background,color_f4efe6'],
  ['another spelling of an operation', 'auto-orient,o_0'],
  ['another spelling of a parameter', 'quality,Q_60'],
  ['a name with a hyphen', 'rounded-corners,r_40'],
  ['a preset', 'style,n_thumb'],
  ['a preset and a format', 'style,n_thumb.v2', 'format,f_jpg'],
  ['a version', 'version,v_3f2a-1', 'resize,w_400'],
  ['an answer in JSON', 'placeholder,k_lqip'],
  ['parameters in another order', 'resize,h_300,w_400,m_fill'],
];

const many = [
  ...['orient,o_0', 'trim,t_10', 'crop,w_200,h_150', 'rotate,a_90', 'flip,d_h', 'resize,w_400'],
  ...['bright,b_20', 'contrast,c_25', 'saturate,s_40', 'grayscale', 'blur,s_8', 'sharpen,s_100'],
  ...['circle,r_100', 'background,color_FFFFFF', 'quality,q_60', 'format,f_webp'],
];

const recipes: readonly SignatureCase[] = [
  ...written.map(([comment, ...operations]) => ({ comment, flags: ['Operations'], operations })),
  { comment: 'sixteen operations', flags: ['Operations'], operations: many },
  ...(
    [
      ['a preset in the OSS spelling', 'x-oss-process', 'style/thumb'],
      ['a value without its parameter', 'x-oss-process', 'image/rotate,90/quality,60'],
      ['an operation alone', 'x-oss-process', 'image/info'],
      ['operations in the order of their execution', 'x-oss-process', 'image/resize,w_9/blur,s_8'],
      ['a negative value in the BOS spelling', 'x-bce-process', 'image/bright,b_-20'],
    ] as const
  ).map(([comment, name, value]) => ({ comment, flags: ['Query'], query: query(name, value) })),
  {
    comment: 'a path that has to be encoded, in a query spelling',
    flags: ['Query', 'Encoding'],
    path: 'a b+c/日本 (1).png',
    query: query('x-bce-process', 'image/resize,w_400/format,f_webp'),
  },
];

const paths: readonly (readonly [flag: string, comment: string, path: string])[] = [
  ['Encoding', 'a space, a plus and a percent sign', 'a b+c%d.jpg'],
  ['Encoding', 'what parts a URL', 'a?b=c&d=e;f#g.jpg'],
  ['Encoding', 'quotes, brackets and a star', `"a" 'b' (c) [d] {e} <f> *g*!.jpg`],
  ['Encoding', 'an at sign, a colon and a dollar sign in each segment', '@a:b$c/@d:e$f.jpg'],
  ['Encoding', 'what stays bare', 'A-Z_a.z~0,9/-_.~,.jpg'],
  ['Encoding', 'two, three and four bytes to a character', 'é/漢/😀.jpg'],
  ['Encoding', 'an emoji of seven code points', '👩‍👩‍👧‍👦.png'],
  ['Encoding', 'a byte-order mark, which is a character', '\ufeffcat.jpg'],
  ['Encoding', 'a line separator and a no-break space', 'a\u2028b\u00a0c.jpg'],
  ['Encoding', 'the first and the last code point of four bytes', '\u{10000}\u{10ffff}.jpg'],
  ['Encoding', 'a space at both ends', ' cat.jpg '],
  ['Encoding', 'right to left', 'صور/قطة.jpg'],
  ['LooksEncoded', 'an escape', 'a%20b.jpg'],
  ['LooksEncoded', 'an encoded slash', 'a%2Fb.jpg'],
  ['LooksEncoded', 'an encoded dot segment', '%2e%2e/cat.jpg'],
  ['LooksEncoded', 'a percent sign that is no escape', '100%zz%.jpg'],
  ['LooksEncoded', 'an escape of an escape', 'a%2520b.jpg'],
  ['NormalForm', 'composed', 'caf\u00e9.jpg'],
  ['NormalForm', 'decomposed', 'cafe\u0301.jpg'],
  ['NormalForm', 'a compatibility character', '\ufb01ne \u2460.jpg'],
  ['NormalForm', 'Hangul as jamo', '\u1112\u1161\u11ab.jpg'],
  ['NormalForm', 'full-width letters and digits', 'ｃａｔ４００.jpg'],
  ['NormalForm', 'a letter whose capital has two', 'straße/İ.jpg'],
  ['LooksForbidden', 'names of dots', '.../a../..b/.hidden'],
  ['LooksForbidden', 'three underscores behind op', '__op/___op.jpg'],
  ['LooksForbidden', 'a name that ends in op', 'a/_op'],
  ['LooksForbidden', 'watermarks further down', 'a/_watermarks/b.png'],
  ['LooksForbidden', 'a name that begins like the reserved one', '_watermarks2/b.png'],
  ['LooksForbidden', 'a query in a name', 'cat.jpg?exp=1&kid=r1.1&sig=x'],
  ['Template', 'a shell', '$(id) `id` $HOME ; id | tee & ~ *'],
  ['Template', 'a format string', '%s %d %n %(x)s %1$s %%.jpg'],
  ['Template', 'templates', '#{1+1} {{7*7}} <%= 7 %> {0} $1 &amp;.jpg'],
  ['Template', 'options of a command', '-n --help -e.jpg'],
  ['Template', 'a name of one digit', '0'],
  ['Longest', '700 bytes of one each', 'a'.repeat(700)],
  ['Longest', '700 bytes of three and one', `${'漢'.repeat(233)}a`],
];

export const signatureCases: readonly SignatureCase[] = [
  ...given,
  ...expiries,
  ...signers,
  ...recipes,
  ...paths.map(([flag, comment, path]) => ({ comment, flags: [flag], path })),
];
