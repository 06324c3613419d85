import { type PolicyIssue, policyIssues } from '../../shared/policy/issues.ts';
import { OperatorFailure } from '../failure.ts';
import { type ResolvedPolicy, resolvePolicies } from './policy-extends.ts';
import { policyFiles } from './policy-file.ts';

/** An issue in one line: file, field and message. */
export const printIssue = (file: string, { path, message }: PolicyIssue, kind = ''): string =>
  `${file}: ${kind}${path || 'the policy'} ${message}`;

function checkPolicy({ file, document }: ResolvedPolicy): void {
  const issues = policyIssues(document);
  if (issues.length > 0)
    throw new OperatorFailure(
      'invalid_policy',
      issues.map((issue) => printIssue(file, issue)).join('\n'),
    );
}

/** Stops at the first invalid file, and says how to see the issues of all. */
async function resolveSet(paths: readonly string[]): Promise<readonly ResolvedPolicy[]> {
  const files = await policyFiles(paths);
  try {
    const all = await resolvePolicies(paths);
    for (const one of all) checkPolicy(one);
    return all;
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
export async function readPolicySet(paths: readonly string[]): Promise<readonly ResolvedPolicy[]> {
  const all = await resolveSet(paths);
  const tenants = all.map(({ document }) => String(document['tenant']));
  const twice = tenants.find((tenant, at) => tenants.indexOf(tenant) < at);
  if (twice !== undefined) {
    const files = all.filter(({ document }) => document['tenant'] === twice);
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
