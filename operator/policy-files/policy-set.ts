import { judgePolicy, type PolicyIssue } from '../../shared/policy/issues.ts';
import type { CheckedPolicy } from '../../shared/policy/validation.ts';
import { OperatorFailure } from '../failure.ts';
import { fileName } from '../file-failure.ts';
import { type DraftPolicy, draftName, judgeDraft } from './draft.ts';
import { originOf } from './origin.ts';
import { type ResolvedPolicy, resolvePolicies } from './policy-extends.ts';
import { policyFiles } from './policy-file.ts';

/** An issue in one line: file, field and message. */
export const printIssue = (file: string, { path, message }: PolicyIssue, kind = ''): string =>
  `${fileName(file)}: ${kind}${path || 'the policy'} ${message}`;

/** A file with its flat document and the policy in it, which was validated once. */
export type CheckedFile = CheckedPolicy & Pick<ResolvedPolicy, 'file' | 'layers'>;

/** Validates the document of a file. Throws `invalid_policy` with every issue, one per line. */
export function checkResolved(resolved: ResolvedPolicy): CheckedFile {
  const verdict = judgePolicy(resolved.document);
  if ('policy' in verdict) return { ...resolved, policy: verdict.policy };
  const lines = verdict.issues.map((issue) => printIssue(originOf(resolved, issue.path), issue));
  throw new OperatorFailure('invalid_policy', lines.join('\n'));
}

/** Validates a draft, as a file is validated. Throws `invalid_policy` with every issue, one per line. */
export function checkDraft(draft: DraftPolicy): CheckedFile {
  const verdict = judgeDraft(draft);
  if (!('policy' in verdict)) {
    const lines = verdict.issues.map((issue) => printIssue(draftName, issue));
    throw new OperatorFailure('invalid_policy', lines.join('\n'));
  }
  const { document, policy } = verdict;
  return { file: draftName, document, policy, layers: [{ file: draftName, document }] };
}

/** Stops at the first invalid file, and says how to see the issues of all. */
async function checkSet(paths: readonly string[]): Promise<readonly CheckedFile[]> {
  const files = await policyFiles(paths);
  try {
    return (await resolvePolicies(paths)).map(checkResolved);
  } catch (thrown) {
    if (!(thrown instanceof OperatorFailure) || files.length === 1) throw thrown;
    const all = `see every issue with: npx signet policy validate ${paths.join(' ')}`;
    throw new OperatorFailure(thrown.code, `${thrown.message}\n${all}`);
  }
}

/**
 * Reads the policies in files and folders. All must be valid, and each of a different tenant. Throws
 * `unreadable_file` or `invalid_policy`.
 */
export async function readPolicySet(paths: readonly string[]): Promise<readonly CheckedFile[]> {
  const all = await checkSet(paths);
  const tenants = all.map(({ policy }) => policy.tenant);
  const twice = tenants.find((tenant, at) => tenants.indexOf(tenant) < at);
  if (twice !== undefined) {
    const files = all.filter(({ policy }) => policy.tenant === twice);
    throw new OperatorFailure(
      'invalid_policy',
      `more than one file is a policy of ${twice}: ${files.map(({ file }) => file).join(', ')}`,
    );
  }
  if (all.length === 0)
    throw new OperatorFailure(
      'invalid_policy',
      `${paths.join(', ')} contains only bases, no policy`,
    );
  return all;
}
