import * as v from 'valibot';
import { type PolicyIssue, policyIssues } from './issues.ts';
import { policySchema, type ValidPolicy } from './schema.ts';

/** Thrown for a policy that cannot be published, with all of its issues. */
export class PolicyInvalid extends Error {
  override readonly name = 'PolicyInvalid';
  readonly issues: readonly PolicyIssue[];
  constructor(issues: readonly PolicyIssue[]) {
    super(issues.map(({ path, message }) => `${path || 'the policy'} ${message}`).join('\n'));
    this.issues = issues;
  }
}

/** Validates a document. Throws `PolicyInvalid` with every issue. */
export function validPolicy(document: unknown): ValidPolicy {
  const issues = policyIssues(document);
  if (issues.length > 0) throw new PolicyInvalid(issues);
  return v.parse(policySchema, document);
}
