import { readFileSync } from 'node:fs';
import path from 'node:path';
import { CloudFormationClient, CreateStackCommand } from '@aws-sdk/client-cloudformation';
import { CloudFrontClient, CreateDistributionCommand } from '@aws-sdk/client-cloudfront';
import { CreateBucketCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import {
  CreateSecretCommand,
  RotateSecretCommand,
  SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager';
import { SQSClient } from '@aws-sdk/client-sqs';
import { buildAssets } from '../../build/assets.ts';
import { functionConfigs } from '../../infra/edge-config.ts';
import { namesFor } from '../../infra/names.ts';
import { readStackSettings } from '../../infra/settings.ts';
import { signetApp } from '../../infra/signet-app.ts';
import type { Zips } from '../../infra/stack.ts';
import type { AwsAccess } from '../../shared/adapters/aws-client.ts';
import { secretIds } from '../../shared/keys/store.ts';
import { ofType, type Resource, type Template } from '../infra/synth.ts';
import { motoAccount } from './moto.ts';

export type Synthesised = { readonly template: Template; readonly zips: Zips };

/** Builds the zips and the template for an installation whose functions reach AWS at another address. */
export async function synthesise(
  folder: string,
  access: AwsAccess,
  context: object = {},
): Promise<Synthesised> {
  const settings = readStackSettings(context, motoAccount);
  const names = namesFor(settings);
  const { purge, ...edge } = functionConfigs(settings, names, '0.0.0');
  const reached = { s3: access, secretsManager: access };
  const zips = await buildAssets(path.join(folder, 'zips'), {
    viewerRequest: { ...edge.viewerRequest, ...reached },
    originResponse: { ...edge.originResponse, ...reached },
    purge,
  });
  const { app, stack } = signetApp(
    { settings, zips },
    { outdir: path.join(folder, 'out'), checked: false },
  );
  return { template: app.synth().getStackByName(stack.stackName).template as Template, zips };
}

/** The types that moto's CloudFormation creates as the template says. */
const creatable: ReadonlySet<string> = new Set([
  ...['AWS::S3::Bucket', 'AWS::IAM::Role', 'AWS::Logs::LogGroup', 'AWS::SQS::Queue'],
  ...['AWS::SNS::Topic', 'AWS::Lambda::Function', 'AWS::Lambda::Version'],
]);

/** The logical ids that a part of a template refers to. */
function referencesIn(value: unknown): readonly string[] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) => {
    if (key === 'Ref') return [String(inner)];
    return key === 'Fn::GetAtt' ? [String(inner[0])] : referencesIn(inner);
  });
}

/** Puts a text in place of each reference to a resource. */
function replaceReferences(value: unknown, id: string, by: string): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map((one) => replaceReferences(one, id, by));
  if (referencesIn(value).includes(id) && Object.keys(value).length === 1) {
    const [key = ''] = Object.keys(value);
    if (key === 'Ref' || key === 'Fn::GetAtt') return by;
  }
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [key, replaceReferences(inner, id, by)]),
  );
}

function withoutMissing(resources: Template['Resources']): Template['Resources'] {
  const isKnown = (id: string): boolean => id in resources || id.startsWith('AWS::');
  const kept = Object.entries(resources).filter(([, { Properties }]) =>
    referencesIn(Properties).every(isKnown),
  );
  const left = Object.fromEntries(kept);
  if (kept.length < Object.keys(resources).length) return withoutMissing(left);
  const withDependencies = ([id, { DependsOn = [], ...resource }]: [string, Resource]) => {
    const wanted = [DependsOn].flat().filter((other) => other in left);
    return [id, { ...resource, ...(wanted.length > 0 ? { DependsOn: wanted } : {}) }] as const;
  };
  return Object.fromEntries(kept.map(withDependencies));
}

export type Reduced = {
  readonly template: Template;
  /** The types that are left out. */
  readonly dropped: readonly string[];
};

