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
import { type PublisherKey, publisherKeySchema } from '../../shared/keys/publisher.ts';
import { usualSecretsPrefix } from '../../shared/keys/store.ts';
import { type SourceType, sourceTypes } from '../../shared/operations/image-type.ts';
import type { SourceEntries } from '../../shared/policy/source-entries.ts';
import { sourceEntriesSchema } from '../../shared/policy/source-settings.ts';
import type { HostMap } from '../../shared/url/host-map.ts';
import type { Deploying } from '../../shared/versions/publish-checks.ts';
import { StackUnknown } from './stack-failures.ts';
import { adviseWithoutOutputs, describeDeploying, isSettled } from './stack-status.ts';

/** The names of the stack outputs that describe an installation. */
const outputNames = {
  address: 'Address',
  sources: 'SourcesBucket',
  derivatives: 'DerivativesBucket',
  config: 'ConfigBucket',
  distribution: 'DistributionId',
} as const;

const publisherKeys = v.pipe(v.string(), v.parseJson(), v.array(publisherKeySchema));

export type StackOutputs = Readonly<Record<keyof typeof outputNames, string>> & {
  readonly secretsPrefix: string;
  /** The bucket of the access logs; undefined in stacks of earlier versions. */
  readonly logs: string | undefined;
  /** The keys that verify policies; undefined in stacks of earlier versions. */
  readonly publishers: readonly PublisherKey[] | undefined;
};

/**
 * Asks CloudFormation about a stack. Throws `StackUnknown`, or a `PortFailure` that names the permission if it is
 * missing.
 */
export async function askCloudFormation<T>(
  access: AwsAccess,
  patience: Patience,
  { stack, permission }: { readonly stack: string; readonly permission: string },
  ask: (client: CloudFormationClient) => Promise<T>,
): Promise<T> {
  const client = new CloudFormationClient(clientOptions(access, patience));
  try {
    return await ask(client);
  } catch (thrown) {
    const { name, message } = thrown as Error;
    if (name === 'ValidationError' && message.includes('does not exist'))
      throw new StackUnknown(`there is no stack ${stack} in ${access.region} of this account`);
    throw portFailure(`CloudFormation's description of ${stack}`, thrown, permission);
  } finally {
    client.destroy();
  }
}

/** Reads the status and the outputs of a stack. Throws as `askCloudFormation` does. */
export async function describeStack(access: AwsAccess, patience: Patience, stack: string) {
  const call = { stack, permission: 'cloudformation:DescribeStacks' };
  const { Stacks = [] } = await askCloudFormation(access, patience, call, (client) =>
    client.send(new DescribeStacksCommand({ StackName: stack })),
  );
  return Stacks[0];
}

/** The deployment of a stack that is in progress or stuck; undefined if there is none. Throws as `stackOutputs` does. */
export async function stackDeployment(
  access: AwsAccess,
  patience: Patience,
  stack: string,
): Promise<Deploying | undefined> {
  const status = (await describeStack(access, patience, stack))?.StackStatus ?? 'unknown';
  return isSettled(status) ? undefined : { deploying: describeDeploying(stack, status) };
}

/** Why a stack has no outputs. */
function noOutputs(stack: string, status: string, missing: string): StackUnknown {
  if (isSettled(status))
    return new StackUnknown(`stack ${stack} has no output ${missing}, so it is not a Signet stack`);
  return new StackUnknown(
    `stack ${stack} is in ${status} and has no output ${missing} yet; ${adviseWithoutOutputs(status)}`,
  );
}

/** Reads the outputs of a stack. Throws `StackUnknown`, or `PortFailure` if AWS does not answer. */
export async function stackOutputs(
  access: AwsAccess,
  patience: Patience,
  stack: string,
): Promise<StackOutputs> {
  const described = await describeStack(access, patience, stack);
  const outputs = described?.Outputs ?? [];
  const found = new Map(outputs.map(({ OutputKey, OutputValue }) => [OutputKey, OutputValue]));
  const missing = Object.values(outputNames).find((name) => !found.get(name));
  if (missing !== undefined) throw noOutputs(stack, described?.StackStatus ?? 'unknown', missing);
  const entries = Object.entries(outputNames).map(([own, name]) => [own, found.get(name)]);
  return {
    ...(Object.fromEntries(entries) as Readonly<Record<keyof typeof outputNames, string>>),
    // Stacks of earlier versions have no such outputs.
    secretsPrefix: found.get('SecretsPrefix') ?? usualSecretsPrefix,
    logs: found.get('LogsBucket'),
    publishers: v.is(publisherKeys, found.get('PublisherKeys'))
      ? v.parse(publisherKeys, found.get('PublisherKeys'))
      : undefined,
  };
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
      // Templates of earlier versions do not name them.
      disabledFormats: v.optional(v.array(v.picklist(sourceTypes)), []),
    }),
  }),
);

/** Facts about the deployed functions, from the template they were deployed with. */
export type StackAnnouncement = {
  /** The policy fields that the functions can read. */
  readonly policyFields: readonly string[];
  readonly hosts: HostMap;
  readonly corsOrigins: readonly string[];
  /** The types of sources that the functions refuse. */
  readonly disabledFormats: readonly SourceType[];
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
  const call = { stack, permission: 'cloudformation:GetTemplateSummary' };
  const { Metadata } = await askCloudFormation(access, patience, call, (client) =>
    client.send(new GetTemplateSummaryCommand({ StackName: stack })),
  );
  const parsed = v.safeParse(templateMetadata, Metadata);
  if (parsed.success) return parsed.output.Signet;
  throw new StackUnknown(
    `the template of stack ${stack} does not list the policy fields its functions read; deploy it again, then publish`,
  );
}
