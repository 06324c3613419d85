import { edgeLogGroups } from '../../shared/deployment/edge-logs.ts';
import { allRegions, disabledRegionCodes, optInRegions } from '../../shared/deployment/regions.ts';
import { PortFailure } from '../../shared/ports.ts';
import { usageFailure } from '../failure.ts';
import type { StartProgress } from '../progress.ts';
import type { Installation, OpenInstallation } from '../target/target.ts';
import { runWorkers } from '../workers.ts';
import type { LiveRequest } from './live-request.ts';
import { createRequestJoiner } from './request-joiner.ts';

/** What the functions of a deployed stack logged in the last minutes, newest first. */
export type RecentRequests = {
  readonly requests: readonly LiveRequest[];
  /** The Regions in which functions logged something. */
  readonly regions: readonly string[];
  /** Whether there is more than was read. */
  readonly more: boolean;
  /** Regions whose log could not be read, and why. */
  readonly failed: readonly { readonly region: string; readonly reason: string }[];
};

export type RecentControl = {
  readonly startProgress: StartProgress;
  readonly signal: AbortSignal;
};

export const mostMinutes = 60;
/** Lines of each log group of a Region, and requests in all. */
const mostLines = 1_000;
const mostRequests = 1_500;
const simultaneousRegions = 8;

type ReadRegion = NonNullable<Installation['readRegionLines']>;
type Gathered = {
  lines: string[];
  regions: string[];
  more: boolean;
  failed: { region: string; reason: string }[];
};

/** An account that has not enabled a Region has no functions in it. */
const absentCodes = (region: string): readonly string[] =>
  optInRegions.includes(region) ? disabledRegionCodes : [];

async function gatherRegion(
  gathered: Gathered,
  region: string,
  read: () => ReturnType<ReadRegion>,
): Promise<void> {
  try {
    const { lines, more } = await read();
    if (lines.length > 0) gathered.regions.push(region);
    gathered.lines.push(...lines);
    gathered.more ||= more;
  } catch (thrown) {
    // Credentials are the same everywhere.
    if (!(thrown instanceof PortFailure) || thrown.credentials !== undefined) throw thrown;
    gathered.failed.push({ region, reason: thrown.message });
  }
}

async function gatherRegions(
  readRegion: ReadRegion,
  request: Omit<Parameters<ReadRegion>[1], 'signal' | 'absentCodes'>,
  { signal, startProgress }: RecentControl,
): Promise<Gathered> {
  const gathered: Gathered = { lines: [], regions: [], more: false, failed: [] };
  const progress = startProgress(allRegions.length);
  const waiting = allRegions.values();
  try {
    await runWorkers(simultaneousRegions, async () => {
      for (const region of waiting) {
        await gatherRegion(gathered, region, () =>
          readRegion(region, { ...request, signal, absentCodes: absentCodes(region) }),
        );
        progress.advance(1);
      }
    });
  } finally {
    progress.end();
  }
  return gathered;
}

/**
 * Reads what both functions of a deployed stack logged in the last minutes, in every Region. Lines of allowed views are
 * sampled. Throws `usage` for the local stack and for other minutes than 1 to 60.
 */
export async function readRecentRequests(
  open: OpenInstallation,
  minutes: number,
  control: RecentControl,
): Promise<RecentRequests> {
  if (!Number.isInteger(minutes) || minutes < 1 || minutes > mostMinutes)
    throw usageFailure(`write 1 to ${mostMinutes} minutes`);
  const { clock, hosts, readRegionLines, stack } = await open();
  if (readRegionLines === undefined || stack === undefined)
    throw usageFailure(
      'the local stack has no log in CloudWatch; its requests are shown as they come',
    );
  const request = {
    groups: edgeLogGroups(stack),
    since: clock() - minutes * 60_000,
    most: mostLines,
  };
  const gathered = await gatherRegions(readRegionLines, request, control);
  const joiner = createRequestJoiner(await hosts());
  gathered.lines.forEach(joiner.addServiceLine);
  const requests = joiner.finish().toReversed();
  return {
    requests: requests.slice(0, mostRequests),
    regions: gathered.regions.toSorted(),
    more: gathered.more || requests.length > mostRequests,
    failed: gathered.failed,
  };
}
