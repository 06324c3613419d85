import type { IncomingMessage } from 'node:http';
import { percentEncode } from '../../http/raw-request.ts';
import type { Verified } from '../../http/sigv4.ts';
import type { UploadStore } from '../multipart/upload-store.ts';
import type { DiskStore, StoredBucket } from '../objects/object-store.ts';
import { S3Error } from './s3-error.ts';

/** A verified request. */
export type Call = {
  readonly method: string;
  readonly query: ReadonlyMap<string, string>;
  readonly headers: ReadonlyMap<string, string>;
  readonly payloadHash: string;
  readonly credential: Verified;
  readonly message: IncomingMessage;
  readonly store: DiskStore;
  readonly uploads: UploadStore;
  readonly region: string;
};

/** A verified request for an existing bucket. */
export type BucketCall = Call & { readonly bucket: StoredBucket };

/** A verified request for a key of an existing bucket. */
export type ObjectCall = BucketCall & { readonly key: string };

/** The address of an object on this server. */
export function objectUrl({ headers, bucket, key }: ObjectCall): string {
  const path = percentEncode(key).replaceAll('%2F', '/');
  return `http://${headers.get('host') ?? ''}/${bucket.name}/${path}`;
}

/** Whether the caller's policy allows an action. */
export function isPermitted(call: Call, action: string, resource: string): boolean {
  return call.credential.identity.allows(action, resource, call.headers.has('if-none-match'));
}

/** Throws AccessDenied, with the missing permission, unless the caller's policy allows an action. */
export function requirePermission(call: Call, action: string, resource: string): void {
  if (isPermitted(call, action, resource)) return;
  const { accessKeyId } = call.credential.identity;
  throw new S3Error(
    'AccessDenied',
    `${accessKeyId} is not authorized to perform ${action} on arn:aws:s3:::${resource}`,
  );
}

/** Setting an ACL or tags with an upload needs permissions of their own, as in IAM. */
export function requireUploadPermissions(call: Call, resource: string): void {
  if (call.headers.has('x-amz-acl')) requirePermission(call, 's3:PutObjectAcl', resource);
  if (call.headers.has('x-amz-tagging')) requirePermission(call, 's3:PutObjectTagging', resource);
}

/** A caller who may not list a bucket must not learn which of its keys are missing. */
export function missingKeyError(call: Call, bucket: string): S3Error {
  return new S3Error(isPermitted(call, 's3:ListBucket', bucket) ? 'NoSuchKey' : 'AccessDenied');
}
