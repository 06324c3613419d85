import { judgePolicy, type PolicyIssue, sizeIssues } from './issues.ts';
import type { ValidPolicy } from './schema.ts';

/** An issue as a sentence. */
export const printIssueText = ({ path, message }: PolicyIssue): string =>
  `${path || 'the policy'} ${message}`;

/** Thrown for a policy that cannot be published, with all of its issues. */
export class PolicyInvalid extends Error {
  override readonly name = 'PolicyInvalid';
  readonly issues: readonly PolicyIssue[];
  constructor(issues: readonly PolicyIssue[]) {
    super(issues.map(printIssueText).join('\n'));
    this.issues = issues;
  }
}

/** Fields as an operator wrote them, without defaults. */
export type PolicyFields = Readonly<Record<string, unknown>>;

/** A valid document as it was written, and the policy that the schema reads from it. */
export type CheckedPolicy = { readonly document: PolicyFields; readonly policy: ValidPolicy };

/** Validates a document. Throws `PolicyInvalid` with every issue. */
export function checkPolicy(document: unknown): CheckedPolicy {
  const verdict = judgePolicy(document);
  if (!('policy' in verdict)) throw new PolicyInvalid(verdict.issues);
  return { document: document as PolicyFields, policy: verdict.policy };
}

/** The validated policy of a document. Throws `PolicyInvalid`. */
export const validPolicy = (document: unknown): ValidPolicy => checkPolicy(document).policy;

/** Throws `PolicyInvalid` for a valid document that is too large to be stored. */
export function checkStoredSize(document: PolicyFields): void {
  const issues = sizeIssues(document);
  if (issues.length > 0) throw new PolicyInvalid(issues);
}
