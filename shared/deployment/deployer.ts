import type { Permission } from './permissions.ts';

/*
 * What a deployment needs at least. CloudFormation has these permissions, not the person who deploys: that person only
 * assumes the roles that `cdk bootstrap` makes. docs/permissions.md prints both.
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
  arns: ['arn:aws:s3:::NAME-*'],
  why: 'the four buckets and their policies',
};

const functions: readonly Permission[] = [
  {
    actions: [
      ...['lambda:*Function', 'lambda:GetFunction*', 'lambda:UpdateFunction*'],
      ...['lambda:PutFunction*', 'lambda:DeleteFunction*', 'lambda:PublishVersion'],
      ...['lambda:ListVersionsByFunction', 'lambda:EnableReplication*', 'lambda:GetPolicy'],
      ...['lambda:AddPermission', 'lambda:RemovePermission', 'lambda:*RuntimeManagementConfig'],
      ...['lambda:TagResource', 'lambda:UntagResource', 'lambda:ListTags'],
    ],
    arns: ['arn:aws:lambda:us-east-1:ACCOUNT:function:NAME-*'],
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
    actions: [
      ...[
        'iam:*Role',
        'iam:*RolePolicy',
        'iam:UpdateAssumeRolePolicy',
        'iam:UpdateRoleDescription',
      ],
      ...['iam:ListRolePolicies', 'iam:ListAttachedRolePolicies'],
    ],
    arns: ['arn:aws:iam::ACCOUNT:role/NAME-*'],
    why: 'the roles of the functions',
  },
  {
    actions: ['iam:*Policy', 'iam:*PolicyVersion', 'iam:List*Polic*'],
    arns: ['arn:aws:iam::ACCOUNT:policy/NAME-*'],
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
      ...['cloudfront:GetDistributionConfig', 'cloudfront:*OriginAccessControl'],
      ...['cloudfront:GetOriginAccessControlConfig', 'cloudfront:*CachePolicy'],
      ...['cloudfront:GetCachePolicyConfig', 'cloudfront:*ResponseHeadersPolicy'],
      ...['cloudfront:GetResponseHeadersPolicyConfig', 'cloudfront:*TagsForResource'],
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
    arns: ['arn:aws:sqs:us-east-1:ACCOUNT:NAME-*'],
    why: 'the purge queue and its dead-letter queue',
  },
  {
    actions: [
      ...['sns:*Topic', 'sns:*TopicAttributes', 'sns:Subscribe', 'sns:Unsubscribe'],
      ...['sns:*SubscriptionAttributes', 'sns:ListSubscriptionsByTopic', 'sns:*Resource'],
      ...['sns:GetDataProtectionPolicy', 'sns:PutDataProtectionPolicy'],
    ],
    arns: ['arn:aws:sns:us-east-1:ACCOUNT:NAME-*'],
    why: 'the topic of the alarms',
  },
  {
    actions: [
      ...['events:*Rule', 'events:PutTargets', 'events:RemoveTargets', 'events:ListTargetsByRule'],
      ...[
        'events:*EventBus',
        'events:PutPermission',
        'events:RemovePermission',
        'events:*Resource',
      ],
    ],
    arns: [
      'arn:aws:events:us-east-1:ACCOUNT:rule/NAME-*',
      'arn:aws:events:us-east-1:ACCOUNT:event-bus/NAME-*',
    ],
    why: 'the schedule of the check, and the events of other buckets',
  },
];

const observation: readonly Permission[] = [
  {
    actions: ['cloudwatch:*Alarm*', 'cloudwatch:*Resource', 'cloudwatch:*Dashboard*'],
    arns: [
      'arn:aws:cloudwatch:us-east-1:ACCOUNT:alarm:NAME-*',
      'arn:aws:cloudwatch::ACCOUNT:dashboard/NAME',
    ],
    why: 'the alarms and the dashboard',
  },
  {
    actions: [
      ...['logs:*LogGroup', 'logs:*RetentionPolicy', 'logs:*Resource'],
      ...['logs:GetDataProtectionPolicy', 'logs:DescribeIndexPolicies'],
    ],
    arns: [
      'arn:aws:logs:us-east-1:ACCOUNT:log-group:NAME-*',
      'arn:aws:logs:us-east-1:ACCOUNT:log-group:/signet/NAME-*',
    ],
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
