import { CompactSign } from 'jose';
import { nodeCrypto } from '../../shared/adapters/crypto.ts';
import { grantType, verifyGrant } from '../../shared/request/grant.ts';
import { type GrantClaims, mintGrant } from '../../shared/request/mint-grant.ts';
import vectors from '../../test/vectors/signature.json' with { type: 'json' };
import { knownExp, knownRing, longestRoot, signerOf } from './known-signer.ts';
import { type Json, type Notes, type Vector, vectorFile } from './vector-file.ts';

const notes: Notes = {
  Given: {
    bugType: 'BASIC',
    description: 'A test vector from the specification of grants.',
  },
  Scope: {
    bugType: 'BASIC',
    description:
      'A scope is the path of a source, a/b/* for everything below a/b/, or * for the whole tenant. A single scope is a string, several are a list. Any other star is part of a name.',
  },
  Text: {
    bugType: 'ENCODING',
    description:
      'Claims are decoded text in UTF-8. Nothing is percent-encoded, and JSON escapes only the quotation mark.',
  },
  Optional: {
    bugType: 'BASIC',
    description: 'nbf and presets follow the other claims, and are left out if they are not given.',
  },
  Signer: {
    bugType: 'BASIC',
    description: 'iss is the tenant that the signing key belongs to, and kid names that key.',
  },
  Longest: {
    bugType: 'EDGE_CASE',
    description: 'The largest number of scopes and the latest expiry.',
  },
  WrongHeader: {
    bugType: 'AUTH_BYPASS',
    description: 'The header contains exactly alg, typ and kid with these values.',
  },
  WrongClaims: {
    bugType: 'AUTH_BYPASS',
    description: 'A claim is missing, has another type, belongs to another tenant or is unknown.',
  },
  WrongKey: {
    bugType: 'WRONG_PRIMITIVE',
    description: 'The secret is the text of the signing key, all 47 ASCII characters.',
  },
};

type Case = {
  readonly comment: string;
  readonly flags: readonly string[];
  readonly tenant?: string;
  readonly kid?: string;
} & GrantClaims;

const exp = knownExp;

const scopes: readonly (readonly [flag: string, comment: string, scope: readonly string[]])[] = [
  ['Scope', 'the whole tenant', ['*']],
  ['Scope', 'one source', ['cat.jpg']],
  ['Scope', 'one source in folders', ['albums/2026/08/cat.jpg']],
  ['Scope', 'everything below a folder', ['albums/*']],
  ['Scope', 'two scopes', ['albums/2026/*', 'cat.jpg']],
  ['Scope', 'the same scope twice', ['cat.jpg', 'cat.jpg']],
  ['Scope', 'a star in a name', ['a*b.jpg']],
  ['Scope', 'two stars, which are part of a source name', ['albums/**']],
  ['Scope', 'a star as a folder name', ['albums/*/cat.jpg']],
  ['Text', 'a space, a plus and a percent sign', ['a b+c%20d/*']],
  ['Text', 'quotation marks', [`"a" 'b'/*`]],
  ['Text', 'characters that HTML escapes', ['<a>&b</script>/*']],
  ['Text', 'accents, composed and combining', ['caf\u00e9/*', 'cafe\u0301/*']],
  ['Text', 'Japanese', ['日本/*']],
  ['Text', 'an emoji', ['👩‍👩‍👧‍👦/*']],
  ['Text', 'a line separator', ['a\u2028b/*']],
  ['Text', 'a format string', ['%s %d $1 {0} #{x}/*']],
  ['Longest', 'sixteen scopes', Array.from({ length: 16 }, (_, at) => `album-${at}/*`)],
];

const specificationCases: readonly Case[] = vectors.grants.map(({ comment, kid, claims }) => ({
  comment,
  flags: ['Given'],
  tenant: claims.iss,
  kid,
  scope: [claims.scope],
  exp: claims.exp,
  ...('presets' in claims ? { presets: claims.presets } : {}),
}));

const cases: readonly Case[] = [
  ...specificationCases,
  ...scopes.map(([flag, comment, scope]) => ({ comment, flags: [flag], scope, exp })),
  { comment: 'the latest exp', flags: ['Longest'], scope: ['*'], exp: 9_999_999_999 },
  { comment: 'nbf', flags: ['Optional'], scope: ['*'], exp, nbf: exp - 3_600 },
  { comment: 'one preset', flags: ['Optional'], scope: ['*'], exp, presets: ['thumb'] },
  {
    comment: 'nbf and three presets',
    flags: ['Optional'],
    scope: ['a/*', 'b/*'],
    exp,
    nbf: exp - 1,
    presets: ['thumb', 'hero.v2', '2x-Large'],
  },
  { comment: 'another tenant', flags: ['Signer'], tenant: 'shop-7', scope: ['*'], exp },
  { comment: 'another root key', flags: ['Signer'], kid: 'r2.31', scope: ['*'], exp },
  {
    comment: 'the longest kid',
    flags: ['Signer'],
    kid: `${longestRoot}.999999`,
    scope: ['*'],
    exp,
  },
];

