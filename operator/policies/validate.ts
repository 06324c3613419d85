import { judgePolicy, type PolicyIssue } from '../../shared/policy/issues.ts';
import { FileFailure } from '../file-failure.ts';
import { originOf } from '../policy-files/origin.ts';
import {
  createPolicyResolver,
  isBase,
  type ResolvedPolicy,
} from '../policy-files/policy-extends.ts';
import { policyFiles } from '../policy-files/policy-file.ts';
import { findWarnings } from './warnings.ts';

/** What is wrong in one file. */
type FileIssues = {
  readonly file: string;
  readonly issues: readonly PolicyIssue[];
  /** Allowed, but probably not intended. Only looked for if there are no issues. */
  readonly warnings: readonly PolicyIssue[];
};

export type ValidatedFile = FileIssues & {
  /** Undefined if the file does not name a tenant, or an earlier file names the same one. */
  readonly tenant?: string;
  /** The bases of a policy that have issues, which are listed there. */
  readonly invalidBases?: readonly string[];
  /** The policies that have the issues or warnings of this base. */
  readonly extendedBy?: readonly string[];
};

/** One policy: its own issues and warnings, and those of its bases. */
type Checked = {
  readonly file: string;
  readonly tenant?: string;
  /** Each with the file that has to be corrected. */
  readonly found: readonly FileIssues[];
};

/** Sorts issues and warnings by the file that they come from. */
function sortByOrigin(
  resolved: ResolvedPolicy,
  issues: readonly PolicyIssue[],
  warnings: readonly PolicyIssue[],
): readonly FileIssues[] {
  const isFrom = (file: string) => (one: PolicyIssue) => originOf(resolved, one.path) === file;
  const files = new Set([...issues, ...warnings].map(({ path }) => originOf(resolved, path)));
  return [...files].map((file) => ({
    file,
    issues: issues.filter(isFrom(file)),
    warnings: warnings.filter(isFrom(file)),
  }));
}

function checkDocument(resolved: ResolvedPolicy): Checked {
  const { file, document } = resolved;
  const verdict = judgePolicy(document);
  const warnings = 'policy' in verdict ? findWarnings(verdict.policy, Date.now()) : [];
  const { tenant } = document;
  const found = sortByOrigin(resolved, verdict.issues, warnings);
  return { file, ...(typeof tenant === 'string' ? { tenant } : {}), found };
}

/** Checks one file. A base in a folder is skipped, because it exists only for others to extend. */
async function checkFile(
  resolve: ReturnType<typeof createPolicyResolver>,
  file: string,
  isNamed: boolean,
): Promise<readonly Checked[]> {
  try {
    const resolved = await resolve(file);
    return isBase(resolved.document) && !isNamed ? [] : [checkDocument(resolved)];
  } catch (thrown) {
    if (!(thrown instanceof FileFailure) || thrown.code !== 'invalid_policy') throw thrown;
    const { detail: message, file: at } = thrown.culprit ?? { detail: thrown.detail, file };
    return [{ file, found: [{ file: at, issues: [{ path: '', message }], warnings: [] }] }];
  }
}

const withoutRepeats = (issues: readonly PolicyIssue[]): readonly PolicyIssue[] => [
  ...new Map(issues.map((one) => [`${one.path} ${one.message}`, one])).values(),
];

/** The bases with issues or warnings, each once, however many policies extend it. */
function collectBases(all: readonly Checked[]): readonly ValidatedFile[] {
  const inBases = all.flatMap(({ file, found }) =>
    found.filter((one) => one.file !== file).map((one) => ({ ...one, policy: file })),
  );
  return [...new Set(inBases.map(({ file }) => file))].toSorted().map((file) => {
    const mine = inBases.filter((one) => one.file === file);
    const issues = withoutRepeats(mine.flatMap((one) => one.issues));
    const warnings = withoutRepeats(mine.flatMap((one) => one.warnings));
    return { file, issues, warnings, extendedBy: mine.map(({ policy }) => policy) };
  });
}

/** The policies, with their own issues only. Two of one tenant cannot both be published, so the later one gets an issue. */
function listPolicies(all: readonly Checked[]): readonly ValidatedFile[] {
  const first = new Map<string, string>();
  return all.map(({ file, tenant, found }) => {
    const own = found.find((one) => one.file === file) ?? { file, issues: [], warnings: [] };
    const bases = found.filter((one) => one.file !== file && one.issues.length > 0);
    const invalidBases = bases.length === 0 ? {} : { invalidBases: bases.map((one) => one.file) };
    const twin = tenant === undefined ? undefined : first.get(tenant);
    if (tenant !== undefined && twin === undefined) first.set(tenant, file);
    if (twin === undefined) return { ...own, ...invalidBases };
    const message = `is ${tenant}, but ${twin} is already a policy of ${tenant}`;
    return { ...own, ...invalidBases, issues: [...own.issues, { path: 'tenant', message }] };
  });
}

/** Adds what was found in a base to the entry that it has already, if the base was named itself. */
function mergeNamedBases(
  bases: readonly ValidatedFile[],
  policies: readonly ValidatedFile[],
): readonly ValidatedFile[] {
  const named = new Set(policies.map(({ file }) => file));
  const merged = policies.map((policy) => {
    const base = bases.find(({ file }) => file === policy.file);
    if (base === undefined) return policy;
    const issues = withoutRepeats([...policy.issues, ...base.issues]);
    return {
      ...policy,
      ...base,
      issues,
      warnings: withoutRepeats([...policy.warnings, ...base.warnings]),
    };
  });
  return [...bases.filter(({ file }) => !named.has(file)), ...merged];
}

/**
 * Checks files, and the JSON files in folders. An issue is listed at the file that has to be corrected, once. Throws
 * `unreadable_file`.
 */
export async function validatePolicies(
  paths: readonly string[],
): Promise<{ readonly valid: boolean; readonly files: readonly ValidatedFile[] }> {
  const found = await policyFiles(paths);
  const resolve = createPolicyResolver();
  const checked = await Promise.all(
    found.map((file) => checkFile(resolve, file, paths.includes(file))),
  );
  const all = checked.flat();
  const files = mergeNamedBases(collectBases(all), listPolicies(all));
  return { valid: files.every(({ issues }) => issues.length === 0), files };
}
