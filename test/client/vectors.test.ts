import { describe, expect, it } from 'vitest';
import { type Minter, SignetError, signet, type UrlOptions } from '../../client/signet.ts';
import { strict } from '../../client/strict.ts';
import {
  encodingFile,
  grantFile,
  type HostileVector,
  hostileFile,
  isAhead,
  type SignatureVector,
  signatureFile,
  testsOf,
} from '../languages/vector-files.ts';

/* The client against the vectors for signers in other languages. */

type Signer = Pick<SignatureVector, 'url' | 'tenant' | 'kid' | 'signingKey'>;

const minterOf = ({ url, tenant, kid, signingKey: key }: Signer): Minter =>
  signet({ url, tenant, kid, key });

const url = 'https://img.example.com';
const until = (exp: number): Date => new Date(exp * 1_000);
const how = ({ exp }: { readonly exp: number | null }): UrlOptions => ({
  expires: exp === null ? 'never' : until(exp),
});

type SignedCall = Pick<SignatureVector, 'operations' | 'query'>;
const recipeOf = ({ query, operations }: SignedCall): string | readonly string[] =>
  query === undefined ? operations : `${query.name}=${query.value}`;

const urlOf = (vector: SignatureVector): string =>
  vector.url.replace(/\/$/, '') + vector.pathAndQuery;

const signatures = testsOf(signatureFile, 'valid').filter(({ exp }) => isAhead(exp));
const mistakes = testsOf(signatureFile, 'invalid').filter(({ exp }) => isAhead(exp));
const grants = testsOf(grantFile, 'valid').filter(({ claims }) => isAhead(claims.exp));

describe('the client with the vectors for signers', () => {
  it.each(signatures)('signs $tcId, $comment', async (vector) => {
    const images = minterOf(vector);
    for (const minter of [images, strict(images)])
      expect(await minter.url(vector.path, recipeOf(vector), how(vector))).toBe(urlOf(vector));
  });

  it.each(mistakes)('does not sign $comment', async (vector) => {
    const made = await minterOf(vector).url(vector.path, recipeOf(vector), how(vector));
    expect(made).not.toBe(urlOf(vector));
  });

  const [anySigner] = signatures;
  it('encodes paths as in the vectors', async () => {
    if (anySigner === undefined) throw new Error('there are no vectors');
    const images = minterOf(anySigner);
    const begins = async (path: string, encoded: string): Promise<boolean> =>
      (await images.url(path)).startsWith(`${anySigner.url}/${anySigner.tenant}/${encoded}?`);
    const [right, wrong] = [testsOf(encodingFile, 'valid'), testsOf(encodingFile, 'invalid')];
    expect(right.length).toBeGreaterThan(50);
    for (const { path, encoded } of right) expect(await begins(path, encoded)).toBe(true);
    for (const { path, encoded } of wrong) expect(await begins(path, encoded)).toBe(false);
  });

  it.each(grants)('mints grant $tcId, $comment', async (vector) => {
    const { scope = [], exp, nbf, presets } = vector.claims;
    const asked = { scope, expires: until(Number(exp)) };
    const begin = nbf === undefined ? {} : { notBefore: until(nbf) };
    const narrowed = presets === undefined ? {} : { presets: [presets].flat() };
    const grant = await minterOf({ url, ...vector }).grant({ ...asked, ...begin, ...narrowed });
    expect(grant).toBe(vector.jwt);
  });

  /** These cannot be passed: a `Date` is rounded to seconds, and a string has no invalid bytes. */
  const inexpressible = ['Fraction', 'InvalidUtf8'];
  /** The client does not limit the length of a preset name. */
  const acceptedCase = 'a preset of 65 characters';
  const hostile = testsOf(hostileFile, 'invalid').filter(
    ({ flags, comment, nbf }) =>
      // `nbf` is passed as a `Date`, so its unit cannot be wrong.
      nbf === undefined &&
      comment !== acceptedCase &&
      !flags.some((flag) => inexpressible.includes(flag)),
  );

  async function callMinter(vector: HostileVector): Promise<string> {
    const images = strict(minterOf(vector));
    const { path = '', operations = [], query, exp, scope, presets } = vector;
    if (scope === undefined) return images.url(path, recipeOf({ operations, query }), how(vector));
    const narrowed = presets === undefined ? {} : { presets };
    return images.grant({ scope, expires: until(Number(exp)), ...narrowed });
  }

  it.each(hostile)('refuses $tcId, $comment, with a message', async (vector) => {
    const refused = await callMinter(vector).then(String, (thrown: unknown) => thrown);
    expect(refused).toBeInstanceOf(SignetError);
    const { message } = refused as SignetError;
    expect(message).toMatch(/^[^\n]{10,800}$/);
    if (vector.signingKey !== '') expect(message).not.toContain(vector.signingKey);
  });
});
