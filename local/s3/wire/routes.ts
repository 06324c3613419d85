import { completeMultipartUpload } from '../multipart/complete-upload.ts';
import { listMultipartUploads, listParts } from '../multipart/list-uploads.ts';
import { abortMultipartUpload, createMultipartUpload } from '../multipart/upload-operations.ts';
import { uploadPart, uploadPartCopy } from '../multipart/upload-part.ts';
import {
  createBucket,
  getBucketAcl,
  getBucketLocation,
  getBucketVersioning,
  getObjectAcl,
  headBucket,
  listBuckets,
} from '../objects/bucket-operations.ts';
import { copyObject } from '../objects/copy-object.ts';
import { deleteObjects } from '../objects/delete-objects.ts';
import { listObjects, listObjectsV2, listObjectVersions } from '../objects/list-objects.ts';
import { deleteObject, getObject, overridable } from '../objects/object-operations.ts';
import {
  deleteObjectTagging,
  getObjectTagging,
  putObjectTagging,
} from '../objects/object-tagging.ts';
import { putObject } from '../objects/put-object.ts';
import type { Answer } from './answer.ts';
import { type BucketCall, type Call, type ObjectCall, requirePermission } from './call.ts';
import { S3Error } from './s3-error.ts';
import { refuseUnsupportedHeaders } from './stored-headers.ts';
import type { BucketAndKey } from './target.ts';
import { noOtherBuckets, notImplemented } from './unsupported.ts';

type Route<C> = {
  /** The name of the operation in S3's reference. */
  readonly name: string;
  readonly method: string;
  /** The query parameter that selects this route. Without `value` it may have any value. */
  readonly marker?: { readonly name: string; readonly value?: string };
  /** Whether the header x-amz-copy-source selects this route. */
  readonly copies?: true;
  /** Optional query parameters. */
  readonly parameters?: readonly string[];
  /** The IAM action that is authorized first. Without one the operation authorizes itself. */
  readonly action?: string;
  readonly run: (call: C) => Promise<Answer>;
};

const flag = (name: string) => ({ name, value: '' });
const uploadId = { name: 'uploadId' };
const words = (text: string): readonly string[] => text.split(' ');
const pageParameters = words('prefix delimiter max-keys encoding-type');
const partParameters = [...overridable, 'partNumber'];

// The whole API. Everything else gets 501, so an unsupported sub-resource never runs an operation on
// the object itself.
const serviceRoutes: readonly Route<Call>[] = [
  { name: 'ListBuckets', method: 'GET', action: 's3:ListAllMyBuckets', run: listBuckets },
];

const bucketRoutes: readonly Route<BucketCall>[] = [
  { name: 'HeadBucket', method: 'HEAD', action: 's3:ListBucket', run: headBucket },
  { name: 'CreateBucket', method: 'PUT', action: 's3:CreateBucket', run: createBucket },
  {
    name: 'ListObjectsV2',
    method: 'GET',
    marker: { name: 'list-type', value: '2' },
    parameters: [...pageParameters, ...words('start-after continuation-token fetch-owner')],
    action: 's3:ListBucket',
    run: listObjectsV2,
  },
  {
    name: 'ListObjectVersions',
    method: 'GET',
    marker: flag('versions'),
    parameters: [...pageParameters, ...words('key-marker version-id-marker')],
    action: 's3:ListBucketVersions',
    run: listObjectVersions,
  },
  {
    name: 'ListMultipartUploads',
    method: 'GET',
    marker: flag('uploads'),
    parameters: words('prefix delimiter encoding-type max-uploads key-marker upload-id-marker'),
    action: 's3:ListBucketMultipartUploads',
    run: listMultipartUploads,
  },
  {
    name: 'GetBucketLocation',
    method: 'GET',
    marker: flag('location'),
    action: 's3:GetBucketLocation',
    run: getBucketLocation,
  },
  {
    name: 'GetBucketVersioning',
    method: 'GET',
    marker: flag('versioning'),
    action: 's3:GetBucketVersioning',
    run: getBucketVersioning,
  },
  {
    name: 'GetBucketAcl',
    method: 'GET',
    marker: flag('acl'),
    action: 's3:GetBucketAcl',
    run: getBucketAcl,
  },
  {
    name: 'ListObjects',
    method: 'GET',
    parameters: [...pageParameters, 'marker'],
    action: 's3:ListBucket',
    run: listObjects,
  },
  { name: 'DeleteObjects', method: 'POST', marker: flag('delete'), run: deleteObjects },
];

const readRoutes: readonly Route<ObjectCall>[] = ['GET', 'HEAD'].flatMap((method) => {
  const name = method === 'GET' ? 'GetObject' : 'HeadObject';
  const read = { name, method, parameters: partParameters, run: getObject };
  return [
    { ...read, action: 's3:GetObject' },
    { ...read, marker: { name: 'versionId' }, action: 's3:GetObjectVersion' },
  ];
});

