import type { Finding, Problem } from '../finding.ts';
import { adviseOnDerivatives } from './derivative-advice.ts';
import { adviseOnStack } from './stack-text.ts';
import { adviseOnTrail } from './trail-advice.ts';

/** A check that failed. */
export type FailedFinding = Extract<Finding, { readonly ok: false }>;

/** The deployed stack that was checked; undefined for the local one. */
export type CheckedStack = string | undefined;

/** Where the problem is, and the id that accepts it. */
type Advised = { readonly stack: CheckedStack; readonly id: string | undefined };

const targetOf = (stack: CheckedStack): string =>
  stack === undefined ? '' : ` --target aws:${stack}`;

type ChangesFaulty = Extract<Problem, { readonly kind: 'changes_faulty' }>;

/** Publishing what is live already adds no version, and repairs the list. */
const adviseToPublish = ({ repair }: ChangesFaulty, target: string): string =>
  repair === undefined
    ? 'publish any policy'
    : `publish any policy, even an unchanged one; for example: npx signet policy rollback ${repair.tenant} ${repair.version} --reason TEXT${target}`;

const secretChecks: readonly string[] = ['root keys', 'publisher', 'render secret'];

const tryAgain = 'run doctor again, and look for AWS or network problems';

/** The policy is as a publisher has signed it, and this release refuses it. */
const adviseOnRefused = (tenant: string, target: string): string =>
  `publish a valid policy of ${tenant}, or restore an earlier version: npx signet policy rollback ${tenant} --reason TEXT${target}`;

function adviseOnSecret(stack: CheckedStack): string {
  return stack === undefined
    ? 'stop the stack, and run npx signet doctor --repair --from FOLDER, with a copy of the state folder'
    : 'restore the previous version of the secret, as docs/operating.md#a-secret-was-lost shows';
}

function adviseOnFailure({ check, tenant, problem }: FailedFinding, about: Advised): string {
  const { id, stack } = about;
  if (secretChecks.includes(check)) return adviseOnSecret(stack);
  if (tenant === undefined || problem.kind !== 'check_failed') return tryAgain;
  const { repair } = problem;
  if (repair === undefined) return tryAgain;
  const isWhole = repair.steps.length === 0 && repair.lost.length === 0;
  return isWhole && check === 'policy'
    ? adviseOnRefused(tenant, targetOf(stack))
    : adviseOnTrail(repair, { tenant, id, stack });
}

/** What makes a state folder writable again. The running stack notices it by itself. */
function adviseOnFolder(code: string): string {
  if (code === 'ENOSPC' || code === 'EDQUOT') return 'the disk is full: free some space';
  if (code === 'EROFS')
    return 'the file system is read-only: mount it for writing again, and look for faults of the disk';
  return 'correct the owner and the mode of this folder, and run doctor as the user of the stack';
}

/** Advice that is not the same everywhere: the local stack is started and restarted on this machine. */
function adviseByPlace({ problem }: FailedFinding, stack: CheckedStack): string | undefined {
  const isLocal = stack === undefined;
  switch (problem.kind) {
    case 'publisher_unknown':
      return `add the public half of the key in the secret publisher to the secret roots${isLocal ? ', or restart the stack' : ''}`;
    case 'render_secret_stale':
      return isLocal
        ? 'npx signet keys rotate; or restart the stack'
        : `run: npx signet keys rotate --target aws:${stack}`;
    case 'distribution_silent':
      return isLocal
        ? 'start it with npm start'
        : 'check its DNS and its certificate, and that the distribution is enabled';
    case 'view_unanswered':
      return isLocal
        ? 'start it with npm start'
        : 'check the DNS record of the domain, that the certificate covers it and has not expired, and that hosts in cdk.json lists it';
    case 'folder_unwritable':
      return adviseOnFolder(problem.code);
    case 'derivatives_wrong':
      return adviseOnDerivatives(
        problem.folder,
        stack === undefined ? {} : { target: `aws:${stack}` },
      );
    case 'disk_low':
      return 'free some space on the disk';
    default:
      return undefined;
  }
}

function adviseOnProblem(problem: Problem, name: string, target: string): string {
  switch (problem.kind) {
    case 'unsigned_answered':
      return 'check that every behaviour runs viewer-request, and read its log';
    case 'view_refused':
      return 'read the last line of viewer-request and of origin-response in their logs, which say why';
    case 'permission_missing':
      return `add the permission ${problem.permission} (docs/permissions.md has the policy of operators), then run doctor again`;
    case 'changes_faulty':
      return adviseToPublish(problem, target);
    case 'policy_gone':
      return 'run doctor again';
    case 'tenant_missing':
      return `publish its file, or: npx signet tenant create ${name}${target}`;
    case 'file_missing':
      return `npx signet tenant show ${name}${target} > ${name}.json and add the file, or npx signet tenant delete ${name}${target}`;
    case 'budget_exceeded':
      return `npx signet policy cost ${name}${target} shows how many images its policy allows; narrow it, or raise budget.rendersPerDay`;
    case 'root_key_gone':
      return `npx signet keys rotate ${name} --reason TEXT${target}; then npx signet keys retire ${name} ${problem.kid} --reason TEXT --yes${target}`;
    case 'fallback_missing':
      return `npx signet put ${name} PATH FILE${target}`;
    case 'origin_unlisted':
      return `add it to corsOrigins in cdk.json and deploy, or remove it from the policy of ${name}`;
    case 'source_unlisted':
      return 'add it to sources in cdk.json and deploy, or publish another source.from with --purge';
    case 'source_absent':
      return 'name an object that exists, with --object TENANT/PATH, and check the policies of the bucket and its KMS key';
    case 'source_unreadable':
      return 'read the last line of origin-response in its log, which says what to correct';
    default:
      return adviseOnStack(problem);
  }
}

/** What to do about a failed check. */
export function adviseTo(finding: FailedFinding, { stack, id }: Advised): string {
  const { problem, tenant = '' } = finding;
  if (problem.kind === 'check_failed') return adviseOnFailure(finding, { stack, id });
  if (problem.kind === 'trail_broken')
    return problem.repair === undefined
      ? tryAgain
      : `find out who can write to the bucket; ${adviseOnTrail(problem.repair, { tenant, id, stack })}`;
  return adviseByPlace(finding, stack) ?? adviseOnProblem(problem, tenant, targetOf(stack));
}
