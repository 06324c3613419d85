import {
  CloudFormationClient,
  DescribeStacksCommand,
  GetTemplateSummaryCommand,
} from '@aws-sdk/client-cloudformation';
import * as v from 'valibot';
import {
  type AwsAccess,
  clientOptions,
  type Patience,
  portFailure,
} from '../../shared/adapters/aws-client.ts';
import type { HostMap } from '../../shared/url/host-map.ts';

/** What a deployed stack says of itself, by the names of its outputs. */
const outputNames = {
  address: 'Address',
  sources: 'SourcesBucket',
  derivatives: 'DerivativesBucket',
  config: 'ConfigBucket',
  distribution: 'DistributionId',
} as const;

export type StackOutputs = Readonly<Record<keyof typeof outputNames, string>>;

/** There is no such stack, or it is another one's. The message says what to do. */
export class StackUnknown extends Error {
  override readonly name = 'StackUnknown';
}

/** Nobody has said who asks. The message says what to do. */
export class NoCredentials extends Error {
  override readonly name = 'NoCredentials';
}

async function askCloudFormation<T>(
  access: AwsAccess,
  patience: Patience,
  stack: string,
  ask: (client: CloudFormationClient) => Promise<T>,
): Promise<T> {
  const client = new CloudFormationClient(clientOptions(access, patience));
  try {
    return await ask(client);
  } catch (thrown) {
    const { name, message } = thrown as Error;
    if (name === 'CredentialsProviderError')
      throw new NoCredentials('there are no AWS credentials; set AWS_PROFILE or AWS_ACCESS_KEY_ID');
    if (name === 'ValidationError' && message.includes('does not exist'))
      throw new StackUnknown(`there is no stack ${stack} in ${access.region} of this account`);
    throw portFailure(`CloudFormation's description of ${stack}`, thrown);
  } finally {
    client.destroy();
  }
}

async function describeStack(access: AwsAccess, patience: Patience, stack: string) {
  const { Stacks = [] } = await askCloudFormation(access, patience, stack, (client) =>
    client.send(new DescribeStacksCommand({ StackName: stack })),
  );
  return Stacks[0];
}

/** A stack that is in one of these runs what its template says, at every edge location. */
const settled: readonly (string | undefined)[] = [
  ...['CREATE_COMPLETE', 'UPDATE_COMPLETE', 'UPDATE_ROLLBACK_COMPLETE', 'IMPORT_COMPLETE'],
  // The distribution is through; what nobody uses any more is being deleted.
  'UPDATE_COMPLETE_CLEANUP_IN_PROGRESS',
];

/** Whether no deployment of a stack is under way or has stuck. Throws as `stackOutputs` does. */
export async function isStackSettled(
  access: AwsAccess,
  patience: Patience,
  stack: string,
): Promise<boolean> {
  return settled.includes((await describeStack(access, patience, stack))?.StackStatus);
}

/** Reads the outputs of a stack. Throws `StackUnknown`, and `PortFailure` where AWS does not answer. */
export async function stackOutputs(
  access: AwsAccess,
  patience: Patience,
  stack: string,
): Promise<StackOutputs> {
  const outputs = (await describeStack(access, patience, stack))?.Outputs ?? [];
  const found = new Map(outputs.map(({ OutputKey, OutputValue }) => [OutputKey, OutputValue]));
  const missing = Object.values(outputNames).find((name) => !found.get(name));
  if (missing !== undefined)
    throw new StackUnknown(`stack ${stack} has no output ${missing}: it is not one of Signet's`);
  const entries = Object.entries(outputNames).map(([own, name]) => [own, found.get(name)]);
  return Object.fromEntries(entries) as StackOutputs;
}

/** What the template says of the functions in it; an output would hold no more than 1,024 characters. */
const announcement = v.pipe(
  v.string(),
  v.parseJson(),
  v.object({
    Signet: v.object({
      policyFields: v.array(v.string()),
      hosts: v.optional(v.record(v.string(), v.string()), {}),
    }),
  }),
);

/** What a stack's template says of its functions: they were deployed together. */
export type StackAnnouncement = {
  /** The policy fields that they read. */
  readonly policyFields: readonly string[];
  readonly hosts: HostMap;
};

/**
 * What a stack's template says in its `Metadata`. Throws as `stackOutputs` does, and `StackUnknown` where the template does not say.
 * https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_GetTemplateSummary.html
 */
export async function stackAnnouncement(
  access: AwsAccess,
  patience: Patience,
  stack: string,
): Promise<StackAnnouncement> {
  const { Metadata } = await askCloudFormation(access, patience, stack, (client) =>
    client.send(new GetTemplateSummaryCommand({ StackName: stack })),
  );
  const said = v.safeParse(announcement, Metadata);
  if (said.success) return said.output.Signet;
  throw new StackUnknown(
    `the template of stack ${stack} does not say which policy fields its functions read; deploy it again, then publish`,
  );
}
