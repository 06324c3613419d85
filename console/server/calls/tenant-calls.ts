import * as v from 'valibot';
import { readTenantPolicy } from '../../../operator/tenants/tenants.ts';
import { tenantNames } from '../../../shared/versions/tenants.ts';
import { declareCall } from '../call.ts';

const tenant = v.string();

export const tenantCalls = {
  /** What the page needs at its start. */
  overview: declareCall(v.object({}), async ({ open, target }) => {
    const { address, config } = await open();
    return { target, address, tenants: await tenantNames(config) };
  }),
  /** The live policy of a tenant. */
  policy: declareCall(v.object({ tenant }), async ({ open }, input) =>
    readTenantPolicy(open, input.tenant),
  ),
};
