import * as v from 'valibot';
import { limits } from '../limits.ts';
import type { Crypto, RootKey } from '../ports.ts';
import { type PublisherKey, publisherKeySchema } from './publisher.ts';

/** The parts of a kid: the root key and the generation of the signing key. */
export type Kid = { readonly root: string; readonly generation: number };

/** Root keys by name, or continuation keys by kid. */
export type Keyring = {
  /** The text of a tenant's signing key; undefined if the root key is unknown. */
  readonly signingKey: (tenant: string, kid: string) => string | undefined;
  /** The kids of the keys, oldest first. */
  readonly kids: readonly string[];
  /** The last of the kids. */
  readonly newest: string;
  /**
   * The newest kid that every function knows by now, so that its signatures are accepted. `now` in
   * seconds.
   */
  readonly mintable: (now: number) => string;
  /** The public keys that may sign policies. */
  readonly publishers: readonly PublisherKey[];
};

const salt = 'signet.v1';
/** Has no tenant, because this key signs only keys that are already canonical. */
const continuationInfo = 'continuation';
export const continuationGeneration = 0;

/** In the JWK set, root keys have a name such as `r1`, continuation keys a whole kid such as `r1.0`. */
const rootForm = /^[a-z][a-z0-9]{0,15}$/;
const continuationForm = /^[a-z][a-z0-9]{0,15}\.0$/;
const signingKeyForm = /^sgn_[A-Za-z0-9_-]{43}$/;

const jwk = v.object({
  kty: v.literal('oct'),
  kid: v.string(),
  k: v.pipe(v.string(), v.regex(/^[A-Za-z0-9_-]+$/)),
  /** When the key was published, in seconds since 1970. Keys without it are old enough. */
  iat: v.optional(v.number(), 0),
});
type Jwk = v.InferOutput<typeof jwk>;
/** A JWK set (RFC 7517). It may contain keys of other types. */
const jwkSet = v.object({ keys: v.array(v.looseObject({ kty: v.string() })) });

/** Splits a well-formed kid at its dot. */
export function readKid(kid: string): Kid {
  const [root = '', generation = ''] = kid.split('.');
  return { root, generation: Number(generation) };
}

/**
 * Derives the text of a signing key (`sgn_…`) from a root key. Generation 0 is the continuation key
 * of all tenants.
 */
export function deriveSigningKey(
  crypto: Crypto,
  root: RootKey,
  tenant: string,
  generation: number,
): string {
  const info =
    generation === continuationGeneration ? continuationInfo : `${tenant}\n${generation}`;
  return `sgn_${crypto.derive(root, info)}`;
}

type KeySet = { readonly keys: readonly Jwk[]; readonly publishers: readonly PublisherKey[] };

/** Reads the keys of a JWK set. Throws an error that says why the secret is unusable. */
function readSet(secret: string, kidForm: RegExp): KeySet {
  const { keys } = v.parse(jwkSet, JSON.parse(secret));
  const ours = keys.filter((key) => key.kty === 'oct').map((key) => v.parse(jwk, key));
  if (ours.length === 0) throw new Error('the key set has no key of type oct');
  if (!ours.every(({ kid }) => kidForm.test(kid)))
    throw new Error('the key set has a malformed kid');
  if (new Set(ours.map(({ kid }) => kid)).size < ours.length)
    throw new Error('the key set names a kid twice');
  const publishers = keys.filter((key) => key.kty === 'OKP');
  return { keys: ours, publishers: publishers.map((key) => v.parse(publisherKeySchema, key)) };
}

/** Makes an error that never quotes the secret, because errors are logged. */
function unusableSecret(id: string, thrown: unknown): Error {
  const why = thrown instanceof SyntaxError ? 'it is not JSON' : thrown;
  return new Error(
    `secret ${id} is unusable: ${why instanceof v.ValiError ? 'it is not a JWK set' : String(why)}`,
  );
}

/**
 * Functions reload a key set after 15 minutes at the latest, so 20 minutes after a root key was added
 * all of them know it.
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
  const root = crypto.importRoot(k, salt);
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
 * Reads the secret with the root keys, from which all signing keys are derived. Throws if a key is
 * missing, malformed or too short, because a service that cannot verify must not start.
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
    throw unusableSecret('roots', thrown);
  }
}

/**
 * The secret of the render function as a JWK set: the continuation key of each root key, and the public
 * keys that may sign policies.
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

/** Reads the secret with the continuation keys. It has no signing key of a tenant. */
export function continuationKeyring(crypto: Crypto, secret: string): Keyring {
  try {
    const set = readSet(secret, continuationForm);
    const texts = new Map(set.keys.map(({ kid, k }) => [kid, importContinuation(crypto, kid, k)]));
    return {
      signingKey: (_tenant, kid) => texts.get(kid),
      ...describeKeys(set),
    };
  } catch (thrown) {
    throw unusableSecret('render', thrown);
  }
}
