import { CloudFormationClient, DescribeStacksCommand } from '@aws-sdk/client-cloudformation';
import { type AwsAccess, clientOptions, type Patience, portFailure } from './aws-client.ts';

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

async function outputsOf(access: AwsAccess, patience: Patience, stack: string) {
  const client = new CloudFormationClient(clientOptions(access, patience));
  try {
    const { Stacks = [] } = await client.send(new DescribeStacksCommand({ StackName: stack }));
    return Stacks[0]?.Outputs ?? [];
  } catch (thrown) {
    const { name, message } = thrown as Error;
    if (name === 'CredentialsProviderError')
      throw new StackUnknown('there are no AWS credentials; set AWS_PROFILE or AWS_ACCESS_KEY_ID');
    if (name === 'ValidationError' && message.includes('does not exist'))
      throw new StackUnknown(`there is no stack ${stack} in ${access.region} of this account`);
    throw portFailure(`CloudFormation describe of ${stack}`, thrown);
  } finally {
    client.destroy();
  }
}

/** Reads the outputs of a stack. Throws `StackUnknown`, and `PortFailure` where AWS does not answer. */
export async function stackOutputs(
  access: AwsAccess,
  patience: Patience,
  stack: string,
): Promise<StackOutputs> {
  const outputs = await outputsOf(access, patience, stack);
  const found = new Map(outputs.map(({ OutputKey, OutputValue }) => [OutputKey, OutputValue]));
  const missing = Object.values(outputNames).find((name) => !found.get(name));
  if (missing !== undefined)
    throw new StackUnknown(`stack ${stack} has no output ${missing}: it is not one of Signet's`);
  const entries = Object.entries(outputNames).map(([own, name]) => [own, found.get(name)]);
  return Object.fromEntries(entries) as StackOutputs;
}
