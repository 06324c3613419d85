import { PortFailure, type SecretStore } from '../../../shared/ports.ts';

/** Secrets in memory, a list of what was written, and how many writes are left before the world ends. */
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