async function vector(one: Case): Promise<Vector> {
  const { comment, flags, tenant = 'acme', kid, scope, exp: until, nbf, presets } = one;
  const signer = signerOf(tenant, kid);
  const request = {
    scope,
    exp: until,
    ...(nbf === undefined ? {} : { nbf }),
    ...(presets === undefined ? {} : { presets }),
  };
  const jwt = await mintGrant(tenant, request, signer);
  verifyGrant(nodeCrypto, knownRing, jwt, tenant);
  const claims = { iss: tenant, ...request, scope: scope.length === 1 ? String(scope[0]) : scope };
  return { comment, flags, tenant, ...signer, claims, jwt, result: 'valid' };
}

type Bad = {
  readonly comment: string;
  readonly flag: string;
  readonly header?: { readonly alg: string; readonly [name: string]: string };
  readonly claims?: Readonly<Record<string, Json>>;
  readonly secret?: (signingKey: string) => string | Buffer;
};

const header = { alg: 'HS256', typ: grantType, kid: 'r1.1' };
const claims = { iss: 'acme', scope: '*', exp };

const badHeaders: readonly Bad[] = [
  { alg: header.alg, kid: header.kid },
  { ...header, typ: 'JWT' },
  { ...header, typ: `application/${grantType}` },
  { ...header, cty: 'json' },
  { alg: header.alg, typ: header.typ },
  { ...header, kid: 'r1' },
  { ...header, kid: 'r1.0' },
  { ...header, kid: 'r1.01' },
].map((one) => ({ comment: JSON.stringify(one), flag: 'WrongHeader', header: one }));

const badClaims: readonly Bad[] = (
  [
    { iss: 'acme', scope: '*' },
    { iss: 'acme', exp },
    { scope: '*', exp },
    { ...claims, iss: 'other' },
    { ...claims, exp: exp * 1_000 },
    { ...claims, exp: String(exp) },
    { ...claims, scope: [] },
    { ...claims, scope: '/albums/*' },
    { ...claims, scope: 'albums/' },
    { ...claims, scope: 'albums//*' },
    { ...claims, scope: 'a/../*' },
    { ...claims, presets: [] },
    { ...claims, presets: 'thumb' },
    { ...claims, aud: 'img.example.com' },
    { ...claims, tenant: 'acme' },
  ] as const
).map((one) => ({ comment: JSON.stringify(one), flag: 'WrongClaims', claims: one }));

const badKeys: readonly Bad[] = [
  {
    comment: 'the signing key, decoded',
    flag: 'WrongKey',
    secret: (signingKey) => Buffer.from(signingKey.slice(4), 'base64url'),
  },
  { comment: 'the signing key without sgn_', flag: 'WrongKey', secret: (own) => own.slice(4) },
  { comment: 'the signing key with a line break', flag: 'WrongKey', secret: (own) => `${own}\n` },
  {
    comment: 'the signing key of another tenant',
    flag: 'WrongKey',
    secret: () => signerOf('other').signingKey,
  },
];

function isAccepted(jwt: string): boolean {
  try {
    verifyGrant(nodeCrypto, knownRing, jwt, 'acme');
    return true;
  } catch {
    return false;
  }
}

/** A JWT that a library could make and the service rejects. */
async function invalid(bad: Bad): Promise<Vector> {
  const { comment, flag, secret = (own: string) => own } = bad;
  const signer = signerOf('acme');
  const payload = bad.claims ?? claims;
  const jwt = await new CompactSign(Buffer.from(JSON.stringify(payload)))
    .setProtectedHeader(bad.header ?? header)
    .sign(Buffer.from(secret(signer.signingKey)));
  if (isAccepted(jwt)) throw new Error(`${comment}: the edge accepts it`);
  const common = { comment, flags: [flag], tenant: 'acme', ...signer };
  return { ...common, claims: payload, jwt, result: 'invalid' };
}

/** Returns the text of grants.json. */
export async function grants(): Promise<string> {
  const tests = await Promise.all(cases.map(vector));
  for (const { comment, grant } of vectors.grants)
    if (tests.find((test) => test.comment === comment)?.['jwt'] !== grant)
      throw new Error(`the grant "${comment}" of the specification is not reproduced`);
  return vectorFile({
    algorithm: 'SIGNET-V1-GRANT-HS256',
    header: [
      'Grants are JWTs (RFC 7519) with HS256. The secret is the text of the signing key, all 47 ASCII characters. Do not decode it.',
      'The header is {"alg":"HS256","typ":"signet-grant+jwt","kid"}. The claims are iss, scope, exp, nbf and presets; the last two are optional. jwt has the members in this order and no whitespace, so that equal grants have equal texts. The service accepts any order.',
      'result "invalid": the service rejects jwt.',
    ],
    notes,
    groups: [
      { type: 'Grant', tests },
      {
        type: 'GrantMistake',
        tests: await Promise.all([...badHeaders, ...badClaims, ...badKeys].map(invalid)),
      },
    ],
  });
}
