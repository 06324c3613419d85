import { isListed, readAnnounced } from '../../shared/versions/announcing.ts';
import type { Installation } from '../target/target.ts';
import {
  type CheckSubject,
  type Finding,
  fail,
  type HealthyState,
  type LivePolicy,
  pass,
} from './finding.ts';
import { runCheck } from './installation-checks.ts';

type LiveState = Extract<HealthyState, { readonly kind: 'policy_live' }>;

const liveFacts = ({ from, rendersPerDay, version }: LiveState) => ({
  version,
  from,
  rendersPerDay,
});

/** The live policies among the findings. */
export const livePolicies = (findings: readonly Finding[]): readonly LivePolicy[] =>
  findings.flatMap(({ tenant, ...finding }) =>
    tenant !== undefined && finding.ok && finding.state.kind === 'policy_live'
      ? [{ tenant, ...liveFacts(finding.state) }]
      : [],
  );

/** Checks that functions can use the list of changes, and that it names no policy as older than it is. */
export function checkChanges(
  installation: Installation,
  live: readonly LivePolicy[],
): Promise<Finding> {
  const subject: CheckSubject = { check: 'changes' };
  return runCheck(subject, async () => {
    const announced = await readAnnounced(installation);
    const { sequence, changes, fault } = announced;
    const [first] = live;
    // Nothing was published since this release. Records of changes cannot be deleted, so the list is not lost.
    if (fault === 'missing' && sequence === 0)
      return pass(subject, { kind: 'changes_current', sequence });
    if (fault !== undefined) return fail(subject, { kind: 'changes_faulty', fault, repair: first });
    const named = new Set(changes.map(([tenant]) => tenant));
    const repair = live.find(
      ({ tenant, version }) => named.has(tenant) && !isListed(announced, tenant, version),
    );
    return repair === undefined
      ? pass(subject, { kind: 'changes_current', sequence })
      : fail(subject, { kind: 'changes_faulty', fault: 'outdated', repair });
  });
}
