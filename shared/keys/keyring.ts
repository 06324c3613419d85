import * as v from 'valibot';
import { limits } from '../limits.ts';
import type { Crypto, RootKey } from '../ports.ts';
import { type PublisherKey, publisherKeySchema } from './publisher.ts';

/** Where a signing key comes from: the text of `kid`, parted. */
export type Kid = { readonly root: string; readonly generation: number };

/** Root keys by name, or continuation keys by kid; whoever holds it can make signing keys. */
export type Keyring = {
  /** The signing key's text for a tenant; nothing when the ring does not know its root. */
  readonly signingKey: (tenant: string, kid: string) => string | undefined;
  /** The names it knows, oldest first. */
  readonly kids: readonly string[];
  /** The last of them. */
  readonly newest: string;
  /** The last that every function knows by now, so that what it signs is accepted; `now` in seconds. */
  readonly mintable: (now: number) => string;
  /** Who may sign policies. */
  readonly publishers: readonly PublisherKey[];
};

const salt = 'signet.v1';
/** Derived with no tenant in it: this key only ever signs keys that are already canonical. */
const continuationInfo = 'continuation';
export const continuationGeneration = 0;

/** Root keys are named after themselves, continuation keys by their whole kid. */
const rootForm = /^[a-z][a-z0-9]{0,15}$/;
const continuationForm = /^[a-z][a-z0-9]{0,15}\.0$/;
const signingKeyForm = /^sgn_[A-Za-z0-9_-]{43}$/;

const jwk = v.object({
  kty: v.literal('oct'),
  kid: v.string(),
  k: v.pipe(v.string(), v.regex(/^[A-Za-z0-9_-]+$/)),
  /** When it was published, in seconds since 1970; for ever ago where it is left out. */
  iat: v.optional(v.number(), 0),
});
type Jwk = v.InferOutput<typeof jwk>;
/** RFC 7517. Keys of another type stand beside the root keys and are not ours. */
const jwkSet = v.object({ keys: v.array(v.looseObject({ kty: v.string() })) });

export function readKid(kid: string): Kid {
  const [root = '', generation = ''] = kid.split('.');
  return { root, generation: Number(generation) };
}

export function deriveSigningKey(
  crypto: Crypto,
  root: RootKey,
  tenant: string,
  generation: number,
): string {
  const info =
    generation === continuationGeneration ? continuationInfo : `${tenant}\n${generation}`;
  return `sgn_${crypto.hkdf(root, salt, info)}`;
}

type KeySet = { readonly keys: readonly Jwk[]; readonly publishers: readonly PublisherKey[] };

/** The keys of a JWK set. Throws a sentence for whatever makes the secret unusable. */
function readSet(secret: string, kidForm: RegExp): KeySet {
  const { keys } = v.parse(jwkSet, JSON.parse(secret));
  const ours = keys.filter((key) => key.kty === 'oct').map((key) => v.parse(jwk, key));
  if (ours.length === 0) throw new Error('the key set has no key of type oct');
  if (!ours.every(({ kid }) => kidForm.test(kid)))
    throw new Error('a kid in the key set does not have the form of one');
  if (new Set(ours.map(({ kid }) => kid)).size < ours.length)
    throw new Error('the key set names a kid twice');
  const publishers = keys.filter((key) => key.kty === 'OKP');
  return { keys: ours, publishers: publishers.map((key) => v.parse(publisherKeySchema, key)) };
}

/** Never repeats what it could not read: a secret must not reach a log. */
function unusableSecret(id: string, thrown: unknown): Error {
  const why = thrown instanceof SyntaxError ? 'it is not JSON' : thrown;
  return new Error(
    `secret ${id} is unusable: ${why instanceof v.ValiError ? 'it is not a JWK set' : String(why)}`,
  );
}

/**
 * Functions wait for a key set that is older than 15 minutes, so after 20 every one of them has a
 * new root.
 */
export const mintableAfterSeconds = 1_200;

type Names = Pick<Keyring, 'kids' | 'newest' | 'mintable' | 'publishers'>;

function describeKeys({ keys, publishers }: KeySet): Names {
  const kids = keys.map(({ kid }) => kid);
  const mintable = (now: number): string => {
    const known = keys.filter(({ iat }) => iat + mintableAfterSeconds <= now);
    return (known.at(-1) ?? keys[0])?.kid ?? '';
  };
  return { kids, newest: kids.at(-1) ?? '', mintable, publishers };
}

function importRoot(crypto: Crypto, kid: string, k: string): RootKey {
  const root = crypto.importRoot(k);
  if (root === undefined)
    throw new Error(`key ${kid} is malformed or shorter than ${limits.rootKeyBytes} bytes`);
  return root;
}

function importContinuation(crypto: Crypto, kid: string, k: string): string {
  const text = crypto.decode(k);
  if (!signingKeyForm.test(text)) throw new Error(`key ${kid} is not a signing key`);
  return text;
}

/**
 * Reads the secret with the root keys, from which every tenant's signing keys are derived.
 * Throws when a key is missing, malformed or short: a service that cannot verify must not start.
 */
export function rootKeyring(crypto: Crypto, secret: string): Keyring {
  try {
    const set = readSet(secret, rootForm);
    const roots = new Map(set.keys.map(({ kid, k }) => [kid, importRoot(crypto, kid, k)]));
    const signingKey = (tenant: string, kid: string): string | undefined => {
      const { root, generation } = readKid(kid);
      const key = roots.get(root);
      return key && deriveSigningKey(crypto, key, tenant, generation);
    };
    return { signingKey, ...describeKeys(set) };
  } catch (thrown) {
    throw unusableSecret('signet/roots', thrown);
  }
}

/**
 * The continuation key of each root as a JWK set, and who may sign policies: all that the render
 * function needs to know.
 */
export function continuationSecret(crypto: Crypto, rootsSecret: string): string {
  const ring = rootKeyring(crypto, rootsSecret);
  const { keys, publishers } = readSet(rootsSecret, rootForm);
  const continuations = keys.map(({ kid, iat }) => {
    const own = `${kid}.${continuationGeneration}`;
    const text = ring.signingKey('', own) ?? '';
    return { kty: 'oct', kid: own, k: crypto.encode(text), ...(iat === 0 ? {} : { iat }) };
  });
  return JSON.stringify({ keys: [...continuations, ...publishers] });
}

/** Reads the secret with the continuation keys; knows no tenant's signing key. */
export function continuationKeyring(crypto: Crypto, secret: string): Keyring {
  try {
    const set = readSet(secret, continuationForm);
    const texts = new Map(set.keys.map(({ kid, k }) => [kid, importContinuation(crypto, kid, k)]));
    return {
      signingKey: (_tenant, kid) => texts.get(kid),
      ...describeKeys(set),
    };
  } catch (thrown) {
    throw unusableSecret('signet/render', thrown);
  }
}
