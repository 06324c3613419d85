import { createHmac } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { grantMistake } from '../../../operator/explain/grant-mistakes.ts';

describe('a grant with a wrong signature', () => {
  const signingKey = `sgn_${Buffer.alloc(32, 7).toString('base64url')}`;
  const other = `sgn_${Buffer.alloc(32, 8).toString('base64url')}`;
  const signed = (key: string | Buffer): string =>
    `a.b.${createHmac('sha256', key).update('a.b').digest('base64url')}`;

  it.each([
    [
      'the key decoded',
      Buffer.from(signingKey.slice(4), 'base64url'),
      /^the signing key was decoded; use its 47/,
    ],
    ['all of the key decoded', Buffer.from(signingKey, 'base64url'), /decoded with its sgn_/],
    ['a part of the key', signingKey.slice(4), /^the signing key was used without its sgn_/],
    ['double quotes', `"${signingKey}"`, /quotes around it; remove them/],
    ['single quotes', `'${signingKey}'`, /quotes around it; remove them/],
    ['a line end', `${signingKey}\n`, /line break/],
    [
      "another's key",
      other,
      /^it was signed with the key of shop; use the key of the tenant in the URL$/,
    ],
  ])('is explained by %s', (_what, key, mistake) => {
    const others = new Map([['shop', other]]);
    expect(grantMistake({ text: signed(key), signingKey, others })).toMatch(mistake);
  });

  it('is not explained by an unknown key', () => {
    expect(grantMistake({ text: signed('x'), signingKey, others: new Map() })).toBeUndefined();
    expect(grantMistake({ text: '', signingKey, others: new Map() })).toBeUndefined();
  });
});
