import { nodeCrypto } from '../../../shared/adapters/crypto.ts';
import { type PublisherSecretKey, publicHalf } from '../../../shared/keys/publisher.ts';
import type { ObjectStore } from '../../../shared/ports.ts';
import type { Publishing } from '../../../shared/versions/publishing.ts';

/** A key that signs policies in tests and nowhere else. */
export const publisher: PublisherSecretKey = {
  kty: 'OKP',
  crv: 'Ed25519',
  kid: 'p1',
  d: 'iUX4kz0KTgDpiltYrf_T2EreKosnJXUOz0IQiJCm9yY',
  x: 'xowfgGPT12IGJdH56t0U_K200Yo8csC6Hr69zCh4Ag0',
};

/** Another key, which no keyring has. */
export const stranger: PublisherSecretKey = {
  kty: 'OKP',
  crv: 'Ed25519',
  kid: 'p1',
  d: 'dWC9jlydmhYT4563CHINh32lMsE5YSC4Z0cfdTnARCw',
  x: 'VztpZVwZr-K8wuLXulrlYBkLkll-fBf9RXPLy0tBAeA',
};

/** Publishes to a bucket in the name of an operator, on a clock that stands still unless told. */
export function publishingTo(
  config: ObjectStore,
  {
    by = 'ann',
    clock = () => 1_893_456_000_000,
  }: Partial<Pick<Publishing, 'clock'> & { readonly by: string }> = {},
): Publishing {
  return {
    crypto: nodeCrypto,
    config,
    publishers: async () => [publicHalf(publisher)],
    publisher: async () => publisher,
    clock,
    by: async () => by,
  };
}
