/** Interfaces of everything outside the core. `adapters/` implements them; tests use fakes. */

/** Milliseconds since 1970. */
export type Clock = () => number;

/** The clock's time in whole Unix seconds. */
export const seconds = (clock: Clock): number => Math.floor(clock() / 1_000);

/** Returns 0 ≤ n < 1. Randomness is a port so that tests can control jitter. */
export type Random = () => number;

/** HMAC-SHA256 and HKDF-SHA256: node:crypto at the edge, WebCrypto in the client. */
export type Crypto = {
  /**
   * Imports key material from unpadded base64url and extracts the key to derive others from (RFC 5869,
   * section 2.2). Undefined if the material is malformed or too short.
   */
  readonly importRoot: (k: string, salt: string) => RootKey | undefined;
  /** Text to unpadded base64url. */
  readonly encode: (text: string) => string;
  /** Text from unpadded base64url, with a byte-order mark if it has one. Throws if it is not UTF-8. */
  readonly decode: (base64url: string) => string;
  /** Derives 32 bytes from a root key (RFC 5869, section 2.3), as unpadded base64url. */
  readonly derive: (root: RootKey, info: string) => string;
  /** HMAC-SHA256 as unpadded base64url. The key is the ASCII text itself, not decoded. */
  readonly hmac: (keyText: string, message: string) => string;
  /** Compares in a time that depends on the lengths only. */
  readonly equal: (left: string, right: string) => boolean;
  readonly sha256Hex: (text: string) => string;
};

declare const rootKey: unique symbol;
/** The extracted key of a root, which only the adapter can read, so that it cannot be printed by accident. */
export type RootKey = { readonly [rootKey]: true };

export type StoredObject = {
  readonly body: Uint8Array;
  /** As S3 returns it, with quotes. */
  readonly etag: string;
  readonly metadata: Readonly<Record<string, string>>;
};

export type GetOptions = {
  /** The most bytes to read. Content-Length is checked first, then the bytes as they arrive. */
  readonly maxBytes: number;
  /** Returns `unchanged` if the object still has this ETag. */
  readonly unlessEtag?: string;
};

export type PutOptions = {
  readonly contentType: string;
  readonly cacheControl?: string;
  readonly contentDisposition?: string;
  readonly metadata?: Readonly<Record<string, string>>;
  /** `absent` writes only if the key does not exist; an ETag writes only over that version. */
  readonly only?: 'absent' | { readonly etag: string };
};

/** One bucket. Every method throws `PortFailure` if the store cannot answer. */
export type ObjectStore = {
  readonly get: (
    key: string,
    options: GetOptions,
  ) => Promise<StoredObject | 'missing' | 'unchanged' | 'too-large'>;
  /** `taken` means that the condition failed and nothing was written. */
  readonly put: (
    key: string,
    body: Uint8Array,
    options: PutOptions,
  ) => Promise<{ readonly etag: string } | 'taken'>;
  /** Lists keys in order. Only purges and the commands list; the edge never does. */
  readonly list: (prefix: string) => AsyncIterable<string>;
  readonly remove: (keys: readonly string[]) => Promise<void>;
};

/** An object in a listing. */
export type ListedObject = { readonly key: string; readonly bytes: number };

/** What a bucket knows of an object without reading it. */
export type ObjectDescription = Pick<StoredObject, 'etag' | 'metadata'> & {
  readonly bytes: number;
  /** Milliseconds since 1970. */
  readonly modified: number;
  readonly contentType: string | undefined;
};

type Describing = {
  readonly describe: (key: string) => Promise<ObjectDescription | 'missing'>;
};

/** One bucket, for code that also asks for what is stored with an object, and for sizes. */
export type DescribedStore = ObjectStore &
  Describing & {
    /** Lists keys and sizes in the order of the keys. */
    readonly listSizes: (prefix: string) => AsyncIterable<ListedObject>;
  };

/** One bucket, for code that only reads objects. */
export type ObjectReader = Pick<ObjectStore, 'get'>;

/** One bucket, for commands that read and list objects and change none. */
export type ListedReader = Pick<ObjectStore, 'get' | 'list'> & Describing;

/** One bucket, for commands that read objects of any size, such as logs. Every method throws `PortFailure`. */
export type StreamedReader = Pick<DescribedStore, 'listSizes'> & {
  /** The bytes of an object as they arrive. */
  readonly read: (key: string) => AsyncIterable<Uint8Array>;
};

/** Named secrets. Every method throws `PortFailure` if the store cannot answer. */
export type SecretStore = {
  /** The current text; undefined if the secret does not exist. */
  readonly read: (id: string) => Promise<string | undefined>;
  /** Creates the secret, or adds a version. */
  readonly write: (id: string, text: string) => Promise<void>;
};

/** Named secrets, for code that only reads them. */
export type SecretReader = Pick<SecretStore, 'read'>;

/** Makes many similar texts small in memory. What it makes is never stored or sent. */
export type Packer = {
  /** A string with one character for each byte, the smallest thing that V8 can hold. */
  readonly pack: (text: string) => string;
  readonly unpack: (packed: string) => string;
};

/** Removes the answers with these cache tags from all caches. */
export type Invalidate = (tags: readonly string[]) => Promise<void>;

/** The error that a store answered with. */
export type StoreError = {
  readonly status: number;
  /** Its name for the error, such as `AccessDenied`. */
  readonly code: string;
  /** The Region in which the bucket is, if the store says so. */
  readonly region?: string | undefined;
  /** The IAM action that no policy allows, if that is the reason. */
  readonly denied?: string | undefined;
};

/** What is wrong with the credentials of the caller. With them, no store answers anything. */
export type CredentialsFault = 'missing' | 'expired' | 'unknown';

/** A store is down, slow or denies access. The request is not at fault. */
export class PortFailure extends Error {
  override readonly name = 'PortFailure';
  /** Whether the store answered the request, even with an error. False if it does not take the credentials. */
  readonly answered: boolean;
  readonly error: StoreError | undefined;
  readonly credentials: CredentialsFault | undefined;

  constructor(
    message: string,
    answered = true,
    error?: StoreError,
    credentials?: CredentialsFault,
  ) {
    super(message);
    this.answered = answered && credentials === undefined;
    this.error = error;
    this.credentials = credentials;
  }
}
