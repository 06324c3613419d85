import type { PublisherKey } from '../keys/publisher.ts';
import { limits } from '../limits.ts';
import type { Crypto, ObjectStore } from '../ports.ts';
import { utf8 } from '../utf8.ts';
import { type PolicyRecord, verifyRecord } from './record.ts';

/** Where policies lie and who may have signed them. */
export type PolicyBucket = {
  readonly crypto: Crypto;
  readonly config: ObjectStore;
  readonly publishers: () => Promise<readonly PublisherKey[]>;
};

/** A version as it lies in the bucket: its text is what the next one's hash is of. */
export type StoredRecord = {
  readonly record: PolicyRecord;
  readonly hash: string;
  readonly text: string;
};

export const policyKey = (tenant: string): string => `policies/${tenant}.jws`;
export const trailFolder = (tenant: string): string => `audit/${tenant}/`;
export const auditKey = (tenant: string, version: number): string =>
  `${trailFolder(tenant)}${version}.jws`;

const decoder = new TextDecoder('utf-8', { fatal: true });
export const encodeRecord = (text: string): Uint8Array => utf8(text);
/** The text of a stored version. Throws for what is no UTF-8. */
export const decodeRecord = (body: Uint8Array): string => decoder.decode(body);

/** What lies there is not what a publisher signed. */
export class RecordForged extends Error {
  override readonly name = 'RecordForged';
  readonly key: string;
  constructor(key: string, why: string) {
    super(`${key} is not to be believed: ${why}`);
    this.key = key;
  }
}

/** Reads what lies at a key as a version. Throws `RecordForged`. */
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

/** Reads a version by its key; nothing where there is none. Throws `RecordForged`. */
export async function readRecord(
  bucket: PolicyBucket,
  key: string,
): Promise<(StoredRecord & { readonly etag: string }) | undefined> {
  const read = await bucket.config.get(key, { maxBytes: limits.recordBytes });
  if (read === 'missing') return undefined;
  if (typeof read === 'string') throw new RecordForged(key, `it is ${read}`);
  return { ...(await verifyStoredRecord(bucket, key, decodeRecord(read.body))), etag: read.etag };
}
