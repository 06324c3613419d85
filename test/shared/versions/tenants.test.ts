import { describe, expect, it } from 'vitest';
import { PolicyInvalid } from '../../../shared/policy/validation.ts';
import { policyKey } from '../../../shared/versions/bucket.ts';
import { publishPolicy } from '../../../shared/versions/publishing.ts';
import { publishedPolicy, tenantNames } from '../../../shared/versions/tenants.ts';
import { publishingTo } from '../keys/publisher.ts';
import { keep, memoryStore } from '../objects/memory-store.ts';

describe('the tenants', () => {
  it('are those that have a policy, in order', async () => {
    const config = memoryStore();
    for (const tenant of ['shop', 'acme', 'acme-2']) keep(config, policyKey(tenant), 'x');
    keep(config, 'audit/acme/1.jws', 'x');
    expect(await tenantNames(config)).toEqual(['acme-2', 'acme', 'shop']);
  });

  it('that are unknown have no policy', async () => {
    expect(await publishedPolicy(publishingTo(memoryStore()), 'acme')).toBeUndefined();
  });
});

describe('a published policy', () => {
  it('is the document with its version', async () => {
    const publishing = publishingTo(memoryStore());
    await publishPolicy(publishing, { tenant: 'acme', operations: {} }, { root: 'r1' });
    const { document, version } = (await publishedPolicy(publishing, 'acme')) ?? {};
    expect([document?.tenant, version]).toEqual(['acme', 1]);
  });

  it.each(['{"tenant":"acme","operations":{}}', 'x', ''])('is not %j', async (text) => {
    const config = memoryStore();
    keep(config, policyKey('acme'), text);
    await expect(publishedPolicy(publishingTo(config), 'acme')).rejects.toBeInstanceOf(
      PolicyInvalid,
    );
  });
});
