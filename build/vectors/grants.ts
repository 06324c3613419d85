import { CompactSign } from 'jose';
import { type GrantClaims, grantType, mintGrant, verifyGrant } from '../../shared/request/grant.ts';
import vectors from '../../test/vectors/signature.json' with { type: 'json' };
import { knownExp, knownRing, longestRoot, signerOf } from './known-signer.ts';
import { type Json, type Notes, type Vector, vectorFile } from './vector-file.ts';

const notes: Notes = {
  Given: {
    bugType: 'BASIC',
    description: 'One of the vectors that the specification of the grant came with.',
  },
  Scope: {
    bugType: 'BASIC',
    description:
      'A source, a/b/* for all below a/b/, or * for all of the tenant; one as text, several as a list. Any other star is part of a name.',
  },
  Text: {
    bugType: 'ENCODING',
    description:
      'Claims are decoded text, as UTF-8: nothing is percent-encoded, and JSON escapes the quotation mark alone.',
  },
  Optional: {
    bugType: 'BASIC',
    description: 'nbf and presets stand behind the others, and only where they are given.',
  },
  Signer: {
    bugType: 'BASIC',
    description: 'iss is the tenant whose signing key signs, and kid names that key.',
  },
  Longest: { bugType: 'EDGE_CASE', description: 'As many scopes, or as late, as there may be.' },
  WrongHeader: {
    bugType: 'AUTH_BYPASS',
    description: 'The header has alg, typ and kid with these values, and nothing else.',
  },
  WrongClaims: {
    bugType: 'AUTH_BYPASS',
    description:
      'A claim is missing, of another type, of another tenant, or none that a grant has.',
  },
  WrongKey: {
    bugType: 'WRONG_PRIMITIVE',
    description: 'The signing key is used as text: its 47 ASCII characters are the secret.',
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
  ['Scope', 'one source, deep', ['albums/2026/08/cat.jpg']],
  ['Scope', 'all below a folder', ['albums/*']],
  ['Scope', 'two scopes', ['albums/2026/*', 'cat.jpg']],
  ['Scope', 'the same scope twice', ['cat.jpg', 'cat.jpg']],
  ['Scope', 'a star in a name', ['a*b.jpg']],
  ['Scope', 'two stars, which name a source', ['albums/**']],
  ['Scope', 'a star inside', ['albums/*/cat.jpg']],
  ['Text', 'a space, a plus and a percent sign', ['a b+c%20d/*']],
  ['Text', 'quotation marks', [`"a" 'b'/*`]],
  ['Text', 'what HTML escapes', ['<a>&b</script>/*']],
  ['Text', 'accents, composed and combining', ['caf\u00e9/*', 'cafe\u0301/*']],
  ['Text', 'Japanese', ['日本/*']],
  ['Text', 'an emoji', ['👩‍👩‍👧‍👦/*']],
  ['Text', 'a line separator', ['a\u2028b/*']],
  ['Text', 'a format string', ['%s %d $1 {0} #{x}/*']],
  ['Longest', 'sixteen scopes', Array.from({ length: 16 }, (_, at) => `album-${at}/*`)],
];

const given: readonly Case[] = vectors.grants.map(({ comment, kid, claims }) => ({
  comment,
  flags: ['Given'],
  tenant: claims.iss,
  kid,
  scope: [claims.scope],
  exp: claims.exp,
  ...('presets' in claims ? { presets: claims.presets } : {}),
}));

const cases: readonly Case[] = [
  ...given,
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

async function vector(asked: Case): Promise<Vector> {
  const { comment, flags, tenant = 'acme', kid, scope, exp: until, nbf, presets } = asked;
  const signer = signerOf(tenant, kid);
  const request = {
    scope,
    exp: until,
    ...(nbf === undefined ? {} : { nbf }),
    ...(presets === undefined ? {} : { presets }),
  };
  const jwt = await mintGrant(tenant, request, signer);
  await verifyGrant(knownRing, jwt, tenant);
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
    comment: 'the key decoded',
    flag: 'WrongKey',
    secret: (signingKey) => Buffer.from(signingKey.slice(4), 'base64url'),
  },
  { comment: 'the key without sgn_', flag: 'WrongKey', secret: (own) => own.slice(4) },
  { comment: 'the key with a line end', flag: 'WrongKey', secret: (own) => `${own}\n` },
  { comment: 'of another tenant', flag: 'WrongKey', secret: () => signerOf('other').signingKey },
];

/** A JWT as a library would make it, that the edge refuses. */
async function invalid(bad: Bad): Promise<Vector> {
  const { comment, flag, secret = (own: string) => own } = bad;
  const signer = signerOf('acme');
  const payload = bad.claims ?? claims;
  const jwt = await new CompactSign(Buffer.from(JSON.stringify(payload)))
    .setProtectedHeader(bad.header ?? header)
    .sign(Buffer.from(secret(signer.signingKey)));
  const taken = await verifyGrant(knownRing, jwt, 'acme').then(
    () => true,
    () => false,
  );
  if (taken) throw new Error(`${comment}: the edge takes it`);
  const common = { comment, flags: [flag], tenant: 'acme', ...signer };
  return { ...common, claims: payload, jwt, result: 'invalid' };
}

/** The text of grants.json. */
export async function grants(): Promise<string> {
  const tests = await Promise.all(cases.map(vector));
  for (const { comment, grant } of vectors.grants)
    if (tests.find((test) => test.comment === comment)?.['jwt'] !== grant)
      throw new Error(`the given grant "${comment}" does not come out`);
  return vectorFile({
    algorithm: 'SIGNET-V1-GRANT-HS256',
    header: [
      'Grants: JWTs (RFC 7519) over HS256. The secret is the signing key as text: its 47 ASCII characters, which nobody decodes.',
      'The header is {"alg":"HS256","typ":"signet-grant+jwt","kid"}; the claims are iss, scope, exp, nbf, presets, the last two where they are given. jwt has both in this order, without blanks, so that equal grants are equal text; the edge takes any order.',
      'result "invalid": the edge refuses jwt.',
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
