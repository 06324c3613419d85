import { alarmTexts } from './alarms.ts';
import { edgeFunctionNames, edgeLogGroups } from './edge-logs.ts';
import type { Permission } from './permissions.ts';
import { rights } from './rights.ts';

/*
 * What a deployment needs at least. CloudFormation has these permissions, not the person who deploys: that person only
 * assumes the roles that `cdk bootstrap` makes. docs/permissions.md prints both.
 *
 * `NAME-*` would reach into an installation whose name begins like this one's. Where CloudFormation chooses a name, it
 * takes the stack, the logical id and random letters. A logical id begins with a capital, which no installation's name
 * has, so a star behind its beginning is safe.
 */

/** What the person or the pipeline needs that runs `cdk deploy`. */
export const deployer: readonly Permission[] = [
  {
    actions: ['sts:AssumeRole'],
    arns: ['arn:aws:iam::ACCOUNT:role/cdk-hnb659fds-*-ACCOUNT-us-east-1'],
    why: 'to use the roles of `cdk bootstrap`',
  },
];

const buckets: Permission = {
  actions: [
    ...['s3:CreateBucket', 's3:DeleteBucket', 's3:DeleteBucketPolicy', 's3:ListBucket'],
    ...['s3:PutBucket*', 's3:PutEncryptionConfiguration', 's3:PutLifecycleConfiguration'],
    ...['s3:GetBucket*', 's3:Get*Configuration', 's3:TagResource', 's3:UntagResource'],
    's3:ListTagsForResource',
  ],
  arns: ['sources', 'derivatives', 'config', 'logs'].map(
    (kind) => `arn:aws:s3:::NAME-${kind}-ACCOUNT`,
  ),
  why: 'the four buckets and their policies',
};

const functions: readonly Permission[] = [
  {
    actions: [
      ...['lambda:*Function*', 'lambda:PublishVersion'],
      ...['lambda:EnableReplication*', 'lambda:GetPolicy'],
      ...['lambda:AddPermission', 'lambda:RemovePermission', 'lambda:*RuntimeManagementConfig'],
      ...['lambda:TagResource', 'lambda:UntagResource', 'lambda:ListTags'],
    ],
    // The second ARN of each is that of its versions.
    arns: [
      ...Object.values(edgeFunctionNames('NAME')).flatMap((name) => [name, `${name}:*`]),
      ...['NAME-Purge*', 'NAME-SecretKeeper*'],
    ].map((name) => `arn:aws:lambda:us-east-1:ACCOUNT:function:${name}`),
    why: 'the four functions and their versions; CloudFormation calls one to make the first keys',
  },
  {
    actions: ['lambda:*EventSourceMapping', 'lambda:TagResource', 'lambda:UntagResource'],
    // Sources of events have random names, and their creation knows no resource.
    arns: ['*'],
    why: 'the trigger of the purge function',
  },
  {
    actions: ['s3:GetObject'],
    arns: ['arn:aws:s3:::cdk-hnb659fds-assets-ACCOUNT-us-east-1/*'],
    why: 'the zips of the functions',
  },
];

const identities: readonly Permission[] = [
  {
    actions: ['iam:*Role', 'iam:*RolePolicy', 'iam:UpdateRoleDescription', 'iam:List*RolePolicies'],
    arns: [
      ...['NAME-render', 'NAME-ViewerRequest*', 'NAME-Purge*', 'NAME-SecretKeeper*'],
      // An upgrade of the first version deletes this one.
      'NAME-OriginResponse*',
    ].map((name) => `arn:aws:iam::ACCOUNT:role/${name}`),
    why: 'the roles of the functions',
  },
  {
    actions: ['iam:*Policy', 'iam:*PolicyVersion', 'iam:List*Polic*'],
    arns: Object.keys(rights).map((right) => `arn:aws:iam::ACCOUNT:policy/NAME-${right}`),
    why: 'the managed policies of this page',
  },
  {
    actions: ['iam:CreateServiceLinkedRole'],
    arns: ['arn:aws:iam::ACCOUNT:role/aws-service-role/*'],
    why: 'the roles with which AWS copies functions to the edge and logs, once in each account',
  },
];

