import { beforeEach, describe, expect, it } from 'vitest';
import { mintTenantGrant } from '../../../operator/mint/mint-tenant-grant.ts';
import { mintUrl } from '../../../operator/mint/mint-url.ts';
import { scopeDoubts } from '../../../operator/scopes/scope-doubts.ts';
import { createMemoryInstallation } from '../memory-installation.ts';

const now = 1_893_456_000;
let installation: ReturnType<typeof createMemoryInstallation>;

beforeEach(async () => {
  installation = createMemoryInstallation();
  await installation.publish('acme', { urls: { grants: true } });
});

const url = { tenant: 'acme', path: 'a.jpg', operations: ['resize,w_16'], lifetime: 3_600 };

describe('mintUrl', () => {
  it('returns the URL with its claims', async () => {
    const minted = await mintUrl(installation.open, { ...url, check: true, target: 'x' }, now);
    expect(minted).toMatchObject({ tenant: 'acme', path: 'a.jpg', kid: 'r1.1' });
    expect(minted.exp).toBeGreaterThanOrEqual(now + 3_600);
    expect(minted.url).toContain('/acme/a.jpg__op__resize,w_16?');
  });

  it('throws the refusal of the edge, unless nothing is checked', async () => {
    const denied = { ...url, operations: ['resize,w_17'], target: 'x' };
    await expect(mintUrl(installation.open, { ...denied, check: true }, now)).rejects.toMatchObject(
      { code: 'denied_value' },
    );
    const minted = await mintUrl(installation.open, { ...denied, check: false }, now);
    expect(minted.kid).toBe('r1.1');
  });

  it('returns null for a URL that never expires', async () => {
    const request = { ...url, lifetime: undefined, check: false, target: 'x' };
    expect((await mintUrl(installation.open, request, now)).exp).toBeNull();
  });
});

describe('mintTenantGrant', () => {
  it('returns the claims, and scopes that probably cover nothing', async () => {
    const request = { tenant: 'acme', scope: ['acme/a*'], lifetime: 60, delay: 10 };
    const { minted, doubts } = await mintTenantGrant(
      installation.open,
      { ...request, check: true, target: 'x' },
      now,
    );
    expect(minted).toMatchObject({ tenant: 'acme', scope: ['acme/a*'], nbf: now + 10 });
    expect(doubts).toEqual([
      { scope: 'acme/a*', kind: 'prefix' },
      { scope: 'acme/a*', kind: 'tenant' },
    ]);
  });
});

it.each([
  ['albums/*', []],
  ['*', []],
  ['100%.jpg', []],
  ['a*b', ['prefix']],
  ['a%20b', ['encoded']],
  ['acme/a', ['tenant']],
])('the scope %j has the doubts %j', (scope, kinds) => {
  expect(scopeDoubts('acme', [scope]).map(({ kind }) => kind)).toEqual(kinds);
});
