import type { ObjectStore, PutOptions, StoredObject } from '../../shared/ports.ts';

/** A bucket in memory that remembers what was asked of it. */
export type MemoryStore = ObjectStore & {
  readonly objects: Map<string, { readonly body: Uint8Array; readonly options?: PutOptions }>;
  /** `get KEY` and `put KEY`, in order. */
  readonly calls: string[];
};

function read(body: Uint8Array): StoredObject {
  return { body, etag: `"${body.length}"`, metadata: {} };
}

/** A bucket with these objects. */
export function memoryStore(initial: Readonly<Record<string, Uint8Array>> = {}): MemoryStore {
  const objects: MemoryStore['objects'] = new Map(
    Object.entries(initial).map(([key, body]) => [key, { body }]),
  );
  const calls: string[] = [];
  return {
    objects,
    calls,
    get: async (key, { maxBytes }) => {
      calls.push(`get ${key}`);
      const found = objects.get(key);
      if (found === undefined) return 'missing';
      return found.body.length > maxBytes ? 'too-large' : read(found.body);
    },
    put: async (key, body, options) => {
      calls.push(`put ${key}`);
      if (options.only === 'absent' && objects.has(key)) return 'taken';
      objects.set(key, { body, options });
      return { etag: `"${body.length}"` };
    },
    list: async function* (prefix) {
      yield* [...objects.keys()].filter((key) => key.startsWith(prefix)).sort();
    },
    remove: async (keys) => {
      for (const key of keys) objects.delete(key);
    },
  };
}
