import { readFileSync } from 'node:fs';
import * as v from 'valibot';
import { describe, expect, it } from 'vitest';
import { nodeCrypto } from '../../../shared/adapters/crypto.ts';
import { rootKeyring } from '../../../shared/keys/keyring.ts';
import { splitUrl } from '../../../shared/recipe/request-url.ts';
import { mint } from '../../../shared/request/mint.ts';
import { separator } from '../../../shared/url/path.ts';
import { sign, signedMessage, verifyUrlSignature } from '../../../shared/url/signature.ts';
import { keySet } from '../keys/known-keys.ts';

const vectorSchema = v.object({
  tcId: v.number(),
  comment: v.string(),
  tenant: v.string(),
  generation: v.number(),
  kid: v.string(),
  exp: v.nullable(v.number()),
  path: v.string(),
  query: v.optional(v.tuple([v.string(), v.string()])),
  signingKey: v.string(),
  message: v.string(),
  sig: v.string(),
  url: v.string(),
});
const fileSchema = v.object({ root: v.string(), signatures: v.array(vectorSchema) });
const file = new URL('../../vectors/signature.json', import.meta.url);
const vectors = v.parse(fileSchema, JSON.parse(readFileSync(file, 'utf8')));

const ring = rootKeyring(nodeCrypto, keySet({ kid: 'r1', k: vectors.root }));
type Vector = v.InferOutput<typeof vectorSchema>;

const partsOf = ({ kid, exp, path, query }: Vector) => {
  const parts = { kid, exp: exp === null ? undefined : String(exp), target: path };
  const [name, value] = query ?? [];
  return name === undefined || value === undefined ? parts : { ...parts, query: { name, value } };
};

describe.each(vectors.signatures)('vector $tcId, $comment', (vector) => {
  it('has this signing key', () => {
    expect(ring.signingKey(vector.tenant, vector.kid)).toBe(vector.signingKey);
    expect(vector.kid).toBe(`r1.${vector.generation}`);
  });

  it('has this message and this signature', () => {
    expect(signedMessage(partsOf(vector))).toBe(vector.message);
    expect(sign(nodeCrypto, vector.signingKey, partsOf(vector))).toBe(vector.sig);
    expect(verifyUrlSignature(nodeCrypto, vector.signingKey, partsOf(vector), vector.sig)).toBe(
      true,
    );
  });
});

const suffixed = vectors.signatures.filter(({ query }) => query === undefined);

describe.each(suffixed)('the URL of vector $tcId, $comment', (vector) => {
  const [source = '', ...operations] = vector.path.split(separator);
  const path = source.slice(vector.tenant.length + 2);

  it('is what mint makes of its parts', () => {
    const exp = vector.exp ?? undefined;
    const request = { tenant: vector.tenant, path, operations, exp };
    expect(mint(nodeCrypto, 'https://img.example.com', request, vector)).toBe(vector.url);
  });

  it('is split into its parts', () => {
    const at = vector.url.indexOf('/', 'https://'.length);
    const [uri = '', querystring = ''] = vector.url.slice(at).split('?');
    expect(splitUrl(uri, querystring)).toEqual({
      tenant: vector.tenant,
      path,
      operations: operations.length === 0 ? undefined : operations.join(separator),
      uri,
      target: vector.path,
      exp: vector.exp === null ? undefined : String(vector.exp),
      kid: vector.kid,
      sig: vector.sig,
    });
  });
});

const queried = vectors.signatures.filter(({ query }) => query !== undefined);

describe.each(queried)('the URL of vector $tcId, $comment', (vector) => {
  it('is split into the parts that were signed', () => {
    const at = vector.url.indexOf('/', 'https://'.length);
    const [uri = '', querystring = ''] = vector.url.slice(at).split('?');
    const url = splitUrl(uri, querystring);
    expect(signedMessage({ ...url, kid: vector.kid })).toBe(signedMessage(partsOf(vector)));
    expect(
      verifyUrlSignature(nodeCrypto, vector.signingKey, { ...url, kid: vector.kid }, url.sig ?? ''),
    ).toBe(true);
  });
});

it('at least seven URLs of the vectors are checked both ways', () => {
  expect(suffixed.length).toBeGreaterThanOrEqual(7);
});
