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
import { usualSecretsPrefix } from '../../shared/keys/store.ts';
import type { SourceEntries } from '../../shared/policy/source-entries.ts';
import { sourceEntriesSchema } from '../../shared/policy/source-settings.ts';
import type { HostMap } from '../../shared/url/host-map.ts';
import { NoCredentials, StackUnknown } from './stack-failures.ts';

/** The names of the stack outputs that describe an installation. */
const outputNames = {
  address: 'Address',
  sources: 'SourcesBucket',
  derivatives: 'DerivativesBucket',
  config: 'ConfigBucket',
  distribution: 'DistributionId',
} as const;

export type StackOutputs = Readonly<Record<keyof typeof outputNames, string>> & {
  readonly secretsPrefix: string;
};

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
      throw new NoCredentials('no AWS credentials found; set AWS_PROFILE or AWS_ACCESS_KEY_ID');
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

/** In these states the deployed functions match the template at every edge location. */
const settledStates: readonly (string | undefined)[] = [
  ...['CREATE_COMPLETE', 'UPDATE_COMPLETE', 'UPDATE_ROLLBACK_COMPLETE', 'IMPORT_COMPLETE'],
  // The distribution is updated; only unused resources are still being deleted.
  'UPDATE_COMPLETE_CLEANUP_IN_PROGRESS',
];

/** Whether no deployment of a stack is in progress or stuck. Throws as `stackOutputs` does. */
export async function isStackSettled(
  access: AwsAccess,
  patience: Patience,
  stack: string,
): Promise<boolean> {
  return settledStates.includes((await describeStack(access, patience, stack))?.StackStatus);
}

/** Reads the outputs of a stack. Throws `StackUnknown`, or `PortFailure` if AWS does not answer. */
export async function stackOutputs(
  access: AwsAccess,
  patience: Patience,
  stack: string,
): Promise<StackOutputs> {
  const outputs = (await describeStack(access, patience, stack))?.Outputs ?? [];
  const found = new Map(outputs.map(({ OutputKey, OutputValue }) => [OutputKey, OutputValue]));
  const missing = Object.values(outputNames).find((name) => !found.get(name));
  if (missing !== undefined)
    throw new StackUnknown(`stack ${stack} has no output ${missing}, so it is not a Signet stack`);
  const entries = Object.entries(outputNames).map(([own, name]) => [own, found.get(name)]);
  // Stacks of earlier versions have no such output.
  const secretsPrefix = found.get('SecretsPrefix') ?? usualSecretsPrefix;
  return { ...(Object.fromEntries(entries) as Omit<StackOutputs, 'secretsPrefix'>), secretsPrefix };
}

/** The facts about the functions are in the template, because an output holds at most 1,024 characters. */
const templateMetadata = v.pipe(
  v.string(),
  v.parseJson(),
  v.object({
    Signet: v.object({
      policyFields: v.array(v.string()),
      hosts: v.optional(v.record(v.string(), v.string()), {}),
      corsOrigins: v.optional(v.array(v.string()), []),
      sources: v.optional(sourceEntriesSchema, {}),
    }),
  }),
);

/** Facts about the deployed functions, from the template they were deployed with. */
export type StackAnnouncement = {
  /** The policy fields that the functions can read. */
  readonly policyFields: readonly string[];
  readonly hosts: HostMap;
  readonly corsOrigins: readonly string[];
  /** The buckets that are not Signet's own. */
  readonly sources: SourceEntries;
};

/**
 * Reads the `Metadata` of a stack's template. Throws as `stackOutputs` does, and `StackUnknown` if the
 * template has none of Signet's.
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
  const parsed = v.safeParse(templateMetadata, Metadata);
  if (parsed.success) return parsed.output.Signet;
  throw new StackUnknown(
    `the template of stack ${stack} does not list the policy fields its functions read; deploy it again, then publish`,
  );
}
