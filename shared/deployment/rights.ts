import { changesKey } from '../versions/changes.ts';
import { purgeRequests } from '../versions/source-move.ts';
import { edgeLogGroups } from './edge-logs.ts';
import { type Permission, purgeDerivatives, readPolicies } from './permissions.ts';

/*
 * What people and programs may do that use a deployed installation. The stack has one managed policy for each, and
 * docs/permissions.md prints them.
 */

const stackArns = ['arn:aws:cloudformation:us-east-1:ACCOUNT:stack/NAME/*'] as const;

/** What every command needs that names a stack. */
const findInstallation: readonly Permission[] = [
  {
    actions: ['cloudformation:DescribeStacks'],
    arns: stackArns,
    why: 'to find the buckets and the address of the installation',
  },
  {
    actions: ['cloudformation:GetTemplateSummary'],
    arns: stackArns,
    why: 'to learn which hosts, pages, buckets and policy fields the functions know',
  },
];

const signForAllTenants: Permission = {
  actions: ['secretsmanager:GetSecretValue'],
  secret: 'roots',
  why: 'to sign URLs of every tenant',
};

const writePolicies: readonly Permission[] = [
  {
    actions: ['s3:PutObject', 's3:DeleteObject'],
    objects: 'config',
    prefix: 'policies/',
    why: 'to publish policies, and to delete tenants',
  },
  {
    actions: ['s3:PutObject'],
    objects: 'config',
    prefix: 'audit/',
    onlyAbsent: true,
    why: 'to add versions to the audit trail',
  },
  {
    actions: ['s3:PutObject'],
    object: changesKey,
    of: 'config',
    why: 'to announce what was published',
  },
  {
    actions: ['s3:PutObject', 's3:DeleteObject'],
    objects: 'config',
    prefix: purgeRequests,
    why: 'to request purges',
  },
];

const writeSources: Permission = {
  actions: ['s3:PutObject'],
  objects: 'sources',
  why: 'to upload sources and watermarks',
};

const deleteSources: Permission = {
  actions: ['s3:DeleteObject'],
  objects: 'sources',
  why: 'to delete sources and watermarks (`rm`)',
};

const readSources: readonly Permission[] = [
  {
    actions: ['s3:GetObject'],
    objects: 'sources',
    why: 'to look at sources (`ls`, `get`, `explain`, `doctor`), and to see what is stored already (`put`)',
  },
  {
    actions: ['s3:ListBucket'],
    bucket: 'sources',
    why: 'to list sources, and to get 404 instead of 403 for a missing object',
  },
];

const readDerivatives: Permission = {
  actions: ['s3:GetObject'],
  objects: 'derivatives',
  why: 'to see which engine drew an image (`purge --engine-before`, `explain`), and whether it matches its key (`doctor --deep`)',
};

const manageKeys: readonly Permission[] = [
  {
    actions: ['secretsmanager:GetSecretValue', 'secretsmanager:PutSecretValue'],
    secret: 'roots',
    why: 'to sign, and to add and remove root keys',
  },
  {
    actions: ['secretsmanager:GetSecretValue', 'secretsmanager:PutSecretValue'],
    secret: 'render',
    why: 'to keep the continuation keys in step with the root keys',
  },
  {
    actions: ['secretsmanager:GetSecretValue'],
    secret: 'publisher',
    why: 'to sign policies',
  },
];

const examine = 'to check the installation (`doctor`)';
const examineInstallation: readonly Permission[] = [
  { actions: ['cloudformation:ListStackResources'], arns: stackArns, why: examine },
  { actions: ['cloudfront:GetDistribution'], other: 'distribution', why: examine },
  {
    actions: ['s3:GetBucketVersioning', 's3:GetBucketNotification'],
    bucket: 'sources',
    why: examine,
  },
  {
    actions: ['s3:GetBucketVersioning', 's3:GetBucketNotification'],
    bucket: 'config',
    why: examine,
  },
  { actions: ['secretsmanager:DescribeSecret'], secret: 'roots', why: examine },
  { actions: ['sqs:GetQueueAttributes'], other: 'purge queue', why: examine },
  // AWS knows no resource for this action.
  { actions: ['lambda:GetAccountSettings'], arns: ['*'], why: 'to read quotas (`doctor`)' },
];

