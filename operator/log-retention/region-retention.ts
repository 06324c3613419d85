import { edgeRegions, optInRegions } from '../../shared/deployment/regions.ts';
import { PortFailure } from '../../shared/ports.ts';
import { type LogGroups, logGroupsIn, RegionDisabled } from './log-groups.ts';

/** The days for which each log group keeps its lines, by the name of the group. */
export type GroupDays = ReadonlyMap<string, number>;

/** What was done in one Region. The lists have names of log groups. */
export type RegionRetention =
  | {
      readonly region: string;
      readonly outcome: 'done';
      readonly created: readonly string[];
      /** Existing groups that had another retention, or none. */
      readonly changed: readonly string[];
    }
  | { readonly region: string; readonly outcome: 'disabled' }
  | { readonly region: string; readonly outcome: 'failed'; readonly reason: string };

/** Sets the retention of one group. Outside of `edgeRegions`, a missing group stays missing. */
async function setGroup(groups: LogGroups, region: string, name: string, days: number) {
  const found = await groups.read(name);
  if (found === undefined && !edgeRegions.includes(region)) return undefined;
  if (found?.days === days) return undefined;
  if (found === undefined) await groups.create(name);
  await groups.keepFor(name, days);
  return found === undefined ? 'created' : 'changed';
}

async function setGroups(groups: LogGroups, region: string, wanted: GroupDays) {
  const created: string[] = [];
  const changed: string[] = [];
  for (const [name, days] of wanted) {
    const outcome = await setGroup(groups, region, name, days);
    if (outcome === 'created') created.push(name);
    if (outcome === 'changed') changed.push(name);
  }
  return { region, outcome: 'done', created, changed } as const;
}

function failed(region: string, thrown: unknown): RegionRetention {
  // Every account has the other Regions, so there the credentials are at fault.
  if (thrown instanceof RegionDisabled && optInRegions.includes(region))
    return { region, outcome: 'disabled' };
  if (thrown instanceof RegionDisabled)
    return { region, outcome: 'failed', reason: `the credentials are refused: ${thrown.message}` };
  // With such credentials every Region would say the same.
  if (thrown instanceof PortFailure && thrown.credentials === undefined)
    return { region, outcome: 'failed', reason: thrown.message };
  throw thrown;
}

/** Sets the retention of all groups of one Region, and reports what was done or what is wrong there. */
export async function setRegionRetention(
  region: string,
  wanted: GroupDays,
): Promise<RegionRetention> {
  const groups = logGroupsIn(region);
  try {
    return await setGroups(groups, region, wanted);
  } catch (thrown) {
    return failed(region, thrown);
  } finally {
    groups.close();
  }
}