const delivery: readonly Permission[] = [
  {
    actions: [
      ...['cloudfront:*Distribution', 'cloudfront:*DistributionWithTags'],
      ...['cloudfront:GetDistributionConfig', 'cloudfront:*OriginAccessControl*'],
      ...['cloudfront:*CachePolicy*', 'cloudfront:*ResponseHeadersPolicy*'],
      'cloudfront:*TagsForResource',
      ...['cloudfront:*MonitoringSubscription', 'cloudfront:TagResource'],
      ...['cloudfront:UntagResource', 'cloudfront:AllowVendedLogDeliveryForResource'],
    ],
    // Their names are random.
    arns: ['*'],
    why: 'the distribution and its policies',
  },
  {
    actions: ['wafv2:*WebACL', 'wafv2:*Resource'],
    arns: ['arn:aws:wafv2:us-east-1:ACCOUNT:global/*'],
    why: 'the web ACL; only with `firewall`',
  },
];

const messages: readonly Permission[] = [
  {
    actions: ['sqs:*Queue', 'sqs:*QueueAttributes', 'sqs:GetQueueUrl', 'sqs:ListQueueTags'],
    arns: ['arn:aws:sqs:us-east-1:ACCOUNT:NAME-Purge*'],
    why: 'the purge queue and its dead-letter queue',
  },
  {
    actions: [
      ...['sns:*Topic', 'sns:*TopicAttributes', 'sns:Subscribe', 'sns:Unsubscribe'],
      ...['sns:*SubscriptionAttributes', 'sns:ListSubscriptionsByTopic', 'sns:*Resource'],
      'sns:*DataProtectionPolicy',
    ],
    arns: ['arn:aws:sns:us-east-1:ACCOUNT:NAME-Alarms*'],
    why: 'the topic of the alarms',
  },
  {
    actions: [
      ...['events:*Rule', 'events:*Targets*', 'events:*EventBus', 'events:PutPermission'],
      ...['events:RemovePermission', 'events:*Resource'],
    ],
    arns: [
      'arn:aws:events:us-east-1:ACCOUNT:rule/NAME-RotationCheck*',
      'arn:aws:events:us-east-1:ACCOUNT:rule/NAME-sources/*',
      'arn:aws:events:us-east-1:ACCOUNT:event-bus/NAME-sources',
    ],
    why: 'the schedule of the check, and the events of other buckets',
  },
];

/** The first letters of the alarms. With whole names the policy would be longer than IAM allows. */
const alarmInitials = [...new Set(Object.keys(alarmTexts).map((id) => id.charAt(0)))].toSorted();

const observation: readonly Permission[] = [
  {
    actions: ['cloudwatch:*Alarm*', 'cloudwatch:*Resource', 'cloudwatch:*Dashboard*'],
    arns: [
      ...alarmInitials.map(
        (initial) => `arn:aws:cloudwatch:us-east-1:ACCOUNT:alarm:NAME-${initial}*`,
      ),
      'arn:aws:cloudwatch::ACCOUNT:dashboard/NAME',
    ],
    why: 'the alarms and the dashboard',
  },
  {
    actions: [
      ...['logs:*LogGroup', 'logs:*RetentionPolicy', 'logs:*Resource'],
      ...['logs:GetDataProtectionPolicy', 'logs:DescribeIndexPolicies'],
    ],
    // Tags are set on the ARN without the ending of the others.
    arns: [
      ...edgeLogGroups('NAME').flatMap((group) => [group, `${group}:*`]),
      ...['NAME-Purge*', 'NAME-SecretKeeper*'],
    ].map((group) => `arn:aws:logs:us-east-1:ACCOUNT:log-group:${group}`),
    why: 'the log groups of the functions',
  },
  {
    actions: ['logs:DescribeLogGroups', 'logs:DescribeResourcePolicies', 'logs:*Deliver*'],
    arns: ['*'],
    why: 'the delivery of the access log',
  },
];

const secrets: Permission = {
  actions: [
    ...['secretsmanager:CreateSecret', 'secretsmanager:DeleteSecret'],
    ...['secretsmanager:DescribeSecret', 'secretsmanager:UpdateSecret'],
    ...['secretsmanager:*RotateSecret', 'secretsmanager:*Resource'],
  ],
  arns: ['arn:aws:secretsmanager:us-east-1:ACCOUNT:secret:PREFIX/*'],
  why: 'the three secrets and the schedule of the rotation; not their values',
};

const bootstrapVersion: Permission = {
  actions: ['ssm:GetParameters'],
  arns: ['arn:aws:ssm:us-east-1:ACCOUNT:parameter/cdk-bootstrap/*'],
  why: 'to check the version of `cdk bootstrap`',
};

/** What CloudFormation needs to make, change and delete the stack. */
export const deployment: readonly Permission[] = [
  buckets,
  ...functions,
  ...identities,
  ...delivery,
  ...messages,
  ...observation,
  secrets,
  bootstrapVersion,
];
