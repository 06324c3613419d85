import type { Finding, HealthyState, Problem } from '../../operator/doctor/finding.ts';
import { repairAdvice } from '../../operator/policies/policy-change.ts';
import { printCount } from '../base/quantity.ts';

/** A finding as it is printed: what was found, and what to do about it. */
export type PrintedFinding = {
  readonly check: string;
  readonly ok: boolean;
  readonly found: string;
  readonly todo?: string;
};

function describeState(state: HealthyState): string {
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
    case 'source_readable':
      return `the render role reads "${state.from}"`;
    case 'source_not_viewed':
      return `"${state.from}" was not read; name an object of it: npx signet doctor --object TENANT/PATH`;
    case 'trail_intact':
      return `${printCount(state.versions, 'version')}, whole`;
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

/** Publishing what is live already adds no version, and repairs the list. */
const adviseToPublish = ({ repair }: ChangesFaulty): string =>
  repair === undefined
    ? 'publish any policy'
    : `publish any policy, even an unchanged one; for example: npx signet policy rollback ${repair.tenant} ${repair.version} --reason TEXT`;

function describeProblem(problem: Problem): string {
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
  }
}

function adviseTo(problem: Problem, tenant: string | undefined): string {
  const name = tenant ?? '';
  switch (problem.kind) {
    case 'check_failed':
      return tenant === undefined
        ? 'restore the secret from its previous version, or from a backup of the state folder'
        : repairAdvice(tenant, problem.lastVersion);
    case 'publisher_unknown':
      return 'add the public half of the key in the secret publisher to the secret roots, or restart the stack';
    case 'render_secret_stale':
      return 'run: npx signet keys rotate, or restart the stack';
    case 'unsigned_answered':
      return 'check that every behaviour runs viewer-request, and read its log';
    case 'distribution_silent':
      return 'start it with npm start, or check its DNS';
    case 'changes_faulty':
      return adviseToPublish(problem);
    case 'policy_gone':
      return 'run doctor again';
    case 'root_key_gone':
      return `npx signet keys rotate ${name}`;
    case 'fallback_missing':
      return `npx signet put ${name} PATH FILE`;
    case 'origin_unlisted':
      return `add it to corsOrigins in cdk.json and deploy, or remove it from the policy of ${name}`;
    case 'source_unlisted':
      return 'add it to sources in cdk.json and deploy, or publish another source.from with --purge';
    case 'source_absent':
      return 'name an object that exists, with --object TENANT/PATH, and check the policies of the bucket and its KMS key';
    case 'source_unreadable':
      return 'read the last line of origin-response in its log, which says what to correct';
    case 'trail_broken':
      return `find out who can write to the bucket; ${repairAdvice(name, problem.lastVersion)}`;
  }
}

/** A finding in sentences. */
export function describeFinding(finding: Finding): PrintedFinding {
  const { tenant, ok } = finding;
  const check = tenant === undefined ? finding.check : `${finding.check} ${tenant}`;
  if (finding.ok) return { check, ok, found: describeState(finding.state) };
  const { problem } = finding;
  return { check, ok, found: describeProblem(problem), todo: adviseTo(problem, tenant) };
}

const printFinding = ({ check, ok, found, todo }: PrintedFinding): string =>
  `${ok ? '✓' : '✗'} ${check}: ${found}${todo === undefined ? '' : `\n    do: ${todo}`}`;

export function printFindings(findings: readonly PrintedFinding[]): string {
  const problems = findings.filter(({ ok }) => !ok).length;
  const end =
    problems === 0
      ? 'No problems found'
      : `${printCount(problems, 'problem')} found in ${findings.length} checks`;
  return [...findings.map(printFinding), end].join('\n');
}
