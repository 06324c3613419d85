import * as v from 'valibot';
import { type PolicyIssue, policyIssues } from './issues.ts';
import { policySchema, type ValidPolicy } from './schema.ts';

/** A policy cannot be published. The issues are all there are. */
export class PolicyInvalid extends Error {
  override readonly name = 'PolicyInvalid';
  readonly issues: readonly PolicyIssue[];
  constructor(issues: readonly PolicyIssue[]) {
    super(issues.map(({ path, message }) => `${path || 'the policy'} ${message}`).join('\n'));
    this.issues = issues;
  }
}

/** Validates a document. Throws `PolicyInvalid` with everything that is wrong with it. */
export function validPolicy(document: unknown): ValidPolicy {
  const issues = policyIssues(document);
  if (issues.length > 0) throw new PolicyInvalid(issues);
  return v.parse(policySchema, document);
}
