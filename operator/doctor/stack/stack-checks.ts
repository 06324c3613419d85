import { alarmTexts } from '../../../shared/deployment/alarms.ts';
import {
  disabledRegionCodes,
  edgeRegions,
  optInRegions,
} from '../../../shared/deployment/regions.ts';
import { type Clock, PortFailure } from '../../../shared/ports.ts';
import type { StackFacts } from '../../target/stack-facts.ts';
import { isSettled } from '../../target/stack-status.ts';
import type { Installation } from '../../target/target.ts';
import { type CheckSubject, type Finding, fail, failedCheck, pass } from '../finding.ts';
import { checkFunctions } from './function-check.ts';
import { checkNotifications, checkQueue, checkVersioning } from './purge-checks.ts';
import type { StackCheckName } from './stack-finding.ts';

async function checkStatus(
  facts: StackFacts,
  subject: CheckSubject,
  stack: string,
): Promise<Finding> {
  const { status, reason } = await facts.status();
  return isSettled(status)
    ? pass(subject, { kind: 'stack_settled', status })
    : fail(subject, { kind: 'stack_unsettled', stack, status, reason });
}

const dayMilliseconds = 86_400_000;

/** Checks that Secrets Manager rotates the root keys. It is late after as many days as the alarm. */
async function checkRotation(
  facts: StackFacts,
  subject: CheckSubject,
  { secret, clock }: { readonly secret: string; readonly clock: Clock },
): Promise<Finding> {
  const { enabled, every = 0, since } = await facts.rotation(secret);
  if (!enabled || every === 0) return fail(subject, { kind: 'rotation_off', secret });
  const days = Math.floor((clock() - (since?.getTime() ?? clock())) / dayMilliseconds);
  return days > every + alarmTexts.RotationOverdue.condition.late
    ? fail(subject, { kind: 'rotation_late', secret, days, every })
    : pass(subject, { kind: 'rotation_on_time', days, every });
}

/**
 * The least concurrent executions with which an installation can be used: one page with a hundred images, opened while
 * no function is warm. New accounts have 10.
 */
const leastConcurrency = 100;

/** The executions that a Region allows; undefined in a Region that the account has not enabled. */
async function readConcurrency(facts: StackFacts, region: string) {
  try {
    return { region, concurrent: await facts.concurrency(region) };
  } catch (thrown) {
    const code = thrown instanceof PortFailure ? thrown.error?.code : undefined;
    if (optInRegions.includes(region) && disabledRegionCodes.includes(code ?? '')) return undefined;
    throw thrown;
  }
}

/** Checks how many functions may run at once in each Region with viewers. */
async function checkQuotas(facts: StackFacts, subject: CheckSubject): Promise<Finding> {
  const read = await Promise.all(edgeRegions.map((region) => readConcurrency(facts, region)));
  const known = read
    .filter((one) => one !== undefined)
    .toSorted((one, other) => one.concurrent - other.concurrent);
  const low = known.filter(({ concurrent }) => concurrent < leastConcurrency);
  const [lowest = { region: '', concurrent: 0 }] = known;
  return low.length > 0
    ? fail(subject, { kind: 'quota_low', regions: low })
    : pass(subject, { kind: 'quotas_ample', ...lowest });
}

/** Runs a check. Whatever AWS refuses or does not answer is a finding, because the other checks still tell something. */
async function runStackCheck(
  check: StackCheckName,
  work: (subject: CheckSubject) => Promise<Finding>,
): Promise<Finding> {
  const subject: CheckSubject = { check };
  try {
    return await work(subject);
  } catch (thrown) {
    return failedCheck(subject, thrown);
  }
}

/** Checks what only a deployed stack has. An installation without a stack has no findings. */
export async function checkStack(installation: Installation): Promise<readonly Finding[]> {
  const { stack, buckets, clock, secretIds, openStackFacts } = installation;
  if (stack === undefined || buckets === undefined || openStackFacts === undefined) return [];
  const facts = await openStackFacts();
  const rotation = { secret: secretIds.roots, clock };
  return Promise.all([
    runStackCheck('stack', (subject) => checkStatus(facts, subject, stack)),
    runStackCheck('functions', (subject) => checkFunctions(facts, subject)),
    runStackCheck('notifications', (subject) => checkNotifications(facts, subject, buckets)),
    runStackCheck('versioning', (subject) => checkVersioning(facts, subject, buckets)),
    runStackCheck('rotation', (subject) => checkRotation(facts, subject, rotation)),
    runStackCheck('purge queue', (subject) => checkQueue(facts, subject)),
    runStackCheck('quotas', (subject) => checkQuotas(facts, subject)),
  ]);
}
