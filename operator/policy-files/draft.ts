import { judgePolicy, type PolicyIssue, type PolicyVerdict } from '../../shared/policy/issues.ts';
import type { PolicyFields } from '../../shared/policy/validation.ts';
import { parsePolicyText } from './policy-text.ts';

/* A policy that is being written and is not in a file. This also runs in a browser. */

/** The text of a policy, and the tenant that it is written for. */
export type DraftPolicy = { readonly tenant: string; readonly text: string };

/** What messages call it, in place of a file. */
export const draftName = 'the draft';

export type DraftVerdict =
  | { readonly issues: readonly [PolicyIssue, ...PolicyIssue[]] }
  | (Extract<PolicyVerdict, { readonly policy: unknown }> & { readonly document: PolicyFields });

const isFields = (value: unknown): value is PolicyFields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const issuesOf = (issues: readonly PolicyIssue[]): DraftVerdict => {
  const [first = { path: '', message: 'is invalid' }, ...more] = issues;
  return { issues: [first, ...more] };
};

/** Reads the document in a draft, without `$schema`, which is for editors. */
export function readDraft({
  text,
}: Pick<DraftPolicy, 'text'>):
  | { readonly document: PolicyFields }
  | { readonly issues: readonly PolicyIssue[] } {
  const parsed = parsePolicyText(text);
  if ('issues' in parsed) return parsed;
  if (!isFields(parsed.document))
    return { issues: [{ path: '', message: 'is not a JSON object' }] };
  const { $schema: _editors, ...document } = parsed.document;
  return { document };
}

/** What is wrong with a draft besides its own content: only files have others beside them to extend. */
function draftIssues(document: PolicyFields, tenant: string): readonly PolicyIssue[] {
  if (Object.hasOwn(document, 'extends')) {
    const message = 'works in files only; publish the file with: npx signet policy publish FILE';
    return [{ path: 'extends', message }];
  }
  const named = document['tenant'];
  if (named === undefined || named === tenant || typeof named !== 'string') return [];
  return [{ path: 'tenant', message: `is not ${tenant}, whose policy this is` }];
}

/** Validates a draft, as a file with this text would be validated. */
export function judgeDraft(draft: DraftPolicy): DraftVerdict {
  const read = readDraft(draft);
  if ('issues' in read) return issuesOf(read.issues);
  const { document } = read;
  const own = draftIssues(document, draft.tenant);
  if (own.length > 0) return issuesOf(own);
  const verdict = judgePolicy(document);
  return 'policy' in verdict ? { ...verdict, document } : verdict;
}
