import { S3Error } from './s3-error.ts';
import type { BucketAndKey } from './target.ts';

/** The ends of S3's operation names, by the query parameter that selects them. */
const settings: Readonly<Record<string, string>> = {
  accelerate: 'AccelerateConfiguration',
  acl: 'Acl',
  analytics: 'AnalyticsConfiguration',
  cors: 'Cors',
  encryption: 'Encryption',
  'intelligent-tiering': 'IntelligentTieringConfiguration',
  inventory: 'InventoryConfiguration',
  'legal-hold': 'LegalHold',
  lifecycle: 'LifecycleConfiguration',
  location: 'Location',
  logging: 'Logging',
  metrics: 'MetricsConfiguration',
  notification: 'NotificationConfiguration',
  'object-lock': 'LockConfiguration',
  ownershipControls: 'OwnershipControls',
  policy: 'Policy',
  policyStatus: 'PolicyStatus',
  publicAccessBlock: 'PublicAccessBlock',
  replication: 'Replication',
  requestPayment: 'RequestPayment',
  retention: 'Retention',
  tagging: 'Tagging',
  torrent: 'Torrent',
  versioning: 'Versioning',
  website: 'Website',
};

const others: Readonly<Record<string, string>> = {
  'GET attributes': 'GetObjectAttributes',
  'HEAD attributes': 'GetObjectAttributes',
  'POST restore': 'RestoreObject',
  'POST select': 'SelectObjectContent',
  'PUT renameObject': 'RenameObject',
  'PUT append': 'an append',
  'GET session': 'CreateSession',
};

const verbs: Readonly<Record<string, string>> = { GET: 'Get', PUT: 'Put', DELETE: 'Delete' };

type Request = { readonly method: string; readonly query: ReadonlyMap<string, string> };

/** The name of an operation that this server does not have, or the method and parameters if S3 has none. */
function operationName({ method, query }: Request, target: BucketAndKey): string {
  const names = [...query.keys()].filter((name) => name !== 'x-id');
  const other = names.map((name) => others[`${method} ${name}`]).find((one) => one !== undefined);
  if (other !== undefined) return other;
  const setting = names.map((name) => settings[name]).find((one) => one !== undefined);
  const verb = verbs[method];
  const level = target.level === 'object' ? 'Object' : 'Bucket';
  if (verb !== undefined && setting !== undefined) return `${verb}${level}${setting}`;
  if (target.level === 'bucket' && names.length === 0) {
    if (method === 'PUT') return 'CreateBucket';
    if (method === 'DELETE') return 'DeleteBucket';
  }
  const search = names.length === 0 ? '' : ` with ?${names.join('&')}`;
  return `${method}${search}`;
}

const remedies: Readonly<Record<BucketAndKey['level'], string>> = {
  service: 'The buckets are listed with GET /.',
  bucket:
    'Its buckets and their settings are fixed as they are deployed; leave this call out, or send it to AWS.',
  object: 'Leave this call out, or send it to AWS; docs/commands.md lists the calls that work.',
};

/** The error of an operation that this server does not have. It says which one, and what to do. */
export function notImplemented(request: Request, target: BucketAndKey): S3Error {
  const name = operationName(request, target);
  return new S3Error(
    'NotImplemented',
    `${name} is not implemented by the local S3. ${remedies[target.level]}`,
  );
}

/** The error of a call to create a bucket that the stack does not have. */
export function noOtherBuckets(names: readonly string[]): S3Error {
  return new S3Error(
    'NotImplemented',
    `CreateBucket of another bucket is not implemented by the local S3. Use one of its buckets: ${names.join(', ')}.`,
  );
}
