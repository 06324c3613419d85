import { escapeForTerminal } from '../../../shared/terminal.ts';
import { printCount } from '../../quantity.ts';
import type { Problem } from '../finding.ts';
import type { StackProblem, StackState, WrongFunction } from '../stack/stack-finding.ts';

/* The findings about a deployed stack, in sentences. */

/** What a check of a stack that passed has found. */
export function describeStackState(state: StackState): string {
  switch (state.kind) {
    case 'stack_settled':
      return state.status === 'UPDATE_ROLLBACK_COMPLETE'
        ? 'UPDATE_ROLLBACK_COMPLETE: the last deployment failed, and the one before it runs'
        : state.status;
    case 'functions_current':
      return `the distribution runs ${state.versions.join(' and ')}, as deployed`;
    case 'notifications_sent':
      return 'the buckets report changes to the purge queue';
    case 'buckets_versioned':
      return 'the buckets of sources and policies keep old versions';
    case 'rotation_on_time':
      return `the root keys were rotated or made ${printCount(state.days, 'day')} ago, and are rotated every ${printCount(state.every, 'day')}`;
    case 'queue_worked_off':
      return `${printCount(state.waiting, 'message')} waiting, no dead letters`;
    case 'quotas_ample':
      return `at least ${state.concurrent} functions may run at once in each Region of Lambda@Edge (lowest: ${state.region})`;
  }
}

const describeWrong = ({ event, on, expected, found }: WrongFunction): string =>
  found === undefined
    ? `the behaviour ${on} runs no ${event} function; the stack has ${expected}`
    : `the behaviour ${on} runs ${found} as ${event}; the stack has ${expected}`;

/** What is wrong with a stack. */
export function describeStackProblem(problem: StackProblem): string {
  switch (problem.kind) {
    case 'stack_unsettled':
      return `${problem.stack} is in ${problem.status}${problem.reason === undefined ? '' : `: ${escapeForTerminal(problem.reason)}`}`;
    case 'functions_differ':
      return describeWrong(problem.wrong);
    case 'functions_unknown':
      return 'the stack has no versions of the two edge functions';
    case 'distribution_disabled':
      return 'the distribution is disabled, so CloudFront answers nothing';
    case 'distribution_changing':
      return 'the distribution is being changed; some edge locations have the configuration from before';
    case 'notification_missing':
      return `${problem.bucket} does not report ${problem.event}${problem.prefix === '' ? '' : ` below ${problem.prefix}`} to the purge queue, so changes are not purged`;
    case 'versioning_off':
      return `${problem.bucket} keeps no old versions`;
    case 'rotation_off':
      return `the rotation of ${problem.secret} is off`;
    case 'rotation_late':
      return `${problem.secret} was rotated ${printCount(problem.days, 'day')} ago, and should be every ${printCount(problem.every, 'day')}`;
    case 'queue_behind':
      return `${printCount(problem.waiting, 'message')} wait in the purge queue, so viewers may see outdated images`;
    case 'dead_letters':
      return `${printCount(problem.count, 'purge')} failed for good, so outdated images stay until they expire`;
    case 'quota_low':
      return `too few functions may run at once: ${problem.regions.map(({ region, concurrent }) => `${region} ${concurrent}`).join(', ')}`;
  }
}

/** CloudFormation's states after an update that could not be undone. */
function adviseOnStatus(stack: string, status: string): string {
  if (status.endsWith('_IN_PROGRESS'))
    return 'wait until the deployment ends, then run doctor again; takedowns and key rotations work meanwhile';
  if (status === 'UPDATE_ROLLBACK_FAILED')
    return `correct what the events of the stack name, then: aws cloudformation continue-update-rollback --region us-east-1 --stack-name ${stack}`;
  return `read the events of the stack (aws cloudformation describe-stack-events --region us-east-1 --stack-name ${stack}), and deploy again`;
}

type WithoutStack = Exclude<Problem, StackProblem>;

/** What to do about a problem of a stack. Other problems have their own advice. */
export function adviseOnStack(problem: StackProblem | WithoutStack): string {
  switch (problem.kind) {
    case 'stack_unsettled':
      return adviseOnStatus(problem.stack, problem.status);
    case 'functions_differ':
    case 'notification_missing':
      return 'somebody changed it outside of the stack; find the drift with aws cloudformation detect-stack-drift, and deploy again';
    case 'functions_unknown':
      return 'check that --target names the stack of Signet, and deploy again';
    case 'distribution_disabled':
      return 'enable the distribution, or deploy again';
    case 'distribution_changing':
      return 'wait some minutes, then run doctor again';
    case 'versioning_off':
      return `aws s3api put-bucket-versioning --bucket ${problem.bucket} --versioning-configuration Status=Enabled`;
    case 'rotation_off':
      return 'deploy again: the stack turns it on';
    case 'rotation_late':
      return `read the log group of the secret keeper, then: aws secretsmanager rotate-secret --region us-east-1 --secret-id ${problem.secret}`;
    case 'queue_behind':
      return 'read the log group of the purge function';
    case 'dead_letters':
      return `read the log group of the purge function, correct the cause, then: aws sqs start-message-move-task --region us-east-1 --source-arn ${problem.arn}`;
    case 'quota_low':
      return 'request 1,000 for the quota L-B99A9384 in each: aws service-quotas request-service-quota-increase --service-code lambda --quota-code L-B99A9384 --desired-value 1000 --region REGION';
    default:
      return 'run doctor again';
  }
}
