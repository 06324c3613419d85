import { type Policy, readPolicy } from '../../../shared/policy/policy.ts';

/** What stands in a policy's file, besides the tenant. */
export type PolicyFields = Readonly<Record<string, unknown>>;

export const policyText = (fields: PolicyFields, tenant = 'acme'): string =>
  JSON.stringify({ tenant, ...fields });

export const policyOf = (fields: PolicyFields, tenant = 'acme'): Policy =>
  readPolicy(tenant, policyText(fields, tenant));

/** Allows a good deal, as a tenant's policy would. */
export const usualFields: PolicyFields = {
  operations: {
    resize: [{ m: ['fill'], w: [400], h: [300] }, { w: [320, 640, 1_280] }],
    quality: { q: [60, 80] },
    format: { f: ['auto', 'jpg'] },
  },
  presets: { thumb: 'resize,m_fill,w_200,h_200__op__format,f_auto' },
};