const objectRoutes: readonly Route<ObjectCall>[] = [
  ...readRoutes,
  {
    name: 'CopyObject',
    method: 'PUT',
    copies: true,
    action: 's3:PutObject',
    run: copyObject,
  },
  { name: 'PutObject', method: 'PUT', action: 's3:PutObject', run: putObject },
  { name: 'DeleteObject', method: 'DELETE', action: 's3:DeleteObject', run: deleteObject },
  {
    name: 'DeleteObject',
    method: 'DELETE',
    marker: { name: 'versionId' },
    action: 's3:DeleteObjectVersion',
    run: deleteObject,
  },
  {
    name: 'GetObjectAcl',
    method: 'GET',
    marker: flag('acl'),
    action: 's3:GetObjectAcl',
    run: getObjectAcl,
  },
  {
    name: 'GetObjectTagging',
    method: 'GET',
    marker: flag('tagging'),
    action: 's3:GetObjectTagging',
    run: getObjectTagging,
  },
  {
    name: 'PutObjectTagging',
    method: 'PUT',
    marker: flag('tagging'),
    action: 's3:PutObjectTagging',
    run: putObjectTagging,
  },
  {
    name: 'DeleteObjectTagging',
    method: 'DELETE',
    marker: flag('tagging'),
    action: 's3:DeleteObjectTagging',
    run: deleteObjectTagging,
  },
];

// IAM has no action of its own for the parts of an upload: who may put the object may send them.
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/mpuoverview.html#mpuAndPermissions
const uploadRoutes: readonly Route<ObjectCall>[] = [
  {
    name: 'CreateMultipartUpload',
    method: 'POST',
    marker: flag('uploads'),
    action: 's3:PutObject',
    run: createMultipartUpload,
  },
  {
    name: 'UploadPartCopy',
    method: 'PUT',
    marker: uploadId,
    copies: true,
    parameters: ['partNumber'],
    action: 's3:PutObject',
    run: uploadPartCopy,
  },
  {
    name: 'UploadPart',
    method: 'PUT',
    marker: uploadId,
    parameters: ['partNumber'],
    action: 's3:PutObject',
    run: uploadPart,
  },
  {
    name: 'CompleteMultipartUpload',
    method: 'POST',
    marker: uploadId,
    action: 's3:PutObject',
    run: completeMultipartUpload,
  },
  {
    name: 'AbortMultipartUpload',
    method: 'DELETE',
    marker: uploadId,
    action: 's3:AbortMultipartUpload',
    run: abortMultipartUpload,
  },
  {
    name: 'ListParts',
    method: 'GET',
    marker: uploadId,
    parameters: words('max-parts part-number-marker'),
    action: 's3:ListMultipartUploadParts',
    run: listParts,
  },
];

const keyRoutes = [...objectRoutes, ...uploadRoutes];

/** The operations of S3 that this server has, as its reference names them. */
export const supportedCalls: readonly string[] = [
  ...new Set([...serviceRoutes, ...bucketRoutes, ...keyRoutes].map(({ name }) => name)),
];

/** Finds the operation of a request, authorizes it and runs it. */
export async function runCall(call: Call, target: BucketAndKey): Promise<Answer> {
  if (target.level === 'service') return runRoute(serviceRoutes, call, target, '*');
  const bucket = call.store.bucket(target.bucket);
  if (bucket === undefined) throw missingBucket(call, target);
  const bucketCall = { ...call, bucket };
  if (target.level === 'bucket') return runRoute(bucketRoutes, bucketCall, target, bucket.name);
  const { key } = target;
  return runRoute(keyRoutes, { ...bucketCall, key }, target, `${bucket.name}/${key}`);
}

function missingBucket({ method, store }: Call, { level }: BucketAndKey): S3Error {
  if (method !== 'PUT' || level !== 'bucket') return new S3Error('NoSuchBucket');
  return noOtherBuckets(store.buckets().map(({ name }) => name));
}

async function runRoute<C extends Call>(
  routes: readonly Route<C>[],
  call: C,
  target: BucketAndKey,
  resource: string,
): Promise<Answer> {
  const found = routes.find((one) => matchesRoute(one, call));
  if (found === undefined) throw notImplemented(call, target);
  refuseUnsupportedHeaders(found.name, call.headers);
  if (found.action !== undefined) requirePermission(call, found.action, resource);
  return found.run(call);
}

function matchesRoute<C extends Call>(route: Route<C>, { method, query, headers }: C): boolean {
  const { marker, parameters = [] } = route;
  if (method !== route.method || headers.has('x-amz-copy-source') !== (route.copies ?? false)) {
    return false;
  }
  if (marker !== undefined) {
    const value = query.get(marker.name);
    if (value === undefined || value !== (marker.value ?? value)) return false;
  }
  // The SDK adds x-id for its own logs.
  const known = new Set(['x-id', marker?.name, ...parameters]);
  return [...query.keys()].every((name) => known.has(name));
}
