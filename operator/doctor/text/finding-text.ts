import { printBytes, printCount, printNumber } from '../../quantity.ts';
import type { HealthyState, Problem } from '../finding.ts';
import { describeWrongDerivatives } from './derivative-advice.ts';
import { describeStackProblem, describeStackState } from './stack-text.ts';

/** What a check that passed has found. */
export function describeState(state: HealthyState): string {
  switch (state.kind) {
    case 'root_keys':
      return state.kids.join(', ');
    case 'publisher_known':
      return 'its public key is known to the functions';
    case 'render_secret_current':
      return 'in step with the root keys';
    case 'unsigned_refused':
      return `${state.address} refuses what is not signed`;
    case 'changes_current':
      return state.sequence === 0
        ? 'no change was announced yet; the next publish writes changes.jws'
        : `changes.jws names every change, the last is number ${state.sequence}`;
    case 'policy_live':
      return `version ${state.version}${state.reporting ? ', only reporting' : ''}`;
    case 'budgets_not_compared':
      return `${printCount(state.tenants, 'tenant has', 'tenants have')} a budget; compare with the log of origin-response: npx signet usage --check LOG (docs/operating.md, Bill tenants)`;
    case 'source_readable':
      return `the render role reads "${state.from}"`;
    case 'source_not_viewed':
      return `"${state.from}" was not read; name an object of it that is not blocked: npx signet doctor --object TENANT/PATH`;
    case 'trail_intact':
      return `${printCount(state.versions, 'version')}, whole`;
    case 'derivatives_match':
      return `${printCount(state.examined, 'derivative')} looked at${state.complete ? '' : '; stopped before the end'}`;
    case 'folder_writable':
      return `${state.folder} can be written, ${printBytes(state.free)} are free`;
    case 'view_answered':
      return `${state.address} accepts a signed URL of ${state.viewed}`;
    case 'view_not_tried':
      return `${state.address} was not tried: ${state.why === 'no_tenant' ? 'no tenant with a policy has URLs there' : 'the policy allows neither a plain view nor a preset'}`;
    default:
      return describeStackState(state);
  }
}

type ChangesFaulty = Extract<Problem, { readonly kind: 'changes_faulty' }>;

function describeFault({ fault, repair }: ChangesFaulty): string {
  switch (fault) {
    case 'missing':
      return 'changes.jws does not exist, so the functions confirm each policy by a read of its own';
    case 'unusable':
      return 'changes.jws is not signed by a known publisher, so the functions ignore it';
    case 'behind':
      return 'changes.jws lacks a change that the trail has: a publish was interrupted, or an older list was put back';
    case 'outdated':
      return `changes.jws names no version of ${repair?.tenant} as new as the live one`;
  }
}

/** What is wrong. */
export function describeProblem(problem: Problem): string {
  switch (problem.kind) {
    case 'check_failed':
      return problem.message;
    case 'publisher_unknown':
      return 'the secret with the root keys lacks its public key, so published policies are not accepted';
    case 'render_secret_stale':
      return 'it does not match the root keys';
    case 'unsigned_answered':
      return `${problem.address} answers an unsigned URL with ${problem.status} ${problem.code ?? ''}`.trim();
    case 'distribution_silent':
      return `${problem.address} does not answer`;
    case 'changes_faulty':
      return describeFault(problem);
    case 'policy_gone':
      return 'it was deleted during the check';
    case 'derivatives_wrong':
      return describeWrongDerivatives(problem.folder);
    case 'folder_unwritable':
      return `${problem.folder} cannot be written (${problem.code}), so uploads and changes fail`;
    case 'disk_low':
      return `only ${printBytes(problem.free)} are free for ${problem.folder}`;
    case 'tenant_missing':
      return 'there is no such tenant';
    case 'file_missing':
      return 'the tenant is live, and no file is its policy';
    case 'budget_exceeded':
      return `it rendered ${printCount(problem.renders, 'image')} on ${problem.day}, above its budget.rendersPerDay of ${printNumber(problem.rendersPerDay)}`;
    case 'root_key_gone':
      return `it accepts ${problem.kid}, whose root key is gone`;
    case 'fallback_missing':
      return `its fallback ${problem.path} does not exist`;
    case 'origin_unlisted':
      return `its urls.origins names ${problem.origin}, which corsOrigins of the deployment does not list`;
    case 'source_unlisted':
      return `its policy ${problem.fault}`;
    case 'source_absent':
      return `"${problem.from}" has no object for ${problem.path}, or denies the render role`;
    case 'source_unreadable':
      return `the render role cannot read "${problem.from}": ${problem.status} ${problem.code ?? ''}`.trim();
    case 'trail_broken':
      return problem.faults.join('; ');
    case 'permission_missing':
      return `could not be checked: ${problem.message}`;
    case 'view_refused':
      return `${problem.address} answers a signed URL of ${problem.viewed} with ${problem.status} ${problem.code ?? ''}`.trim();
    case 'view_unanswered':
      return `${problem.address} does not answer (${problem.reason})`;
    default:
      return describeStackProblem(problem);
  }
}
