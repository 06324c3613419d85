import type { Clock, Random, SecretReader } from '../ports.ts';
import { type Freshness, type Refreshing, refreshing } from '../refreshing.ts';
import type { Keyring } from './keyring.ts';

/** The names of the secrets of an installation. */
export type SecretIds = Readonly<Record<'roots' | 'render' | 'publisher', string>>;

/** The names of all secrets of an installation begin with its prefix and a slash. */
export const secretIdsOf = (prefix: string): SecretIds => ({
  roots: `${prefix}/roots`,
  render: `${prefix}/render`,
  publisher: `${prefix}/publisher`,
});

/** The prefix of an installation that sets no other, and of the stack on one machine. */
export const usualSecretsPrefix = 'signet';
export const secretIds = secretIdsOf(usualSecretsPrefix);

/**
 * Reloads in the background after 5 minutes, makes requests wait after 15, and keeps old keys for
 * an hour.
 */
export const keyFreshness: Freshness = { fresh: 300, wait: 900, lastGood: 3_600 };

export type KeyringOptions = {
  readonly secrets: SecretReader;
  readonly id: string;
  /** Reads the text of the secret. Throws an error that says why it is unusable. */
  readonly open: (secret: string) => Keyring;
  readonly freshness: Freshness;
  readonly clock: Clock;
  readonly random: Random;
  readonly onFailure: (reason: string) => void;
};

/** Keeps a key set in memory and fresh, so that requests do not read secrets. */
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
