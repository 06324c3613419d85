import type { IncomingMessage } from 'node:http';
import type { Verified } from '../../http/sigv4.ts';
import type { DiskStore, StoredBucket } from '../objects/object-store.ts';

/** A verified request, as the operations see it. */
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

/** A verified request about a bucket that exists. */
export type BucketCall = Call & { readonly bucket: StoredBucket };

/** A verified request about a key in a bucket that exists. */
export type ObjectCall = BucketCall & { readonly key: string };

/** Whether the caller's policy allows an action. */
export function allows(call: Call, action: string, resource: string): boolean {
  return call.credential.identity.allows(action, resource);
}
