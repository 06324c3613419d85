import { getBucketLocation, headBucket, listBuckets } from '../objects/bucket-operations.ts';
import { deleteObjects } from '../objects/delete-objects.ts';
import { listObjects } from '../objects/list-objects.ts';
import { deleteObject, getObject, overridable, putObject } from '../objects/object-operations.ts';
import type { Answer } from './answer.ts';
import { type BucketCall, type Call, isPermitted, type ObjectCall } from './call.ts';
import { S3Error } from './s3-error.ts';
import { refuseUnsupportedHeaders } from './stored-headers.ts';
import type { BucketAndKey } from './target.ts';

type Route<C> = {
  readonly method: string;
  /** The query parameter that selects this route, with its value. */
  readonly marker?: { readonly name: string; readonly value: string };
  /** Optional query parameters. */
  readonly parameters?: readonly string[];
  /** The IAM action that is authorized first. Without one the operation authorizes itself. */
  readonly action?: string;
  readonly run: (call: C) => Promise<Answer>;
};

// The whole API. Everything else gets 501, so an unsupported sub-resource never runs an operation on
// the object itself.
const serviceRoutes: readonly Route<Call>[] = [
  { method: 'GET', action: 's3:ListAllMyBuckets', run: listBuckets },
];
const listParameters =
  'prefix delimiter max-keys start-after continuation-token encoding-type fetch-owner';
const bucketRoutes: readonly Route<BucketCall>[] = [
  { method: 'HEAD', action: 's3:ListBucket', run: headBucket },
  {
    method: 'GET',
    marker: { name: 'list-type', value: '2' },
    parameters: listParameters.split(' '),
    action: 's3:ListBucket',
    run: listObjects,
  },
  {
    method: 'GET',
    marker: { name: 'location', value: '' },
    action: 's3:GetBucketLocation',
    run: getBucketLocation,
  },
  { method: 'POST', marker: { name: 'delete', value: '' }, run: deleteObjects },
];
const objectRoutes: readonly Route<ObjectCall>[] = [
  { method: 'GET', parameters: overridable, action: 's3:GetObject', run: getObject },
  { method: 'HEAD', parameters: overridable, action: 's3:GetObject', run: getObject },
  { method: 'PUT', action: 's3:PutObject', run: putObject },
  { method: 'DELETE', action: 's3:DeleteObject', run: deleteObject },
];

/** Finds the operation of a request, authorizes it and runs it. */
export async function runCall(call: Call, target: BucketAndKey): Promise<Answer> {
  if (target.level === 'service') return runRoute(serviceRoutes, call, '*');
  const bucket = call.store.bucket(target.bucket);
  if (bucket === undefined) throw new S3Error('NoSuchBucket');
  if (target.level === 'bucket') return runRoute(bucketRoutes, { ...call, bucket }, bucket.name);
  const { key } = target;
  return runRoute(objectRoutes, { ...call, bucket, key }, `${bucket.name}/${key}`);
}

async function runRoute<C extends Call>(
  routes: readonly Route<C>[],
  call: C,
  resource: string,
): Promise<Answer> {
  const found = routes.find((one) => matchesRoute(one, call));
  if (found === undefined) throw new S3Error('NotImplemented');
  refuseUnsupportedHeaders(call.headers);
  if (found.action !== undefined && !isPermitted(call, found.action, resource)) {
    throw new S3Error('AccessDenied');
  }
  return found.run(call);
}

function matchesRoute<C extends Call>(
  { method, marker, parameters = [] }: Route<C>,
  call: C,
): boolean {
  if (method !== call.method) return false;
  if (marker !== undefined && call.query.get(marker.name) !== marker.value) return false;
  // The SDK adds x-id for its own logs.
  const known = new Set(['x-id', marker?.name, ...parameters]);
  return [...call.query.keys()].every((name) => known.has(name));
}
