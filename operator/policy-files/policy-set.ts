import { type PolicyIssue, policyIssues } from '../../shared/policy/issues.ts';
import { OperatorFailure } from '../failure.ts';
import { type ResolvedPolicy, resolvePolicies } from './policy-extends.ts';
import { policyFiles } from './policy-file.ts';

/** An issue as an editor's list of problems would show it. */
export const printIssue = (file: string, { path, message }: PolicyIssue, kind = ''): string =>
  `${file}: ${kind}${path || 'the policy'} ${message}`;

function checkOne({ file, document }: ResolvedPolicy): void {
  const issues = policyIssues(document);
  if (issues.length > 0)
    throw new OperatorFailure(
      'invalid_policy',
      issues.map((issue) => printIssue(file, issue)).join('\n'),
    );
}

/** The first fault ends it; of many files there may be more. */
async function resolveSet(paths: readonly string[]): Promise<readonly ResolvedPolicy[]> {
  const files = await policyFiles(paths);
  try {
    const all = await resolvePolicies(paths);
    for (const one of all) checkOne(one);
    return all;
  } catch (thrown) {
    if (!(thrown instanceof OperatorFailure) || files.length === 1) throw thrown;
    const all = `see all that is wrong with: npx signet policy validate ${paths.join(' ')}`;
    throw new OperatorFailure(thrown.code, `${thrown.message}\n${all}`);
  }
}

/**
 * The policies that files and folders stand for, each sound and each of another tenant. One that is
 * wrong keeps all of them from being used.
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
      `${paths.join(', ')} has bases and no policy in it`,
    );
  return all;
}
