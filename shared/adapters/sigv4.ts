import { createHash, createHmac, type Hash, type Hmac } from 'node:crypto';
import { SignatureV4 } from '@smithy/signature-v4';
import type { AwsAccess } from './aws-client.ts';
import { type Credentials, lambdaCredentials } from './lambda-credentials.ts';

/** A request before it is signed. */
export type ServiceRequest = {
  readonly method: 'GET' | 'POST';
  /** Scheme, host and port. */
  readonly origin: string;
  /** Encoded, and sent as it is. */
  readonly path: string;
  /** In lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
};

/** The names of services as they are signed. */
export type SignedService = 's3' | 'secretsmanager' | 'sts' | 'lambda';

/** Returns the headers to send, with the signature for a time. */
export type Sign = (request: ServiceRequest, at: Date) => Promise<Readonly<Record<string, string>>>;

/** SHA-256 and HMAC-SHA256 in the form that the signer expects. */
class NodeSha256 {
  readonly #hash: Hash | Hmac;

  constructor(key?: string | ArrayBuffer | ArrayBufferView) {
    this.#hash = key === undefined ? createHash('sha256') : createHmac('sha256', bytesOf(key));
  }

  update(data: Uint8Array): void {
    this.#hash.update(data);
  }

  async digest(): Promise<Uint8Array> {
    return this.#hash.digest();
  }

  /** The signer makes a new hash each time. */
  reset(): never {
    throw new Error('a hash is used once');
  }
}

function bytesOf(key: string | ArrayBuffer | ArrayBufferView): Uint8Array {
  if (typeof key === 'string') return Buffer.from(key);
  return ArrayBuffer.isView(key)
    ? new Uint8Array(key.buffer, key.byteOffset, key.byteLength)
    : new Uint8Array(key);
}

/**
 * Signs requests to a service with Signature Version 4, with the given credentials, those that are read, or those that
 * Lambda gives the function. Paths are signed as they are sent, because S3 encodes keys once.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
 */
export function createSigner(
  { region, credentials }: AwsAccess,
  service: SignedService,
  readCredentials: () => Promise<Credentials> = async () => lambdaCredentials(),
): Sign {
  const signer = new SignatureV4({
    service,
    region,
    credentials: async () => credentials ?? readCredentials(),
    sha256: NodeSha256,
    uriEscapePath: false,
  });
  return async ({ method, origin, path, headers, body }, at) => {
    const { host, hostname, protocol } = new URL(origin);
    const signed = await signer.sign(
      { method, protocol, hostname, path, query: {}, headers: { ...headers, host }, body },
      { signingDate: at },
    );
    return signed.headers;
  };
}