/**
 * The log groups of the edge functions in every Region, with the ending that IAM compares.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/iam-access-control-overview-cwl.html
 */
const edgeLogArns = edgeLogGroups('NAME').map(
  (group) => `arn:aws:logs:*:ACCOUNT:log-group:${group}:*`,
);
const readLines = ['logs:DescribeLogStreams', 'logs:FilterLogEvents', 'logs:GetLogEvents'] as const;
const readLog = 'to read the logs of the functions, as alarms ask for';

const readLogs: readonly Permission[] = [
  {
    actions: ['logs:DescribeLogGroups'],
    arns: ['arn:aws:logs:*:ACCOUNT:log-group:*'],
    why: 'to find log groups (`logs retention`)',
  },
  {
    actions: ['logs:CreateLogGroup', 'logs:PutRetentionPolicy'],
    arns: edgeLogArns,
    why: 'to set how long logs are kept (`logs retention`)',
  },
  { actions: readLines, arns: edgeLogArns, why: `${readLog}, and for the console` },
  { actions: readLines, other: 'log group of the purge function', why: readLog },
  { actions: readLines, other: 'log group of the secret keeper', why: readLog },
  {
    actions: ['s3:ListBucket'],
    arns: ['arn:aws:s3:::NAME-logs-ACCOUNT'],
    why: 'to find access logs (`usage`, `stats`, `policy replay`)',
  },
  {
    actions: ['s3:GetObject'],
    arns: ['arn:aws:s3:::NAME-logs-ACCOUNT/cloudfront/*'],
    why: 'to read them',
  },
];

const repair: readonly Permission[] = [
  {
    actions: ['secretsmanager:RotateSecret'],
    secret: 'roots',
    why: 'to rotate the root keys when an alarm asks for it',
  },
  {
    actions: [
      ...['sqs:StartMessageMoveTask', 'sqs:ReceiveMessage', 'sqs:DeleteMessage'],
      'sqs:GetQueueAttributes',
    ],
    other: 'dead-letter queue',
    why: 'to count dead letters, and to try them again',
  },
  { actions: ['sqs:SendMessage'], other: 'purge queue', why: 'to try dead letters again' },
];

/** One managed policy of the stack. Its name is `NAME-` and the key. */
export const rights = {
  operator: [
    ...findInstallation,
    ...readPolicies,
    ...writePolicies,
    writeSources,
    deleteSources,
    ...readSources,
    readDerivatives,
    ...purgeDerivatives,
    ...manageKeys,
    ...examineInstallation,
    ...readLogs,
    ...repair,
  ],
  uploader: [
    ...findInstallation,
    ...readPolicies,
    writeSources,
    ...readSources,
    ...purgeDerivatives,
  ],
  minter: [...findInstallation, ...readPolicies, signForAllTenants],
  auditor: [...findInstallation, ...readPolicies],
} as const satisfies Readonly<Record<string, readonly Permission[]>>;

export type Right = keyof typeof rights;

/** What the holder of each policy can do, and should know. */
export const rightTexts: Readonly<Record<Right, string>> = {
  operator: 'every command of `signet`, and what the alarms ask for',
  uploader:
    '`signet put`, `ls` and `get` for every tenant; `rm` needs the operator. A backend that uploads with presigned requests needs only `s3:PutObject` on the sources of its tenant',
  minter:
    '`signet mint` and `signet grant` for every tenant, so it can show every image. A backend of one tenant needs no AWS permission at all: give it the output of `signet keys show TENANT --env`',
  auditor: '`signet policy history`, `audit` and `diff`, and `signet tenant list` and `show`',
};
