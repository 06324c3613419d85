import type { IncomingMessage } from 'node:http';
import type { Verified } from '../../http/sigv4.ts';
import type { DiskStore, StoredBucket } from '../objects/object-store.ts';

/** A verified request. */
export type Call = {
  readonly method: string;
  readonly query: ReadonlyMap<string, string>;
  readonly headers: ReadonlyMap<string, string>;
  readonly payloadHash: string;
  readonly credential: Verified;
  readonly message: IncomingMessage;
  readonly store: DiskStore;
  readonly region: string;
};

/** A verified request for an existing bucket. */
export type BucketCall = Call & { readonly bucket: StoredBucket };

/** A verified request for a key of an existing bucket. */
export type ObjectCall = BucketCall & { readonly key: string };

/** Whether the caller's policy allows an action. */
export function isPermitted(call: Call, action: string, resource: string): boolean {
  return call.credential.identity.allows(action, resource, call.headers.has('if-none-match'));
}
