import * as v from 'valibot';

/** The public half of the key that signs policies. The edge has only this half. */
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

/** Reads the secret with the key that signs policies. The error never quotes the secret. */
export function readPublisher(secret: string): PublisherSecretKey {
  try {
    return v.parse(publisherSecretSchema, JSON.parse(secret));
  } catch {
    throw new Error('secret publisher is unusable: it is not an Ed25519 key as a JWK');
  }
}

/** The public half of a publisher's key. */
export function publicHalf({ kty, crv, x, kid }: PublisherSecretKey): PublisherKey {
  return { kty, crv, x, kid };
}
