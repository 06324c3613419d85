import type { QueryRecipe, SpellingName } from '../../shared/recipe/spellings.ts';
import vectors from '../../test/vectors/signature.json' with { type: 'json' };
import { longestRoot } from './known-signer.ts';
import type { Notes } from './vector-file.ts';

/** A request to a signer. Fields that are left out have default values. */
export type SignatureCase = {
  readonly comment: string;
  readonly flags: readonly string[];
  readonly url?: string;
  readonly tenant?: string;
  readonly kid?: string;
  readonly path?: string;
  readonly operations?: readonly string[];
  readonly query?: QueryRecipe;
  /** Unix seconds; null for a URL that never expires. */
  readonly exp?: number | null;
};

export const signatureNotes: Notes = {
  Given: {
    bugType: 'BASIC',
    description: 'A test vector from the specification of signatures.',
  },
  Expiry: {
    bugType: 'EDGE_CASE',
    description:
      'exp is a time in seconds, signed and sent as ten digits. It needs a 64-bit integer.',
  },
  NoExpiry: {
    bugType: 'EDGE_CASE',
    description: 'A URL without exp: 0 is signed instead, and no exp is sent.',
  },
  Signer: {
    bugType: 'BASIC',
    description: 'Each tenant and kid has its own signing key. Its text is the secret.',
  },
  Address: {
    bugType: 'BASIC',
    description: 'SIGNET_URL may end in a slash. The signed URL has only one.',
  },
  Operations: {
    bugType: 'BASIC',
    description: 'Operations are signed and sent as written, in the order of the call.',
  },
  Query: {
    bugType: 'BASIC',
    description:
      'The recipe is in the query, in the spelling of Alibaba OSS or Baidu BOS. Its parameter is the last line of the message and comes first in the query that is sent.',
  },
  Encoding: {
    bugType: 'ENCODING',
    description: 'The decoded path is signed, the encoded path is sent.',
  },
  LooksEncoded: {
    bugType: 'ENCODING',
    description:
      'The source name contains percent escapes. They are plain text, so their percent signs are escaped.',
  },
  NormalForm: {
    bugType: 'ENCODING',
    description: 'Text is signed in the Unicode form that it has. Nothing is normalised.',
  },
  LooksForbidden: {
    bugType: 'EDGE_CASE',
    description: 'The path looks like a forbidden one, but is allowed.',
  },
  Template: {
    bugType: 'INJECTION',
    description: 'A shell, a template or a format string would expand the path.',
  },
  Longest: {
    bugType: 'EDGE_CASE',
    description: 'The longest path (700 bytes) or tenant name (63 characters).',
  },
};

const query = (name: SpellingName, value: string): QueryRecipe => ({ name, value });

/** Splits the decoded path of a URL into the path of the source and the operations. */
function splitTarget(tenant: string, target: string) {
  const [source = '', ...operations] = target.split('__op__');
  return { path: source.slice(tenant.length + 2), operations };
}

/** The requests of the specification. Its results are compared, not copied. */
const specificationCases: readonly SignatureCase[] = vectors.signatures.map((vector) => {
  const { comment, tenant, kid, exp, path } = vector;
  const request = { comment, flags: ['Given'], tenant, kid, exp, ...splitTarget(tenant, path) };
  const [name, value = ''] = vector.query ?? [];
  return name === undefined ? request : { ...request, query: query(name as SpellingName, value) };
});

const expiries: readonly SignatureCase[] = [
  { comment: 'the largest exp of 31 bits', flags: ['Expiry'], exp: 2_147_483_647 },
  { comment: 'the smallest exp of 32 bits', flags: ['Expiry'], exp: 2_147_483_648 },
  { comment: 'the smallest exp of 33 bits', flags: ['Expiry'], exp: 4_294_967_296 },
  { comment: 'the latest exp of ten digits', flags: ['Expiry'], exp: 9_999_999_999 },
  { comment: 'no exp, with operations', flags: ['NoExpiry'], exp: null },
  { comment: 'no exp, without operations', flags: ['NoExpiry'], exp: null, operations: [] },
  {
    comment: 'no exp, with a recipe in the query',
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
  {
    comment: 'a service URL with a slash at the end',
    flags: ['Address'],
    url: 'https://img.example.com/',
  },
  { comment: 'a service URL with a port', flags: ['Address'], url: 'http://127.0.0.1:8080' },
];

const written: readonly (readonly [comment: string, ...operations: string[]])[] = [
  ['an operation without parameters', 'grayscale'],
  ['operations in another order than the canonical one', 'format,f_webp', 'resize,w_400'],
  ['operations without an effect', 'orient,o_1', 'quality,q_80'],
  ['a negative value', 'bright,b_-20'],
  ['a colour in lower case', 'background,color_f4efe6'],
  ['another spelling of an operation', 'auto-orient,o_0'],
  ['another spelling of a parameter', 'quality,Q_60'],
  ['an operation name with a hyphen', 'rounded-corners,r_40'],
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
      ['values without parameters', 'x-oss-process', 'image/rotate,90/quality,60'],
      ['a preset with underscores in the BOS spelling', 'x-bce-process', 'style/list_s'],
      ['a watermark', 'x-oss-process', 'image/watermark,image_bWFyay5wbmc,g_nw'],
      ['a watermark with padding', 'x-bce-process', 'image/watermark,image_YS9tYXJrcw==,xp_5'],
      ['a single operation', 'x-oss-process', 'image/info'],
      ['operations in the order of execution', 'x-oss-process', 'image/resize,w_9/blur,s_8'],
      ['a negative value in the BOS spelling', 'x-bce-process', 'image/bright,b_-20'],
    ] as const
  ).map(([comment, name, value]) => ({ comment, flags: ['Query'], query: query(name, value) })),
  {
    comment: 'a path that must be encoded, with a recipe in the query',
    flags: ['Query', 'Encoding'],
    path: 'a b+c/日本 (1).png',
    query: query('x-bce-process', 'image/resize,w_400/format,f_webp'),
  },
];

