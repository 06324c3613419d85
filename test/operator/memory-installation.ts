import { nodeCrypto } from '../../shared/adapters/crypto.ts';
import { continuationSecret, rootKeyring } from '../../shared/keys/keyring.ts';
import { publicHalf } from '../../shared/keys/publisher.ts';
import { secretIds } from '../../shared/keys/store.ts';
import type { SourceType } from '../../shared/operations/image-type.ts';
import { publishPolicy } from '../../shared/versions/publishing.ts';
import { memorySecrets } from '../shared/keys/memory-secrets.ts';
import { publisher, publishingTo } from '../shared/keys/publisher.ts';
import { memoryStore } from '../shared/objects/memory-store.ts';
import { ownSources } from '../shared/objects/own-sources.ts';

const roots = JSON.stringify({
  keys: [
    { kty: 'oct', kid: 'r1', k: Buffer.alloc(32, 7).toString('base64url') },
    publicHalf(publisher),
  ],
});

/** An installation in memory. `open` opens it as a door would. */
export function createMemoryInstallation() {
  const secrets = memorySecrets({
    [secretIds.roots]: roots,
    [secretIds.render]: continuationSecret(nodeCrypto, roots),
  });
  const config = memoryStore();
  const invalidated: string[] = [];
  const sources = memoryStore();
  const installation = {
    ...publishingTo(config),
    // Nothing listens on this port.
    address: 'http://127.0.0.1:1',
    hosts: async () => ({}),
    corsOrigins: async (): Promise<readonly string[]> => ['https://www.example.com'],
    disabledFormats: async (): Promise<readonly SourceType[]> => [],
    config,
    sources,
    sourceReaders: async () => ownSources(sources),
    derivatives: memoryStore(),
    openLogs: () => {
      throw new Error('no log is in a bucket');
    },
    invalidate: async (tags: readonly string[]) => void invalidated.push(...tags),
    secrets,
    secretIds,
    keyring: async () => rootKeyring(nodeCrypto, secrets.texts.get(secretIds.roots) ?? ''),
  };
  return {
    ...installation,
    invalidated,
    open: async () => installation,
    /** Publishes a policy that allows one width. */
    publish: (tenant: string, more: object = {}) =>
      publishPolicy(
        installation,
        { tenant, operations: { resize: { w: [16] } }, ...more },
        { root: 'r1' },
      ),
  };
}

/** Answers a confirmation with yes. */
export const confirm = async (): Promise<void> => undefined;

/** Answers a confirmation with no. */
export const decline = async (): Promise<void> => {
  throw new Error('declined');
};
