import { describe, expect, it } from 'vitest';
import { readPolicy } from '../../../shared/policy.ts';
import { policyKey } from '../../../shared/stores/policies.ts';
import {
  PolicyInvalid,
  PublishConflict,
  publishedPolicy,
  publishPolicy,
  tenantNames,
} from '../../../shared/stores/tenants.ts';
import { policyText } from '../policies.ts';
import { keep, memoryStore } from './memory-store.ts';

const firstKeys = { active: 'r2.1', accept: ['r2.1'] };
const document = { tenant: 'acme', operations: {} };
const keys = { active: 'r1.2', accept: ['r1.1', 'r1.2'] };

describe('publishing a policy', () => {
  it('gives a new tenant the first keys of the newest root', async () => {
    const config = memoryStore();
    expect((await publishPolicy(config, document, { firstKeys, create: true })).keys).toEqual(
      firstKeys,
    );
    const stored = config.objects.get(policyKey('acme'));
    expect(readPolicy('acme', new TextDecoder().decode(stored?.body)).keys).toEqual(firstKeys);
  });

  it('leaves the live keys as they are when it names none', async () => {
    const config = memoryStore();
    await publishPolicy(config, { ...document, keys }, { firstKeys });
    const next = { ...document, presetsOnly: true };
    expect((await publishPolicy(config, next, { firstKeys })).keys).toEqual(keys);
    const live = await publishedPolicy(config, 'acme');
    expect([live?.document.keys, live?.document.presetsOnly]).toEqual([keys, true]);
  });

  it('does not create a tenant twice', async () => {
    const config = memoryStore();
    await publishPolicy(config, { ...document, keys }, { firstKeys, create: true });
    const again = publishPolicy(config, document, { firstKeys, create: true });
    await expect(again).rejects.toBeInstanceOf(PublishConflict);
    expect((await publishedPolicy(config, 'acme'))?.document.keys).toEqual(keys);
  });

  it('does not overwrite what somebody else has published in between', async () => {
    const config = memoryStore();
    await publishPolicy(config, document, { firstKeys });
    const racing = {
      ...config,
      get: async (...asked: Parameters<typeof config.get>) => {
        const read = await config.get(...asked);
        keep(config, policyKey('acme'), policyText({ operations: { crop: {} } }));
        return read;
      },
    };
    await expect(publishPolicy(racing, document, { firstKeys })).rejects.toBeInstanceOf(
      PublishConflict,
    );
    expect((await publishedPolicy(config, 'acme'))?.document.operations).toHaveProperty('crop');
  });

  it.each([
    ['a slip', { ...document, maxWidht: 1 }],
    ['nothing', null],
    ['a preset that is none', { ...document, presets: { a: 'resize' } }],
    ['another place', { ...document, tenant: '../acme' }],
  ])('refuses %s and writes nothing', async (_what, one) => {
    const config = memoryStore();
    await expect(publishPolicy(config, one, { firstKeys })).rejects.toBeInstanceOf(PolicyInvalid);
    expect(config.objects.size).toBe(0);
  });
});

describe('the tenants', () => {
  it('are those that have a policy, in order', async () => {
    const config = memoryStore();
    for (const tenant of ['shop', 'acme', 'acme-2'])
      keep(config, policyKey(tenant), policyText({ operations: {} }, tenant));
    keep(config, 'audit/acme/1.jws', 'x');
    expect(await tenantNames(config)).toEqual(['acme-2', 'acme', 'shop']);
  });

  it('that nobody knows have no policy', async () => {
    expect(await publishedPolicy(memoryStore(), 'acme')).toBeUndefined();
  });
});
