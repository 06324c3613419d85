import type { PolicyIssue } from '../../shared/policy/issues.ts';
import type { ValidPolicy } from '../../shared/policy/schema.ts';
import { policyWarnings } from '../../shared/policy/warnings.ts';
import { costWarnings } from '../cost/cost-warning.ts';

/** Finds what is allowed in a policy and probably not intended. `now` in Unix milliseconds. */
export const findWarnings = (policy: ValidPolicy, now: number): readonly PolicyIssue[] => [
  ...policyWarnings(policy, now),
  ...costWarnings(policy),
];
