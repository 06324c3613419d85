import sharp from 'sharp';
import { nodeCrypto } from '../../../shared/adapters/crypto.ts';
import { s3Client, s3Store } from '../../../shared/adapters/s3.ts';
import { secretsClient, secretsManager } from '../../../shared/adapters/secrets-manager.ts';
import {
  type LocalInstance,
  localAccess,
  localBuckets,
} from '../../../shared/deployment/local-endpoints.ts';
import { type Keyring, rootKeyring } from '../../../shared/keys/keyring.ts';
import { readPublisher } from '../../../shared/keys/publisher.ts';
import type { ObjectStore } from '../../../shared/ports.ts';
import { type MintRequest, mint } from '../../../shared/request/mint.ts';
import { publishPolicy } from '../../../shared/versions/publishing.ts';
import { type Answer, ask } from '../cloudfront/stub-distribution.ts';

const patience = { connectionTimeout: 2_000, requestTimeout: 10_000, maxAttempts: 1 };

export type Stores = { readonly [Name in keyof typeof localBuckets]: ObjectStore };

/** The three buckets of a running stack, as an operator reaches them. */
export function storesOf(instance: LocalInstance): Stores {
  const client = s3Client(localAccess(instance, 's3'), patience);
  return {
    sources: s3Store(client, localBuckets.sources),
    derivatives: s3Store(client, localBuckets.derivatives),
    config: s3Store(client, localBuckets.config),
  };
}

/** A client of a running stack. */
export type StackClient = {
  readonly instance: LocalInstance;
  readonly keyring: Keyring;
  readonly stores: Stores;
  /** Signs a path and query for tenant `acme`. */
  readonly path: (asked?: Partial<MintRequest> & { readonly kid?: string }) => string;
  readonly get: (path: string, init?: Parameters<typeof ask>[2]) => Promise<Answer>;
  readonly publish: (document: object) => Promise<unknown>;
  readonly put: (path: string, body: Uint8Array) => Promise<unknown>;
  readonly derivatives: (path: string) => Promise<readonly string[]>;
};

/** The policy of `acme` in the tests. */
export const policy = {
  tenant: 'acme',
  operations: {
    resize: [{ w: { min: 1, max: 400 } }, { w: [8_192], limit: [0] }],
    crop: { x: [0, 9_999] },
    blur: { s: { min: 1, max: 50 } },
    format: { f: ['auto', 'jpg', 'png', 'webp', 'avif'] },
  },
  urls: { maxLifetime: 3_600 },
};

async function all(keys: AsyncIterable<string>): Promise<readonly string[]> {
  const found: string[] = [];
  for await (const key of keys) found.push(key);
  return found;
}

/** Opens a client; the stack must be running. */
export async function stackClient(instance: LocalInstance): Promise<StackClient> {
  const secrets = secretsManager(secretsClient(localAccess(instance, 'secretsManager'), patience));
  const keyring = rootKeyring(nodeCrypto, (await secrets.read('signet/roots')) ?? '');
  const stores = storesOf(instance);
  return {
    instance,
    keyring,
    stores,
    path: (asked = {}) => {
      const { kid = 'r1.1', tenant = 'acme', path = 'a.png', operations = ['resize,w_40'] } = asked;
      const exp = 'exp' in asked ? asked.exp : Math.floor(Date.now() / 1_000) + 600;
      const signer = { kid, signingKey: keyring.signingKey(tenant, kid) ?? '' };
      return mint(nodeCrypto, '', { tenant, path, operations, exp }, signer);
    },
    get: (path, init) => ask(instance.ports.cdn, path, init),
    publish: (document) =>
      publishPolicy(
        {
          crypto: nodeCrypto,
          config: stores.config,
          publishers: async () => keyring.publishers,
          publisher: async () => readPublisher((await secrets.read('signet/publisher')) ?? ''),
          clock: Date.now,
          by: async () => 'test',
        },
        document,
        { root: 'r1' },
      ),
    put: (path, body) =>
      stores.sources.put(`acme/${path}`, body, { contentType: 'application/octet-stream' }),
    derivatives: (path) => all(stores.derivatives.list(`acme/${path}`)),
  };
}

/** Makes a PNG of one colour. */
export function picture(colour: string, width = 80, height = 60): Promise<Buffer> {
  return sharp({ create: { width, height, channels: 3, background: colour } })
    .png()
    .toBuffer();
}

/** The colour of the first pixel. */
export async function colourOf(body: Uint8Array): Promise<readonly number[]> {
  const { data } = await sharp(body).removeAlpha().raw().toBuffer({ resolveWithObject: true });
  return [...data.subarray(0, 3)];
}
