import {
  CloudWatchLogsClient,
  type FilteredLogEvent,
  FilterLogEventsCommand,
} from '@aws-sdk/client-cloudwatch-logs';
import { clientOptions, portFailure } from './aws-client.ts';

/** The lines of some log groups in one Region. */
export type RegionLines = {
  readonly region: string;
  readonly lines: readonly string[];
  /** Whether there are more lines than were read. */
  readonly more: boolean;
};

/** What is read: lines since a time in milliseconds, at most so many of each group. */
export type RecentRequest = {
  readonly groups: readonly string[];
  readonly since: number;
  readonly most: number;
  /** Codes of errors that mean that no function can have run in the Region. */
  readonly absentCodes: readonly string[];
  readonly signal: AbortSignal;
};

/** A Region on the other side of the world answers slowly. */
const patience = { connectionTimeout: 5_000, requestTimeout: 20_000, maxAttempts: 3 };

/** Pages of one group. CloudWatch may return empty ones. */
const mostPages = 5;

async function readGroup(
  client: CloudWatchLogsClient,
  group: string,
  { since, most, signal }: RecentRequest,
): Promise<{ readonly events: readonly FilteredLogEvent[]; readonly more: boolean }> {
  const events: FilteredLogEvent[] = [];
  // The SDK listens to a signal of each request, and Node warns of many listeners on one.
  const abortSignal = AbortSignal.any([signal]);
  let nextToken: string | undefined;
  for (let page = 0; page < mostPages && events.length < most; page += 1) {
    const asked = { logGroupName: group, startTime: since, limit: most - events.length };
    const command = new FilterLogEventsCommand({ ...asked, ...(nextToken && { nextToken }) });
    const found = await client.send(command, { abortSignal });
    events.push(...(found.events ?? []));
    nextToken = found.nextToken;
    if (nextToken === undefined) return { events, more: false };
  }
  return { events, more: true };
}

/**
 * Reads the recent lines of log groups in one Region, with the default credentials. Groups that do not exist have none.
 * Throws `PortFailure`.
 */
export async function readRegionLines(
  region: string,
  request: RecentRequest,
): Promise<RegionLines> {
  const client = new CloudWatchLogsClient(clientOptions({ region }, patience));
  const absent = ['ResourceNotFoundException', ...request.absentCodes];
  try {
    const found = await Promise.all(
      request.groups.map((group) =>
        readGroup(client, group, request).catch((thrown: unknown) => {
          if (absent.includes((thrown as Error).name)) return { events: [], more: false };
          const what = `CloudWatch Logs of ${region} on ${group}`;
          throw portFailure(what, thrown, 'logs:FilterLogEvents');
        }),
      ),
    );
    const lines = found.flatMap(({ events }) => events.flatMap(({ message }) => message ?? []));
    return { region, lines, more: found.some(({ more }) => more) };
  } finally {
    client.destroy();
  }
}
