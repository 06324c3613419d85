import * as v from 'valibot';
import { usageFailure } from '../../../operator/failure.ts';
import { checkReason } from '../../../operator/policies/reason.ts';
import { readStats } from '../../../operator/stats/stats.ts';
import type { StatsReport } from '../../../operator/stats/stats-tally.ts';
import { parseStackName } from '../../../operator/target/stack-name.ts';
import { quietly } from '../../../operator/tenants/outcomes.ts';
import { listTenants } from '../../../operator/tenants/tenant-list.ts';
import { createTenant, removeTenant } from '../../../operator/tenants/tenants.ts';
import { declareCall, reasonName } from '../call.ts';

/** How many tenants one call reads: each needs several objects of the bucket. */
const mostRows = 50;

const tenant = v.string();

const sum = (counts: Readonly<Record<string, number>>): number =>
  Object.values(counts).reduce((total, one) => total + one, 0);

const viewsOf = ({ tenants }: StatsReport) =>
  Object.entries(tenants).map(([name, { views, renders }]) => ({
    tenant: name,
    views: sum(views),
    refused: sum(views) - (views['allowed'] ?? 0) - (views['options'] ?? 0),
    renders: renders.count,
  }));

export const fleetCalls = {
  /** The rows of some tenants. A damaged one has a message in place of its row. */
  tenantRows: declareCall(
    v.object({ tenants: v.pipe(v.array(tenant), v.maxLength(mostRows)) }),
    async ({ open, signal }, { tenants }) => {
      const outcomes = await listTenants(open, { ...quietly, signal }, tenants);
      return outcomes.map((one) => {
        if (one.state === 'left') return { tenant: one.tenant, message: 'It was not read.' };
        if (one.state === 'failed') return { tenant: one.tenant, message: one.failure.message };
        const { derivativesPerSource, ...row } = one.result;
        return { ...row, derivativesPerSource: String(derivativesPerSource) };
      });
    },
  ),
  /** Views and renders of each tenant in the local log. `unread` says why there are none. */
  tenantViews: declareCall(v.object({}), async ({ target }) => {
    const stack = parseStackName(target);
    if (stack !== undefined)
      return { views: [], unread: `The logs of ${stack} are in CloudWatch, in many Regions.` };
    const reading = { ...quietly, reportDamaged: () => undefined };
    const { report } = await readStats({ logs: [], target, tenant: undefined }, reading);
    return { views: viewsOf(report) };
  }),
  /** Creates a tenant with the starter policy. */
  createTenant: declareCall(v.object({ tenant }), ({ open }, input) =>
    createTenant(open, input.tenant),
  ),
  /** How many derivatives the tenant has, up to 1,000. */
  tenantSize: declareCall(v.object({ tenant }), async ({ open, signal }, input) => {
    const { derivatives } = await open();
    let count = 0;
    for await (const _key of derivatives.list(`${input.tenant}/`)) {
      if (count === 1_000 || signal.aborted) return { derivatives: count, more: true };
      count += 1;
    }
    return { derivatives: count, more: false };
  }),
  /** Deletes a tenant. `confirmed` is its name once more. */
  removeTenant: declareCall(
    v.object({ tenant, reason: v.string(), confirmed: v.string() }),
    ({ open }, { tenant: name, reason, confirmed }) => {
      checkReason(reason, reasonName);
      return removeTenant(open, { name, reason }, async () => {
        if (confirmed !== name) throw usageFailure(`write ${name} to delete it`);
      });
    },
  ),
};