const paths: readonly (readonly [flag: string, comment: string, path: string])[] = [
  ['Encoding', 'a space, a plus and a percent sign', 'a b+c%d.jpg'],
  ['Encoding', 'the delimiters of a URL', 'a?b=c&d=e;f#g.jpg'],
  ['Encoding', 'quotes, brackets and a star', `"a" 'b' (c) [d] {e} <f> *g*!.jpg`],
  ['Encoding', 'an at sign, a colon and a dollar sign in each segment', '@a:b$c/@d:e$f.jpg'],
  ['Encoding', 'all characters that are not escaped', 'A-Z_a.z~0,9/-_.~,.jpg'],
  ['Encoding', 'characters of two, three and four bytes', 'é/漢/😀.jpg'],
  ['Encoding', 'an emoji of seven code points', '👩‍👩‍👧‍👦.png'],
  ['Encoding', 'a byte-order mark, which is part of the name', '\ufeffcat.jpg'],
  ['Encoding', 'a line separator and a no-break space', 'a\u2028b\u00a0c.jpg'],
  ['Encoding', 'the first and the last code point of four bytes', '\u{10000}\u{10ffff}.jpg'],
  ['Encoding', 'a space at both ends', ' cat.jpg '],
  ['Encoding', 'right-to-left text', 'صور/قطة.jpg'],
  ['LooksEncoded', 'an escape', 'a%20b.jpg'],
  ['LooksEncoded', 'an encoded slash', 'a%2Fb.jpg'],
  ['LooksEncoded', 'an encoded dot segment', '%2e%2e/cat.jpg'],
  ['LooksEncoded', 'percent signs that start no escape', '100%zz%.jpg'],
  ['LooksEncoded', 'an escaped escape', 'a%2520b.jpg'],
  ['NormalForm', 'composed', 'caf\u00e9.jpg'],
  ['NormalForm', 'decomposed', 'cafe\u0301.jpg'],
  ['NormalForm', 'a compatibility character', '\ufb01ne \u2460.jpg'],
  ['NormalForm', 'Hangul as jamo', '\u1112\u1161\u11ab.jpg'],
  ['NormalForm', 'full-width letters and digits', 'ｃａｔ４００.jpg'],
  ['NormalForm', 'letters that change length in another case', 'straße/İ.jpg'],
  ['LooksForbidden', 'names with dots', '.../a../..b/.hidden'],
  ['LooksForbidden', 'underscores around op', '__op/___op.jpg'],
  ['LooksForbidden', 'a name that ends in op', 'a/_op'],
  ['LooksForbidden', 'watermarks in a subfolder', 'a/_watermarks/b.png'],
  ['LooksForbidden', 'a name that begins like the reserved one', '_watermarks2/b.png'],
  ['LooksForbidden', 'a query in a name', 'cat.jpg?exp=1&kid=r1.1&sig=x'],
  ['Template', 'a shell command', '$(id) `id` $HOME ; id | tee & ~ *'],
  ['Template', 'a format string', '%s %d %n %(x)s %1$s %%.jpg'],
  ['Template', 'templates', '#{1+1} {{7*7}} <%= 7 %> {0} $1 &amp;.jpg'],
  ['Template', 'command-line options', '-n --help -e.jpg'],
  ['Template', 'a name of one digit', '0'],
  ['Longest', '700 characters of one byte', 'a'.repeat(700)],
  ['Longest', '233 characters of three bytes and one of one', `${'漢'.repeat(233)}a`],
];

export const signatureCases: readonly SignatureCase[] = [
  ...specificationCases,
  ...expiries,
  ...signers,
  ...recipes,
  ...paths.map(([flag, comment, path]) => ({ comment, flags: [flag], path })),
];
