import type { LogRetention } from '../../operator/log-retention/log-retention.ts';
import { printCount } from '../../operator/quantity.ts';

type Regions = LogRetention['regions'];

/** The Regions in which groups were created or changed: `2 log groups in eu-west-1, 1 in …`. */
function listGroups(regions: Regions, list: 'created' | 'changed'): string {
  const counts = regions
    .map((one) => [one.region, one.outcome === 'done' ? one[list].length : 0] as const)
    .filter(([, count]) => count > 0);
  const total = counts.reduce((sum, [, count]) => sum + count, 0);
  const where = counts.map(([region]) => region).join(', ');
  return total === 0 ? '0 log groups' : `${printCount(total, 'log group')} in ${where}`;
}

const namesOf = (regions: Regions, outcome: Regions[number]['outcome']): readonly string[] =>
  regions.filter((one) => one.outcome === outcome).map(({ region }) => region);

/** What was done, and then each Region that failed with its reason. */
export function printRetention({ groups, regions }: LogRetention): string {
  const disabled = namesOf(regions, 'disabled');
  const failed = regions.flatMap((one) =>
    one.outcome === 'failed' ? [`${one.region} failed: ${one.reason}`] : [],
  );
  return [
    ...groups.map(({ group, days }) => `${group}: ${printCount(days, 'day')}`),
    `created: ${listGroups(regions, 'created')}`,
    `changed: ${listGroups(regions, 'changed')}`,
    ...(disabled.length === 0
      ? []
      : [`skipped, because the account has not enabled them: ${disabled.join(', ')}`]),
    ...failed,
  ].join('\n');
}
