import type { Clock, Random, SecretStore } from '../ports.ts';
import { type Freshness, type Refreshing, refreshing } from '../refreshing.ts';
import type { Keyring } from './keyring.ts';

/** Where the secrets lie. */
export const secretIds = {
  roots: 'signet/roots',
  render: 'signet/render',
  publisher: 'signet/publisher',
} as const;

/** Refreshed after five minutes without waiting, waited for after fifteen, last good for an hour. */
export const keyFreshness: Freshness = { fresh: 300, wait: 900, lastGood: 3_600 };

export type KeyringOptions = {
  readonly secrets: SecretStore;
  readonly id: string;
  /** Reads the secret's text, and throws a sentence when it is unusable. */
  readonly open: (secret: string) => Keyring;
  readonly freshness: Freshness;
  readonly clock: Clock;
  readonly random: Random;
  readonly onFailure: (reason: string) => void;
};

/** A key set that is read once and then kept fresh: no request ever looks a key up. */
export function keyringStore(options: KeyringOptions): Refreshing<Keyring> {
  const { secrets, id, open } = options;
  return refreshing({
    ...options,
    load: async () => {
      const secret = await secrets.read(id);
      if (secret === undefined) throw new Error(`secret ${id} does not exist`);
      return open(secret);
    },
  });
}
