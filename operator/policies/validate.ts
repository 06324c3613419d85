import { judgePolicy, type PolicyIssue } from '../../shared/policy/issues.ts';
import { FileFailure } from '../file-failure.ts';
import { createPolicyResolver, isBase } from '../policy-files/policy-extends.ts';
import { policyFiles } from '../policy-files/policy-file.ts';
import { findWarnings } from './warnings.ts';

export type ValidatedFile = {
  readonly file: string;
  /** Undefined if the file does not name a tenant, or an earlier file names the same one. */
  readonly tenant?: string;
  readonly issues: readonly PolicyIssue[];
  /** Allowed, but probably not intended. Only looked for if there are no issues. */
  readonly warnings: readonly PolicyIssue[];
};

function checkDocument(file: string, document: unknown): ValidatedFile {
  const verdict = judgePolicy(document);
  const { issues } = verdict;
  const warnings = 'policy' in verdict ? findWarnings(verdict.policy, Date.now()) : [];
  const tenant = (document as { readonly tenant?: unknown }).tenant;
  return { file, ...(typeof tenant === 'string' ? { tenant } : {}), issues, warnings };
}

/** Two policies of one tenant cannot both be published, so the later one gets an issue. */
function markDuplicates(all: readonly ValidatedFile[]): readonly ValidatedFile[] {
  const first = new Map<string, string>();
  return all.map(({ tenant, ...one }) => {
    const twin = tenant === undefined ? undefined : first.get(tenant);
    if (tenant !== undefined && twin === undefined) first.set(tenant, one.file);
    if (twin === undefined) return one;
    const message = `is ${tenant}, but ${twin} is already a policy of ${tenant}`;
    return { ...one, issues: [...one.issues, { path: 'tenant', message }] };
  });
}

/** Checks one file. A base in a folder is skipped, because it exists only for others to extend. */
async function checkFile(
  resolve: ReturnType<typeof createPolicyResolver>,
  file: string,
  isNamed: boolean,
): Promise<readonly ValidatedFile[]> {
  try {
    const document = await resolve(file);
    return isBase(document) && !isNamed ? [] : [checkDocument(file, document)];
  } catch (thrown) {
    if (!(thrown instanceof FileFailure) || thrown.code !== 'invalid_policy') throw thrown;
    const issue = { path: '', message: thrown.detail };
    return [{ file, issues: [issue], warnings: [] }];
  }
}

/** Checks files, and the JSON files in folders. Throws `unreadable_file`. */
export async function validatePolicies(
  paths: readonly string[],
): Promise<{ readonly valid: boolean; readonly files: readonly ValidatedFile[] }> {
  const found = await policyFiles(paths);
  const resolve = createPolicyResolver();
  const all = await Promise.all(
    found.map((file) => checkFile(resolve, file, paths.includes(file))),
  );
  const files = markDuplicates(all.flat());
  return { valid: files.every(({ issues }) => issues.length === 0), files };
}
