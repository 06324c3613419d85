import {
  CloudWatchLogsClient,
  CreateLogGroupCommand,
  DescribeLogGroupsCommand,
  PutRetentionPolicyCommand,
} from '@aws-sdk/client-cloudwatch-logs';
import { clientOptions, portFailure } from '../../shared/adapters/aws-client.ts';
import { disabledRegionCodes } from '../../shared/deployment/regions.ts';

/** A log group; `days` is undefined if it keeps its lines for ever. */
export type LogGroup = { readonly days: number | undefined };

/**
 * The log groups of one Region. Every method throws `RegionDisabled` if the account does not use the Region, and
 * `PortFailure` if CloudWatch Logs refuses or does not answer.
 */
export type LogGroups = {
  /** Reads a group; undefined if it does not exist. */
  readonly read: (name: string) => Promise<LogGroup | undefined>;
  /** Creates a group. It does nothing if another program has just created it. */
  readonly create: (name: string) => Promise<void>;
  readonly keepFor: (name: string, days: number) => Promise<void>;
  readonly close: () => void;
};

/** The account has not enabled the Region. */
export class RegionDisabled extends Error {
  override readonly name = 'RegionDisabled';
}

/** A Region on the other side of the world answers slowly; a throttled call waits for its turn. */
const patience = { connectionTimeout: 5_000, requestTimeout: 20_000, maxAttempts: 4 };

type Call = { readonly permission: string; readonly group: string };

function failureOf({ permission, group }: Call, thrown: unknown): Error {
  const { name } = thrown as Error;
  if (disabledRegionCodes.includes(name)) return new RegionDisabled(name);
  return portFailure(`CloudWatch Logs on ${group}`, thrown, permission);
}

async function explainFailure<T>(call: Call, working: Promise<T>): Promise<T> {
  return working.catch((thrown: unknown) => {
    throw failureOf(call, thrown);
  });
}

const isTaken = (thrown: unknown): boolean =>
  thrown instanceof Error && thrown.name === 'ResourceAlreadyExistsException';

async function read(client: CloudWatchLogsClient, group: string): Promise<LogGroup | undefined> {
  // Groups are sorted by name, so this one comes before longer names with the same beginning.
  const asked = new DescribeLogGroupsCommand({ logGroupNamePrefix: group, limit: 1 });
  const call = { permission: 'logs:DescribeLogGroups', group };
  const { logGroups = [] } = await explainFailure(call, client.send(asked));
  const found = logGroups.find(({ logGroupName }) => logGroupName === group);
  return found === undefined ? undefined : { days: found.retentionInDays };
}

async function create(client: CloudWatchLogsClient, group: string): Promise<void> {
  const creating = client
    .send(new CreateLogGroupCommand({ logGroupName: group }))
    .catch((thrown: unknown) => {
      if (!isTaken(thrown)) throw thrown;
    });
  await explainFailure({ permission: 'logs:CreateLogGroup', group }, creating);
}

async function keepFor(client: CloudWatchLogsClient, group: string, days: number): Promise<void> {
  const asked = new PutRetentionPolicyCommand({ logGroupName: group, retentionInDays: days });
  await explainFailure({ permission: 'logs:PutRetentionPolicy', group }, client.send(asked));
}

/** Implements `LogGroups` with CloudWatch Logs and the default credentials. */
export function logGroupsIn(region: string): LogGroups {
  const client = new CloudWatchLogsClient(clientOptions({ region }, patience));
  return {
    read: (name) => read(client, name),
    create: (name) => create(client, name),
    keepFor: (name, days) => keepFor(client, name, days),
    close: () => client.destroy(),
  };
}
