/** What the core asks of the world. Adapters at the rim answer it; tests answer it with fakes. */

/** Milliseconds since 1970. */
export type Clock = () => number;

/** The clock's time in whole Unix seconds. */
export const seconds = (clock: Clock): number => Math.floor(clock() / 1_000);

/** Sources of randomness are ports too, so that jitter can be tested: 0 ≤ n < 1. */
export type Random = () => number;

/** HMAC-SHA256 and HKDF-SHA256: node:crypto at the edge, WebCrypto in the client. */
export type Crypto = {
  /** Takes key material from unpadded base64url; nothing when it is malformed or too short. */
  readonly importRoot: (k: string) => RootKey | undefined;
  /** Text to and from unpadded base64url. */
  readonly encode: (text: string) => string;
  readonly decode: (base64url: string) => string;
  /** RFC 5869, 32 bytes, as unpadded base64url. */
  readonly hkdf: (ikm: RootKey, salt: string, info: string) => string;
  /** HMAC-SHA256 with the key's ASCII text as it is, as unpadded base64url. */
  readonly hmac: (keyText: string, message: string) => string;
  /** Equal or not, in a time that depends on the lengths alone. */
  readonly equal: (left: string, right: string) => boolean;
  readonly sha256Hex: (text: string) => string;
};

declare const rootKey: unique symbol;
/** Key material that cannot be printed by accident: only the adapter can look inside. */
export type RootKey = { readonly [rootKey]: true };

export type StoredObject = {
  readonly body: Uint8Array;
  /** As S3 writes it, with its quotes. */
  readonly etag: string;
  readonly metadata: Readonly<Record<string, string>>;
};

export type GetOptions = {
  /** Refuses to read more than this; checked on content-length first, then while reading. */
  readonly maxBytes: number;
  /** Answers `unchanged` when the object still has this ETag. */
  readonly unlessEtag?: string;
};

export type PutOptions = {
  readonly contentType: string;
  readonly cacheControl?: string;
  readonly contentDisposition?: string;
  readonly metadata?: Readonly<Record<string, string>>;
  /** `absent`: only if nobody has written the key; an ETag: only over that version. */
  readonly only?: 'absent' | { readonly etag: string };
};

/** One bucket. Every method throws `PortFailure` when the store cannot answer. */
export type ObjectStore = {
  readonly get: (
    key: string,
    options: GetOptions,
  ) => Promise<StoredObject | 'missing' | 'unchanged' | 'too-large'>;
  /** `taken`: the condition did not hold, nothing was written. */
  readonly put: (
    key: string,
    body: Uint8Array,
    options: PutOptions,
  ) => Promise<{ readonly etag: string } | 'taken'>;
  /** Keys in order. Purge and the operators' commands list; nothing at the edge does. */
  readonly list: (prefix: string) => AsyncIterable<string>;
  readonly remove: (keys: readonly string[]) => Promise<void>;
};

export type SecretStore = {
  /** The current text, or nothing where there is no such secret. */
  readonly read: (id: string) => Promise<string | undefined>;
  /** Makes it, or adds a version to it. */
  readonly write: (id: string, text: string) => Promise<void>;
};

/** Drops cached answers everywhere by cache tag. */
export type Invalidate = (tags: readonly string[]) => Promise<void>;

/** The store is away, slow or refuses us: never the request's fault. */
export class PortFailure extends Error {
  override readonly name = 'PortFailure';
  /** Whether it answered at all, if only with a refusal. */
  readonly answered: boolean;

  constructor(message: string, answered = true) {
    super(message);
    this.answered = answered;
  }
}