/** The part of a template that moto creates, with the same outputs and metadata. */
export function reduceTemplate(
  { Resources, Outputs, Metadata }: Template,
  { id, address }: { readonly id: string; readonly address: string },
): Reduced {
  const [[distribution = ''] = []] = ofType(
    { Resources, Outputs, Metadata },
    'AWS::CloudFront::Distribution',
  );
  const kept = Object.entries(Resources).filter(([, { Type }]) => creatable.has(Type));
  const replaced = replaceReferences(Object.fromEntries(kept), distribution, id);
  const left = withoutMissing(replaced as Template['Resources']);
  const outputs = Object.entries(
    replaceReferences(Outputs, distribution, id) as Template['Outputs'],
  ).filter(([, { Value }]) => referencesIn(Value).every((one) => one in left));
  const types = Object.values(Resources).map(({ Type }) => Type);
  const created = new Set(Object.values(left).map(({ Type }) => Type));
  return {
    dropped: [...new Set(types.filter((type) => !created.has(type)))].toSorted(),
    template: {
      Resources: left,
      Metadata,
      Outputs: {
        ...Object.fromEntries(outputs),
        Address: { Value: address },
      },
    },
  };
}

const options = (address: string) => ({
  region: 'us-east-1',
  endpoint: address,
  credentials: { accessKeyId: 'signet', secretAccessKey: 'signet-local' },
});

/** Clients for moto, as an operator with every permission has them. */
export const clientsFor = (address: string) => ({
  cloudFormation: new CloudFormationClient(options(address)),
  cloudFront: new CloudFrontClient(options(address)),
  s3: new S3Client({ ...options(address), forcePathStyle: true }),
  secrets: new SecretsManagerClient(options(address)),
  sqs: new SQSClient(options(address)),
});
export type Clients = ReturnType<typeof clientsFor>;

async function makeDistribution({ cloudFront }: Clients): Promise<string> {
  const { Distribution } = await cloudFront.send(
    new CreateDistributionCommand({
      DistributionConfig: {
        ...{ CallerReference: 'signet', Comment: 'signet', Enabled: true },
        Origins: { Quantity: 1, Items: [{ Id: 's3', DomainName: 'b.s3.amazonaws.com' }] },
        DefaultCacheBehavior: { TargetOriginId: 's3', ViewerProtocolPolicy: 'https-only' },
      },
    }),
  );
  return Distribution?.Id ?? '';
}

type Code = { readonly S3Bucket: string; readonly S3Key: string };

/** Uploads the zips where the template expects them, as `cdk deploy` does. */
async function uploadZips({ s3 }: Clients, { template }: Synthesised, out: string): Promise<void> {
  const zips = ofType(template, 'AWS::Lambda::Function').map(
    ([, { Properties }]) => Properties['Code'] as Code,
  );
  for (const Bucket of new Set(zips.map(({ S3Bucket }) => S3Bucket)))
    await s3.send(new CreateBucketCommand({ Bucket }));
  for (const { S3Bucket: Bucket, S3Key: Key } of zips) {
    const Body = readFileSync(path.join(out, `asset.${Key}`));
    await s3.send(new PutObjectCommand({ Bucket, Key, Body }));
  }
}

export type Deployed = Reduced & { readonly distribution: string };

/** Creates a stack in moto, with a distribution and empty secrets, which moto's CloudFormation cannot make. */
export async function deploy(
  clients: Clients,
  synthesised: Synthesised,
  { folder, address }: { readonly folder: string; readonly address: string },
): Promise<Deployed> {
  const distribution = await makeDistribution(clients);
  const reduced = reduceTemplate(synthesised.template, { id: distribution, address });
  await uploadZips(clients, synthesised, path.join(folder, 'out'));
  // moto prints the metadata of a template as Python does, and a text as it is.
  const Metadata = JSON.stringify(reduced.template.Metadata);
  const TemplateBody = JSON.stringify({ ...reduced.template, Metadata });
  await clients.cloudFormation.send(new CreateStackCommand({ StackName: 'signet', TemplateBody }));
  for (const Name of Object.values(secretIds))
    await clients.secrets.send(new CreateSecretCommand({ Name }));
  // With the name of a function moto would run it in a container.
  const SecretId = secretIds.roots;
  const RotationRules = { AutomaticallyAfterDays: 90 };
  await clients.secrets.send(new RotateSecretCommand({ SecretId, RotationRules }));
  return { ...reduced, distribution };
}
