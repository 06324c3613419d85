import { edgeLogGroups } from '../../shared/deployment/edge-logs.ts';
import { allRegions, stackRegion } from '../../shared/deployment/regions.ts';
import { OperatorFailure, usageFailure } from '../failure.ts';
import type { StartProgress } from '../progress.ts';
import type { OpenInstallation } from '../target/target.ts';
import { logGroupsIn } from './log-groups.ts';
import { type GroupDays, type RegionRetention, setRegionRetention } from './region-retention.ts';

/**
 * The retention times that CloudWatch Logs offers, in days.
 * https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutRetentionPolicy.html
 */
export const retentionDays: readonly number[] = [
  ...[1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922],
  ...[3288, 3653],
];

export type LogRetention = {
  readonly stack: string;
  readonly groups: readonly { readonly group: string; readonly days: number }[];
  readonly regions: readonly RegionRetention[];
};

function checkDays(days: number | undefined): void {
  if (days === undefined || retentionDays.includes(days)) return;
  throw usageFailure(
    `CloudWatch Logs has no retention of ${days} days; write one of ${retentionDays.join(', ')}`,
  );
}

/** Reads the retention that the stack has set in its own Region. */
async function readStackRetention(names: readonly string[]): Promise<GroupDays> {
  const groups = logGroupsIn(stackRegion);
  try {
    const wanted = new Map<string, number>();
    for (const name of names) {
      const days = (await groups.read(name))?.days;
      if (days === undefined)
        throw new OperatorFailure(
          'not_found',
          `log group ${name} of ${stackRegion} has no retention to copy; name the days, such as: npx signet logs retention 30`,
        );
      wanted.set(name, days);
    }
    return wanted;
  } finally {
    groups.close();
  }
}

async function setRegions(wanted: GroupDays, startProgress: StartProgress) {
  const progress = startProgress(allRegions.length);
  try {
    return await Promise.all(
      allRegions.map(async (region) => {
        const done = await setRegionRetention(region, wanted);
        progress.advance(1);
        return done;
      }),
    );
  } finally {
    progress.end();
  }
}

/**
 * Sets the retention of the log groups of both edge functions in every Region, and creates those that
 * Lambda@Edge would create without a retention. Without `days` they keep lines as long as the groups of
 * the stack's own Region. Throws `usage` for the local stack and for days that CloudWatch Logs does not
 * offer, and `not_found` if there is no retention to copy.
 */
export async function setLogRetention(
  open: OpenInstallation,
  days: number | undefined,
  startProgress: StartProgress,
): Promise<LogRetention> {
  checkDays(days);
  const { stack } = await open();
  if (stack === undefined)
    throw usageFailure(
      'the local stack has no log groups; name a deployed stack: --target aws:STACK',
    );
  const names = edgeLogGroups(stack);
  const wanted =
    days === undefined
      ? await readStackRetention(names)
      : new Map(names.map((name) => [name, days]));
  const regions = await setRegions(wanted, startProgress);
  return { stack, groups: [...wanted].map(([group, kept]) => ({ group, days: kept })), regions };
}
