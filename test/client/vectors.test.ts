import { describe, expect, it } from 'vitest';
import { signet } from '../../client/signet.ts';
import { strict } from '../../client/strict.ts';
import { signingKeyOf } from '../shared/known-keys.ts';
import vectors from '../vectors/signature.json' with { type: 'json' };

describe('the vectors', () => {
  it('are seven signatures and two grants at least', () => {
    expect(vectors.signatures.length).toBeGreaterThanOrEqual(9);
    expect(vectors.grants.length).toBeGreaterThanOrEqual(2);
  });

  it.each(vectors.signatures)('$tcId, $comment: is what the client mints', async (vector) => {
    const { tenant, kid, signingKey: key, exp } = vector;
    const [source = '', ...operations] = vector.path.split('__op__');
    const [name, value] = 'query' in vector ? (vector.query ?? []) : [];
    const recipe = name === undefined ? operations : `${name}=${value}`;
    const expires = exp === null ? 'never' : new Date(exp * 1_000);
    const images = signet({ url: 'https://img.example.com', tenant, kid, key });
    const path = source.slice(tenant.length + 2);
    expect(await images.url(path, recipe, { expires })).toBe(vector.url);
    expect(await strict(images).url(path, recipe, { expires })).toBe(vector.url);
  });

  it.each(vectors.grants)('$tcId, $comment: is the grant that the client mints', async (vector) => {
    const { kid, claims, grant } = vector;
    const { iss: tenant, scope, exp } = claims;
    const presets = 'presets' in claims ? (claims.presets ?? []) : undefined;
    const key = signingKeyOf(tenant, kid);
    const images = signet({ url: 'https://img.example.com', tenant, kid, key });
    const asked = { scope, expires: new Date(exp * 1_000) };
    expect(await images.grant(presets === undefined ? asked : { ...asked, presets })).toBe(grant);
  });
});
