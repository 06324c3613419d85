import { printBytes, printCount, printNumber } from '../../operator/quantity.ts';
import type { Delivered, DeliveredReport } from '../../operator/stats/delivered.ts';
import type { StatsReport, TenantStats } from '../../operator/stats/stats-tally.ts';

const printCounts = (counts: Readonly<Record<string, number>>): string =>
  Object.entries(counts)
    .map(([name, count]) => `${name} ${printNumber(count)}`)
    .join(', ') || 'none';

function printRenders({ count, p50, p95, max, totalMilliseconds }: TenantStats['renders']): string {
  if (count === 0) return 'none';
  const total = (totalMilliseconds / 1_000).toFixed(1);
  return `${printNumber(count)}, p50 ${p50} ms, p95 ${p95} ms, max ${max} ms, ${total} s in total`;
}

function printByteStats({ made, source, saved }: TenantStats['bytes']): string {
  const difference = saved < 0 ? `${printBytes(-saved)} more` : `${printBytes(saved)} saved`;
  return `${printBytes(made)} from ${printBytes(source)} of sources, ${difference}`;
}

function printTenant(name: string, stats: TenantStats): string {
  const sampled = stats.sampled ? ' (partly estimated: lines are sampled)' : '';
  return [
    name,
    `  views:    ${printCounts(stats.views)}${sampled}`,
    `  renders:  ${printRenders(stats.renders)}`,
    `  bytes:    ${printByteStats(stats.bytes)}`,
    `  refusals: ${printCounts(stats.refusals)}`,
    ...(Object.keys(stats.reported).length > 0
      ? [`  reported: ${printCounts(stats.reported)}`]
      : []),
    ...Object.entries(stats.kids).map(([kid, time]) => `  kid ${kid} last used ${time}`),
  ].join('\n');
}

function printDelivered(name: string, { requests, hits, misses, bytes }: Delivered): string {
  const share = Math.round((100 * hits) / (hits + misses));
  const rate = hits + misses === 0 ? '' : ` (${share} % hits)`;
  const counts = printCounts({ hits, misses });
  return `  ${name}: ${printCount(requests, 'request')}, ${counts}${rate}, ${printBytes(bytes)} sent`;
}

/** What access logs say, below its own heading. */
function printAllDelivered({ tenants, unattributed }: DeliveredReport): readonly string[] {
  const lines = [
    ...Object.entries(tenants).map(([name, one]) => printDelivered(name, one)),
    ...(unattributed.requests > 0 ? [printDelivered('without a tenant', unattributed)] : []),
  ];
  return lines.length > 0 ? ['Delivered by CloudFront, from its access log', ...lines] : [];
}

/** The counts by tenant; `only` is the tenant that was asked for. */
export function printStats(
  { tenants, unattributed, delivered, failures, unreadable, tooLong }: StatsReport,
  only: string | undefined,
): string {
  const absent = only !== undefined && !(tenants[only] ?? delivered.tenants[only]);
  const lines = [
    ...(absent ? [`${only} is not in the log`] : []),
    ...Object.entries(tenants).map(([name, stats]) => printTenant(name, stats)),
    ...(Object.keys(unattributed).length > 0
      ? [`Without a tenant: ${printCounts(unattributed)}`]
      : []),
    ...(failures > 0 ? [`Service failures: ${printNumber(failures)}`] : []),
    ...printAllDelivered(delivered),
    ...(unreadable > 0 ? [`Other lines: ${printNumber(unreadable)}`] : []),
    ...(tooLong > 0 ? [`${printCount(tooLong, 'line')} over 64 KB`] : []),
  ];
  return lines.join('\n') || 'The log is empty';
}
