import * as v from 'valibot';
import { policySchema } from './schema.ts';
import { starterPolicy } from './starter.ts';

/** The text of a policy that has much in common with others: the starter policy with all defaults. */
export function typicalPolicy(): string {
  const keys = { active: 'r1.2', accept: ['r1.1', 'r1.2'] };
  const document = { tenant: 'acme', keys, ...starterPolicy, snap: true, blocked: ['albums/*'] };
  return JSON.stringify(v.parse(policySchema, document));
}
