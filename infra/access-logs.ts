import type { Distribution } from 'aws-cdk-lib/aws-cloudfront';
import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { CfnDelivery, CfnDeliveryDestination, CfnDeliverySource } from 'aws-cdk-lib/aws-logs';
import type { IBucket } from 'aws-cdk-lib/aws-s3';
import { ArnFormat, Stack } from 'aws-cdk-lib/core';
import type { Construct } from 'constructs';

/**
 * The fields that `signet policy replay`, `signet usage` and operators need. They include the query and therefore
 * signatures, so the bucket is private and its objects are deleted after `logDays`.
 */
export const recordFields = [
  ...['date', 'time', 'x-edge-location', 'sc-bytes', 'cs-method', 'x-host-header'],
  ...['cs-uri-stem', 'sc-status', 'cs-uri-query', 'x-edge-result-type', 'x-edge-request-id'],
  ...['cs-protocol', 'time-taken', 'cs-protocol-version'],
];

function allowDelivery(scope: Construct, logs: IBucket, name: string): void {
  const stack = Stack.of(scope);
  const source = stack.formatArn({
    service: 'logs',
    resource: 'delivery-source',
    resourceName: name,
    arnFormat: ArnFormat.COLON_RESOURCE_NAME,
  });
  logs.addToResourcePolicy(
    new PolicyStatement({
      principals: [new ServicePrincipal('delivery.logs.amazonaws.com')],
      actions: ['s3:PutObject'],
      resources: [logs.arnForObjects('cloudfront/*')],
      conditions: {
        StringEquals: {
          's3:x-amz-acl': 'bucket-owner-full-control',
          'aws:SourceAccount': stack.account,
        },
        ArnLike: { 'aws:SourceArn': source },
      },
    }),
  );
}

/**
 * Turns on standard logging v2, which writes JSON lines to the logs bucket and needs no bucket ACLs.
 * Without a prefix in the destination AWS chooses one, which the bucket policy does not allow.
 * https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/standard-logging.html
 */
export function deliverAccessLogs(
  scope: Construct,
  stackName: string,
  { logs, distribution }: { readonly logs: IBucket; readonly distribution: Distribution },
): void {
  const name = `${stackName}-access`;
  allowDelivery(scope, logs, name);
  const source = new CfnDeliverySource(scope, 'AccessLogSource', {
    name,
    logType: 'ACCESS_LOGS',
    resourceArn: distribution.distributionArn,
  });
  const destination = new CfnDeliveryDestination(scope, 'AccessLogDestination', {
    name,
    destinationResourceArn: `${logs.bucketArn}/cloudfront`,
    outputFormat: 'json',
  });
  if (logs.policy !== undefined) destination.node.addDependency(logs.policy);
  const delivery = new CfnDelivery(scope, 'AccessLogDelivery', {
    deliverySourceName: source.name,
    deliveryDestinationArn: destination.attrArn,
    s3SuffixPath: '{yyyy}/{MM}/{dd}/{HH}',
    recordFields,
  });
  delivery.addResourceDependency(source);
}
