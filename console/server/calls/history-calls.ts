import * as v from 'valibot';
import { auditTenants, readHistory } from '../../../operator/policies/history.ts';
import { checkReason } from '../../../operator/policies/reason.ts';
import { previewRollback, rollbackPolicies } from '../../../operator/policies/rollback.ts';
import { compareVersions } from '../../../operator/policies/versions.ts';
import { resultsOf } from '../../../operator/tenants/outcomes.ts';
import { declareCall, reasonName } from '../call.ts';
import { boundChanges } from './draft-calls.ts';

const tenant = v.string();
const version = v.pipe(v.number(), v.integer(), v.minValue(1));

/** How many versions one answer has at most. */
const mostVersions = 1_000;
/** Of a longer reason this much is shown. */
const mostReason = 400;
const mostFaults = 100;

const only = (name: string) => ({ operands: [name], all: false });

export const historyCalls = {
  /** The newest versions of a policy. */
  history: declareCall(v.object({ tenant }), async ({ open }, input) => {
    const all = await readHistory(open, input.tenant);
    const versions = all
      .slice(0, mostVersions)
      .map((one) => ({ ...one, reason: one.reason?.slice(0, mostReason) ?? null }));
    return { versions, total: all.length };
  }),
  /** The differences from one version to another. */
  compareVersions: declareCall(
    v.object({ tenant, before: version, after: version }),
    async ({ open }, { tenant, before, after }) =>
      boundChanges(await compareVersions(open, tenant, [before, after])),
  ),
  /** What restoring a version would change. */
  previewRollback: declareCall(
    v.object({ tenant, version, purge: v.boolean() }),
    async ({ open }, { tenant, version, purge }) => {
      const { changes, live, unchanged } = await previewRollback(open, tenant, { version, purge });
      return { ...boundChanges(changes), live, unchanged };
    },
  ),
  /** Publishes the content of an earlier version, unless another version than `expected` is live. */
  rollback: declareCall(
    v.object({ tenant, version, expected: version, reason: v.string(), purge: v.boolean() }),
    async ({ open }, { tenant, ...request }) => {
      checkReason(request.reason, reasonName);
      const asked = { ...request, tenants: only(tenant) };
      const [done] = resultsOf(await rollbackPolicies(open, asked, async () => undefined));
      return { version: done?.version ?? 0, unchanged: done?.unchanged ?? false };
    },
  ),
  /** Whether the audit trail of a tenant verifies. */
  audit: declareCall(v.object({ tenant }), async ({ open }, input) => {
    const [found] = resultsOf(await auditTenants(open, only(input.tenant)));
    const faults = found?.faults ?? [];
    return {
      verified: found?.verified ?? false,
      versions: found?.versions ?? 0,
      faults: faults.slice(0, mostFaults),
      authors: (found?.authors ?? []).slice(0, mostFaults),
    };
  }),
};
