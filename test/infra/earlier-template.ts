import earlier from './earlier-template.json' with { type: 'json' };
import { at, type Template } from './synth.ts';

/* What an upgrade must not replace: the reduced template of an earlier version, and the rules of CloudFormation. */

type Reduced = Readonly<Record<string, { readonly Type: string; readonly Properties?: object }>>;

/**
 * The properties that CloudFormation cannot change: with another value it makes a new resource and deletes the old one.
 * A test in test/aws compares them with `createOnlyProperties` and `conditionalCreateOnlyProperties` of the schemas
 * that AWS publishes.
 * https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/resource-type-schema.html
 */
export const fixedProperties: Readonly<Record<string, readonly string[]>> = {
  'AWS::S3::Bucket': ['BucketName', 'BucketNamePrefix', 'BucketNamespace'],
  'AWS::SecretsManager::Secret': ['Name'],
  'AWS::SecretsManager::RotationSchedule': ['SecretId'],
  'AWS::Logs::LogGroup': ['LogGroupName'],
  'AWS::Lambda::Function': ['FunctionName', 'PackageType', 'TenancyConfig', 'DurableConfig'],
  'AWS::CloudFront::Distribution': [],
  'AWS::SQS::Queue': ['FifoQueue', 'QueueName'],
  'AWS::SNS::Topic': ['FifoTopic', 'TopicName'],
};

/** What the earlier version made under a name. Its secrets had the same names in every installation. */
export const earlierResources = (name: string): Reduced =>
  JSON.parse(JSON.stringify(earlier.Resources).replaceAll('signet-', `${name}-`)) as Reduced;

/** The same part of a template of today. */
export function reduceToFixed({ Resources }: Pick<Template, 'Resources'>): Reduced {
  const lasting = Object.entries(Resources).filter(([, { Type }]) => Type in fixedProperties);
  return Object.fromEntries(
    lasting.map(([id, { Type, Properties }]) => {
      const fixed = (fixedProperties[Type] ?? []).filter(
        (one) => at(Properties, one) !== undefined,
      );
      return [
        id,
        { Type, Properties: Object.fromEntries(fixed.map((one) => [one, at(Properties, one)])) },
      ];
    }),
  );
}

/** What CloudFormation would replace or delete in an update from one template to another, with the reason. */
export function replacedBy(before: Reduced, after: Reduced): readonly string[] {
  return Object.entries(before).flatMap(([id, { Type, Properties }]) => {
    const now = after[id];
    if (now === undefined) return [`${id} is gone`];
    if (now.Type !== Type) return [`${id} is another type`];
    return (fixedProperties[Type] ?? [])
      .filter(
        (one) => JSON.stringify(at(Properties, one)) !== JSON.stringify(at(now.Properties, one)),
      )
      .map((one) => `${id} has another ${one}`);
  });
}
