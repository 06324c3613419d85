import type { PublisherKey } from '../keys/publisher.ts';
import { limits } from '../limits.ts';
import type { Crypto, ObjectStore } from '../ports.ts';
import { utf8 } from '../utf8.ts';
import { type PolicyRecord, verifyRecord } from './record.ts';

/** The bucket of the policies, and the keys of the publishers. */
export type PolicyBucket = {
  readonly crypto: Crypto;
  readonly config: ObjectStore;
  readonly publishers: () => Promise<readonly PublisherKey[]>;
};

/** A version as stored. The next version holds the hash of its text. */
export type StoredRecord = {
  readonly record: PolicyRecord;
  readonly hash: string;
  readonly text: string;
};

export const policyKey = (tenant: string): string => `policies/${tenant}.jws`;
const trails = 'audit/';
export const trailFolder = (tenant: string): string => `${trails}${tenant}/`;
export const auditKey = (tenant: string, version: number): string =>
  `${trailFolder(tenant)}${version}.jws`;

export const recordOptions = { contentType: 'application/jose' } as const;

/** Whether a key of the config bucket is that of a version in an audit trail. */
export const isAuditKey = (key: string): boolean => key.startsWith(trails);

const decoder = new TextDecoder('utf-8', { fatal: true });
export const encodeRecord = (text: string): Uint8Array => utf8(text);
/** The text of a stored version. Throws if it is not UTF-8. */
export const decodeRecord = (body: Uint8Array): string => decoder.decode(body);

/** An object that no publisher signed for its key. */
export class RecordForged extends Error {
  override readonly name = 'RecordForged';
  readonly key: string;
  constructor(key: string, why: string) {
    super(`${key} is forged: ${why}`);
    this.key = key;
  }
}

/** Reads the object at a key as a version. Throws `RecordForged`. */
export async function verifyStoredRecord(
  { crypto, publishers }: PolicyBucket,
  key: string,
  text: string,
): Promise<StoredRecord> {
  const record = await verifyRecord(await publishers(), text).catch((thrown: Error) => {
    throw new RecordForged(key, thrown.message);
  });
  return { record, text, hash: crypto.sha256Hex(text) };
}

/** Reads a version by its key. Undefined if there is no object. Throws `RecordForged`. */
export async function readRecord(
  bucket: PolicyBucket,
  key: string,
): Promise<(StoredRecord & { readonly etag: string }) | undefined> {
  const read = await bucket.config.get(key, { maxBytes: limits.recordBytes });
  if (read === 'missing') return undefined;
  if (typeof read === 'string') throw new RecordForged(key, `it is ${read}`);
  return { ...(await verifyStoredRecord(bucket, key, decodeRecord(read.body))), etag: read.etag };
}
