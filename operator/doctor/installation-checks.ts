import { publicHalf } from '../../shared/keys/publisher.ts';
import { renderInStep } from '../../shared/keys/roots.ts';
import { PortFailure } from '../../shared/ports.ts';
import type { Installation } from '../target/target.ts';
import {
  type CheckName,
  type CheckSubject,
  type Finding,
  fail,
  failedCheck,
  pass,
  type TrailDamage,
} from './finding.ts';
import { probeUri } from './probe.ts';

/**
 * Runs a check, and turns an exception into a finding. If the installation does not answer at all,
 * the exception is passed on. `planRepair` is only called after an exception.
 */
export async function runCheck(
  subject: CheckSubject,
  check: () => Promise<Finding>,
  planRepair: () => Promise<TrailDamage | undefined> = async () => undefined,
): Promise<Finding> {
  try {
    return await check();
  } catch (thrown) {
    if (thrown instanceof PortFailure && !thrown.answered) throw thrown;
    return failedCheck(subject, thrown, await planRepair().catch(() => undefined));
  }
}

const checkOne = (
  check: CheckName,
  work: (subject: CheckSubject) => Promise<Finding>,
): Promise<Finding> => runCheck({ check }, () => work({ check }));

/** Checks the root keys, the publisher's key and the render secret. */
export async function checkSecrets(installation: Installation): Promise<readonly Finding[]> {
  return [
    await checkOne('root keys', async (subject) => {
      const { kids } = await installation.keyring();
      return pass(subject, { kind: 'root_keys', kids });
    }),
    await checkOne('publisher', async (subject) => {
      const { x } = publicHalf(await installation.publisher());
      const known = (await installation.publishers()).some((key) => key.x === x);
      return known
        ? pass(subject, { kind: 'publisher_known' })
        : fail(subject, { kind: 'publisher_unknown' });
    }),
    await checkOne('render secret', async (subject) =>
      (await renderInStep(installation))
        ? pass(subject, { kind: 'render_secret_current' })
        : fail(subject, { kind: 'render_secret_stale' }),
    ),
  ];
}

const timeoutMs = 10_000;

/** Requests an unsigned URL, which must be refused. */
export async function checkDistribution({ address }: Installation): Promise<Finding> {
  const subject: CheckSubject = { check: 'distribution' };
  const url = `${address}${probeUri}`;
  try {
    const signal = AbortSignal.timeout(timeoutMs);
    const response = await fetch(url, { redirect: 'manual', signal });
    await response.arrayBuffer();
    const { status } = response;
    const code = response.headers.get('x-signet-error');
    return status === 403 && code === 'forbidden'
      ? pass(subject, { kind: 'unsigned_refused', address })
      : fail(subject, { kind: 'unsigned_answered', address, status, code });
  } catch {
    return fail(subject, { kind: 'distribution_silent', address });
  }
}
