/*
 * What each part of the service may do, and nothing else. The roles that are deployed, those that the
 * stack on one machine enforces and the table in SECURITY.md are made of this.
 */

export type BucketName = 'sources' | 'derivatives' | 'config';
export type SecretName = 'roots' | 'render' | 'publisher';

export type Permission = {
  readonly actions: readonly string[];
  readonly why: string;
} & (
  | { readonly objects: BucketName; readonly prefix?: string; readonly onlyAbsent?: true }
  | { readonly bucket: BucketName }
  | { readonly secret: SecretName }
  | { readonly other: 'distribution' | 'purge queue' }
);

const readPolicies: readonly Permission[] = [
  { actions: ['s3:GetObject'], objects: 'config', prefix: 'policies/', why: 'policies' },
  {
    actions: ['s3:GetObject'],
    objects: 'config',
    prefix: 'audit/',
    why: 'whether a later version follows',
  },
  { actions: ['s3:ListBucket'], bucket: 'config', why: 'or S3 says 403 of what is missing' },
];

export const permissions = {
  viewerRequest: [
    ...readPolicies,
    { actions: ['secretsmanager:GetSecretValue'], secret: 'roots', why: 'to verify signatures' },
  ],
  originResponse: [
    ...readPolicies,
    { actions: ['s3:GetObject'], objects: 'sources', why: 'what images are made from' },
    { actions: ['s3:ListBucket'], bucket: 'sources', why: 'or S3 says 403 of what is missing' },
    {
      actions: ['s3:PutObject'],
      objects: 'derivatives',
      onlyAbsent: true,
      why: 'the images that it makes; never over another',
    },
    {
      actions: ['secretsmanager:GetSecretValue'],
      secret: 'render',
      why: 'to sign the way to a large image',
    },
  ],
  cloudFront: [
    { actions: ['s3:GetObject'], objects: 'derivatives', why: 'what is stored' },
    { actions: ['s3:ListBucket'], bucket: 'derivatives', why: 'or S3 says 403 of what is missing' },
  ],
  purge: [
    {
      actions: ['s3:ListBucketVersions'],
      bucket: 'sources',
      why: 'whether a source is new, and needs no purge',
    },
    { actions: ['s3:ListBucket'], bucket: 'derivatives', why: 'to find what was made of a source' },
    { actions: ['s3:DeleteObject'], objects: 'derivatives', why: 'and delete it' },
    {
      actions: ['cloudfront:CreateInvalidation'],
      other: 'distribution',
      why: 'in the caches, too',
    },
    { actions: ['sqs:SendMessage'], other: 'purge queue', why: 'and once more a minute later' },
    {
      actions: ['sqs:ReceiveMessage', 'sqs:DeleteMessage', 'sqs:GetQueueAttributes'],
      other: 'purge queue',
      why: 'its events',
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
      why: 'to make the first root key and add others',
    },
    {
      actions: ['secretsmanager:GetSecretValue', 'secretsmanager:PutSecretValue'],
      secret: 'render',
      why: 'what follows from the roots',
    },
    {
      actions: ['secretsmanager:GetSecretValue', 'secretsmanager:PutSecretValue'],
      secret: 'publisher',
      why: 'to make the key that signs policies, once',
    },
  ],
} as const satisfies Readonly<Record<string, readonly Permission[]>>;

export type Part = keyof typeof permissions;
