import { decodeProtectedHeader } from 'jose';
import * as v from 'valibot';
import type { PublisherKey, PublisherSecretKey } from '../keys/publisher.ts';
import { signText, verifyText } from './signed-text.ts';

/*
 * A version of a policy as it is stored: who published what, when and why, chained to the version
 * before, and signed. Write access to the bucket is enough to remove a version, but not to make or
 * change one.
 */

const recordType = 'signet-policy+jws';

const wholeNumber = v.pipe(v.number(), v.integer(), v.minValue(1));
const recordSchema = v.strictObject({
  version: wholeNumber,
  /** The time of publishing on the operator's clock. The chain gives the order, not this time. */
  at: v.pipe(v.string(), v.isoTimestamp()),
  by: v.string(),
  reason: v.nullable(v.string()),
  /** The hash of the previous version; null for the first. */
  previous: v.nullable(v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/))),
  /** Kids that have left `keys` and never return. */
  retired: v.array(v.string()),
  /** The document as written, with its keys; null if this version deletes the tenant. */
  policy: v.nullable(v.record(v.string(), v.unknown())),
});

export type PolicyRecord = Readonly<v.InferOutput<typeof recordSchema>>;

/** What the content of a version was made from: a policy file, or the words of a command. Earlier releases did not record it. */
export type Maker = 'file' | 'command' | 'unknown';

/** Signs a version. Returns its text, whose hash the next version holds. */
export const signRecord = (
  key: PublisherSecretKey,
  record: PolicyRecord,
  maker: Maker = 'command',
): Promise<string> => signText(key, recordType, record, { made: maker });

/** What a version was made from. The text must have been verified. */
export function makerOf(text: string): Maker {
  const { made } = decodeProtectedHeader(text) as { readonly made?: unknown };
  return made === 'file' || made === 'command' ? made : 'unknown';
}

/** Reads a version. Throws a one-line error if no publisher signed it. */
export async function verifyRecord(
  publishers: readonly PublisherKey[],
  text: string,
): Promise<PolicyRecord> {
  const { type, payload } = await verifyText(publishers, text);
  if (type !== recordType) throw new Error('it is signed, but not as a policy version');
  const parsed = v.safeParse(recordSchema, JSON.parse(payload));
  if (!parsed.success) throw new Error('it is signed, but not a valid policy version');
  return parsed.output;
}
