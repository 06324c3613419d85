import { CompactSign, compactVerify, importJWK } from 'jose';
import * as v from 'valibot';
import { utf8 } from '../url/path.ts';

/*
 * A version of a policy as it is stored: who published what, when and why, chained to the version
 * before, signed with Ed25519 (RFC 8037) as a compact JWS (RFC 7515). Whoever can write to the bucket
 * can remove a version, but neither make one nor change one.
 */

const recordType = 'signet-policy+jws';
const algorithm = 'EdDSA';

/** The public half of the key that signs policies; the edge holds this and no more. */
export type PublisherKey = {
  readonly kty: 'OKP';
  readonly crv: 'Ed25519';
  readonly x: string;
  readonly kid: string;
};
export type PublisherSecretKey = PublisherKey & { readonly d: string };

const octets = v.pipe(v.string(), v.regex(/^[A-Za-z0-9_-]{43}$/));
const publicFields = {
  kty: v.literal('OKP'),
  crv: v.literal('Ed25519'),
  x: octets,
  kid: v.string(),
} as const;
export const publisherKeySchema = v.object(publicFields);
const publisherSecretSchema = v.object({ ...publicFields, d: octets });

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

/** Reads the secret with the key that signs policies. Never repeats what it could not read. */
export function readPublisher(secret: string): PublisherSecretKey {
  try {
    return v.parse(publisherSecretSchema, JSON.parse(secret));
  } catch {
    throw new Error('secret signet/publisher is unusable: it is not an Ed25519 key as a JWK');
  }
}

/** The half of a publisher's key that may be known. */
export function publicHalf({ kty, crv, x, kid }: PublisherSecretKey): PublisherKey {
  return { kty, crv, x, kid };
}

/** Signs a version; the answer is its text, of which the next version holds the hash. */
export async function signRecord(key: PublisherSecretKey, record: PolicyRecord): Promise<string> {
  const secret = await importJWK(key, algorithm);
  return new CompactSign(utf8(JSON.stringify(record)))
    .setProtectedHeader({ alg: algorithm, typ: recordType, kid: key.kid })
    .sign(secret);
}

async function verified(publishers: readonly PublisherKey[], text: string) {
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
export async function openRecord(
  publishers: readonly PublisherKey[],
  text: string,
): Promise<PolicyRecord> {
  const { payload, protectedHeader } = await verified(publishers, text).catch(() => {
    throw new Error('its signature is not one of the publisher');
  });
  if (protectedHeader.typ !== recordType) throw new Error('it is signed as something else');
  const parsed = v.safeParse(recordSchema, JSON.parse(new TextDecoder().decode(payload)));
  if (!parsed.success) throw new Error('it is signed and has not the form of a version');
  return parsed.output;
}
