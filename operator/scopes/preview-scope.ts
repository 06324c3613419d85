import { malformed } from '../../shared/refusal.ts';
import { explainedScopeFault } from '../../shared/url/scope.ts';
import { policyOf } from '../keys/signer.ts';
import type { OpenInstallation } from '../target/target.ts';
import { checkScope, type ScopeReport, scopeReport } from './check-scope.ts';
import { readScope } from './named-scope.ts';
import { printScopeWarnings } from './scope-text.ts';

/** What a scope covers, what is doubtful about it, and whether the policy blocks exactly it. */
export type ScopePreview = {
  readonly report: ScopeReport;
  readonly warnings: readonly string[];
  readonly blocked: boolean;
};

function checkNamed(scope: string): void {
  const fault = explainedScopeFault(scope);
  if (fault !== undefined) throw malformed(fault);
}

/** Looks at a scope and changes nothing. Throws what `blockScope` throws before it blocks. */
export async function previewScope(
  open: OpenInstallation,
  tenant: string,
  written: string,
): Promise<ScopePreview> {
  const { installation, scope } = await readScope(open, tenant, written, checkNamed);
  const policy = await policyOf(installation, tenant);
  const checked = await checkScope(installation, policy, scope);
  return {
    report: scopeReport(checked),
    warnings: printScopeWarnings(scope, checked),
    blocked: policy.blocked.includes(scope),
  };
}
