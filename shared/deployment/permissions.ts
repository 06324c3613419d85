import { changesKey } from '../versions/changes.ts';

/*
 * Everything that each part of the service may do. The deployed roles, the checks of the local stack
 * and the table in docs/permissions.md are generated from this list.
 */

export type BucketName = 'sources' | 'derivatives' | 'config';
export type SecretName = 'roots' | 'render' | 'publisher';

/** Resources of which there is one in each installation. */
export type OtherResource =
  | 'distribution'
  | 'purge queue'
  | 'dead-letter queue'
  | 'log group of the purge function'
  | 'log group of the secret keeper';

/**
 * Actions on one resource, and the reason for them. `elsewhere` is a bucket that Signet does not own: its objects
 * whose keys begin with one of `prefixes`, or without them the bucket itself. `kmsKey` is used only for S3
 * in one Region. `arns` are templates of ARNs in which `NAME` is the installation and `ACCOUNT` its account. No star follows
 * `NAME-`: the name of another installation may begin like that.
 */
export type Permission = {
  readonly actions: readonly string[];
  readonly why: string;
} & (
  | { readonly objects: BucketName; readonly prefix?: string; readonly onlyAbsent?: true }
  | { readonly object: string; readonly of: BucketName }
  | { readonly bucket: BucketName }
  | { readonly secret: SecretName }
  | { readonly other: OtherResource }
  | { readonly arns: readonly string[] }
  | { readonly elsewhere: string; readonly prefixes?: readonly string[] }
  | { readonly kmsKey: string; readonly region: string }
);

/** What the policy of a bucket denies to everyone, operators included, whatever they are granted. */
export type Denial = {
  readonly actions: readonly string[];
  readonly objects: BucketName;
  readonly prefix: string;
  /** Only a request that could replace an object is denied. */
  readonly unlessAbsent?: true;
};

/** Makes the audit trail append-only. Someone who could delete its end could restore an older policy. */
export const denials: readonly Denial[] = [
  {
    actions: ['s3:DeleteObject', 's3:DeleteObjectVersion'],
    objects: 'config',
    prefix: 'audit/',
  },
  { actions: ['s3:PutObject'], objects: 'config', prefix: 'audit/', unlessAbsent: true },
];

/** To delete derivatives, and to remove them from the caches. */
export const purgeDerivatives: readonly Permission[] = [
  {
    actions: ['s3:ListBucket'],
    bucket: 'derivatives',
    why: 'to find the derivatives of a source',
  },
  { actions: ['s3:DeleteObject'], objects: 'derivatives', why: 'to delete them' },
  {
    actions: ['cloudfront:CreateInvalidation'],
    other: 'distribution',
    why: 'to remove them from the caches',
  },
];

/** What verifies a policy needs. */
export const readPolicies: readonly Permission[] = [
  { actions: ['s3:GetObject'], objects: 'config', prefix: 'policies/', why: 'to read policies' },
  {
    actions: ['s3:GetObject'],
    objects: 'config',
    prefix: 'audit/',
    why: 'to check that no newer version exists',
  },
  {
    actions: ['s3:GetObject'],
    object: changesKey,
    of: 'config',
    why: 'to learn which policies have changed',
  },
  {
    actions: ['s3:ListBucket'],
    bucket: 'config',
    why: 'to get 404 instead of 403 for a missing object',
  },
];

export const permissions = {
  viewerRequest: [
    ...readPolicies,
    { actions: ['secretsmanager:GetSecretValue'], secret: 'roots', why: 'to verify signatures' },
  ],
  originResponse: [
    ...readPolicies,
    { actions: ['s3:GetObject'], objects: 'sources', why: 'to read sources' },
    {
      actions: ['s3:ListBucket'],
      bucket: 'sources',
      why: 'to get 404 instead of 403 for a missing object',
    },
    {
      actions: ['s3:PutObject'],
      objects: 'derivatives',
      onlyAbsent: true,
      why: 'to store new images; it cannot overwrite one',
    },
    {
      actions: ['secretsmanager:GetSecretValue'],
      secret: 'render',
      why: 'to sign the redirect to a large image',
    },
  ],
  cloudFront: [
    { actions: ['s3:GetObject'], objects: 'derivatives', why: 'to serve stored images' },
    {
      actions: ['s3:ListBucket'],
      bucket: 'derivatives',
      why: 'to get 404 instead of 403 for a missing object',
    },
  ],
  purge: [
    {
      actions: ['s3:GetObject'],
      objects: 'config',
      prefix: 'policies/',
      why: 'to learn from which prefix a tenant reads its sources',
    },
    {
      actions: ['s3:ListBucket'],
      bucket: 'config',
      why: 'to get 404 instead of 403 for a missing object',
    },
    {
      actions: ['s3:ListBucketVersions'],
      bucket: 'sources',
      why: 'to skip new sources, which need no purge',
    },
    ...purgeDerivatives,
    { actions: ['sqs:SendMessage'], other: 'purge queue', why: 'to purge again a minute later' },
    {
      actions: ['sqs:ReceiveMessage', 'sqs:DeleteMessage', 'sqs:GetQueueAttributes'],
      other: 'purge queue',
      why: 'to receive its events',
    },
  ],
  secrets: [
    {
      actions: [
        'secretsmanager:DescribeSecret',
        'secretsmanager:GetSecretValue',
        'secretsmanager:PutSecretValue',
        'secretsmanager:UpdateSecretVersionStage',
      ],
      secret: 'roots',
      why: 'to create the first root key and add new ones',
    },
    {
      actions: ['secretsmanager:GetSecretValue', 'secretsmanager:PutSecretValue'],
      secret: 'render',
      why: 'to write the keys derived from the root keys',
    },
    {
      actions: ['secretsmanager:GetSecretValue', 'secretsmanager:PutSecretValue'],
      secret: 'publisher',
      why: 'to create the key that signs policies, once',
    },
  ],
} as const satisfies Readonly<Record<string, readonly Permission[]>>;

export type Part = keyof typeof permissions;
