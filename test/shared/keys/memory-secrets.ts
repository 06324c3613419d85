import { PortFailure, type SecretStore } from '../../../shared/ports.ts';

/** Secrets in memory, with a list of writes and the number of writes before one fails. */
export type MemorySecrets = SecretStore & {
  readonly texts: Map<string, string>;
  readonly written: string[];
  left: number;
};

export function memorySecrets(first: Readonly<Record<string, string>> = {}): MemorySecrets {
  const texts = new Map(Object.entries(first));
  const store: MemorySecrets = {
    texts,
    written: [],
    left: Number.POSITIVE_INFINITY,
    read: async (id) => texts.get(id),
    write: async (id, text) => {
      if (store.left === 0) throw new PortFailure(`write of ${id}: away`);
      store.left -= 1;
      store.written.push(id);
      texts.set(id, text);
    },
  };
  return store;
}
