import { beforeEach, describe, expect, it } from 'vitest';
import { retireKids, retireRoot } from '../../../operator/keys/retirement.ts';
import { rotateRoot, rotateTenantKeys } from '../../../operator/keys/rotation.ts';
import { readRootKids, readTenantKey, readTenantKeys } from '../../../operator/keys/tenant-keys.ts';
import { resultsOf } from '../../../operator/tenants/outcomes.ts';
import { confirm, createMemoryInstallation, decline } from '../memory-installation.ts';

let installation: ReturnType<typeof createMemoryInstallation>;

beforeEach(async () => {
  installation = createMemoryInstallation();
  await installation.publish('acme');
});

const acme = { operands: ['acme'], all: false };
const request = { tenants: acme, kid: 'r1.1', reason: undefined };
const rotated = async () =>
  resultsOf(await rotateTenantKeys(installation.open, { tenants: acme }, decline));

describe('the key of a tenant', () => {
  it('is read with its address and the states of its kids', async () => {
    const key = await readTenantKey(installation.open, 'acme');
    expect(key).toEqual({
      tenant: 'acme',
      kid: 'r1.1',
      signingKey: expect.stringMatching(/^sgn_/),
      address: installation.address,
    });
    expect(await readTenantKeys(installation.open, 'acme')).toEqual({
      ...key,
      kids: [{ kid: 'r1.1', active: true, lastUsed: null, lastExpiry: null, safeToRetire: false }],
    });
  });

  it('is rotated, and the old kid is retired after confirmation', async () => {
    const { open } = installation;
    const keys = { active: 'r1.2', accept: ['r1.1', 'r1.2'] };
    expect(await rotated()).toEqual([{ tenant: 'acme', ...keys, newerRoot: null }]);
    await expect(retireKids(open, request, decline)).rejects.toThrow('declined');
    const retired = { tenant: 'acme', retired: ['r1.1'], active: 'r1.2', accept: ['r1.2'] };
    expect(resultsOf(await retireKids(open, request, confirm))).toEqual([retired]);
  });

  it('is of the earlier root key while functions may not have loaded a new one', async () => {
    await rotateRoot(installation.open);
    expect(await rotated()).toMatchObject([{ active: 'r1.2', newerRoot: 'r2' }]);
  });

  it('is retired with all others of its root key', async () => {
    await expect(retireKids(installation.open, { ...request, kid: 'r1' }, confirm)).rejects.toThrow(
      'acme signs with r1.1; rotate first',
    );
    await expect(retireKids(installation.open, { ...request, kid: 'r7' }, confirm)).rejects.toThrow(
      'acme does not accept r7, only r1.1',
    );
  });

  it('is not retired while it is active', async () => {
    await expect(retireKids(installation.open, request, decline)).rejects.toMatchObject({
      code: 'conflict',
    });
  });

  it('is rotated until sixteen kids are accepted', async () => {
    for (let count = 1; count < 16; count += 1) await rotated();
    await expect(rotated()).rejects.toThrow(
      'acme accepts 16 kids; retire one first: npx signet keys retire acme r1.1',
    );
  });
});

describe('a root key', () => {
  it('is added, and can be retired once no tenant accepts its kids', async () => {
    const { open } = installation;
    expect(await rotateRoot(open)).toEqual({
      root: 'r2',
      mintableAt: new Date(installation.clock() + 1_200_000).toISOString(),
    });
    expect(await readRootKids(open)).toEqual(['r1', 'r2']);
    await expect(retireRoot(open, 'r1', decline)).rejects.toThrow(
      'new keys are derived from r1 until every function has loaded r2',
    );
    await expect(retireRoot(open, 'r2', decline)).rejects.toThrow('declined');
    expect(await retireRoot(open, 'r2', confirm)).toEqual({ retired: 'r2' });
    expect(await readRootKids(open)).toEqual(['r1']);
  });

  it('that is unknown or needed is not retired', async () => {
    await expect(retireRoot(installation.open, 'r9', decline)).rejects.toMatchObject({
      code: 'not_found',
    });
    await expect(retireRoot(installation.open, 'r1', decline)).rejects.toMatchObject({
      code: 'conflict',
    });
  });
});
