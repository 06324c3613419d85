import { CompactSign, compactVerify, importJWK } from 'jose';
import * as v from 'valibot';
import type { PublisherKey, PublisherSecretKey } from '../keys/publisher.ts';
import { utf8 } from '../utf8.ts';

/*
 * A version of a policy as it is stored: who published what, when and why, chained to the version
 * before, signed with Ed25519 (RFC 8037) as a compact JWS (RFC 7515). Whoever can write to the bucket
 * can remove a version, but neither make one nor change one.
 */

const recordType = 'signet-policy+jws';
const algorithm = 'EdDSA';

const wholeNumber = v.pipe(v.number(), v.integer(), v.minValue(1));
const recordSchema = v.strictObject({
  version: wholeNumber,
  /** When it was published, on the operator's clock: the order comes from the chain, not from this. */
  at: v.pipe(v.string(), v.isoTimestamp()),
  by: v.string(),
  reason: v.nullable(v.string()),
  /** The hash of the version before; null for the first. */
  previous: v.nullable(v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/))),
  /** Kids that have left `keys` and never return. */
  retired: v.array(v.string()),
  /** The document as it was written, with its keys; null where the tenant was deleted. */
  policy: v.nullable(v.record(v.string(), v.unknown())),
});

export type PolicyRecord = Readonly<v.InferOutput<typeof recordSchema>>;

/** Signs a version; the answer is its text, of which the next version holds the hash. */
export async function signRecord(key: PublisherSecretKey, record: PolicyRecord): Promise<string> {
  const secret = await importJWK(key, algorithm);
  return new CompactSign(utf8(JSON.stringify(record)))
    .setProtectedHeader({ alg: algorithm, typ: recordType, kid: key.kid })
    .sign(secret);
}

async function verifyJws(publishers: readonly PublisherKey[], text: string) {
  return compactVerify(
    text,
    async ({ kid }) => {
      const key = publishers.find((one) => one.kid === kid);
      if (key === undefined) throw new Error('nobody we know has signed it');
      const { kty, crv, x } = key;
      return importJWK({ kty, crv, x }, algorithm);
    },
    { algorithms: [algorithm] },
  );
}

/** Reads a version. Throws a sentence for whatever no publisher has signed. */
export async function verifyRecord(
  publishers: readonly PublisherKey[],
  text: string,
): Promise<PolicyRecord> {
  const { payload, protectedHeader } = await verifyJws(publishers, text).catch(() => {
    throw new Error('its signature is not one of the publisher');
  });
  if (protectedHeader.typ !== recordType) throw new Error('it is signed as something else');
  const parsed = v.safeParse(recordSchema, JSON.parse(new TextDecoder().decode(payload)));
  if (!parsed.success) throw new Error('it is signed and has not the form of a version');
  return parsed.output;
}
