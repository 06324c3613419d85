import { createHash } from 'node:crypto';
import {
  type DescribedStore,
  PortFailure,
  type PutOptions,
  type StoredObject,
} from '../../../shared/ports.ts';

export type Kept = StoredObject & { readonly options: PutOptions };

/** A bucket in memory, with a list of its calls and a switch that makes it fail. */
export type MemoryStore = DescribedStore & {
  readonly objects: Map<string, Kept>;
  /** `get acme/cat.jpg`, in order. */
  readonly calls: string[];
  away: boolean;
};

const etagOf = (body: Uint8Array): string => `"${createHash('md5').update(body).digest('hex')}"`;

function holds(kept: Kept | undefined, only: PutOptions['only']): boolean {
  if (only === undefined) return true;
  return only === 'absent' ? kept === undefined : kept?.etag === only.etag;
}

export function memoryStore(): MemoryStore {
  const objects = new Map<string, Kept>();
  const calls: string[] = [];
  const asked = (call: string): void => {
    calls.push(call);
    if (store.away) throw new PortFailure(`${call}: away`);
  };
  const store: MemoryStore = {
    objects,
    calls,
    away: false,
    get: async (key, { maxBytes, unlessEtag }) => {
      asked(`get ${key}`);
      const kept = objects.get(key);
      if (kept === undefined) return 'missing';
      if (kept.etag === unlessEtag) return 'unchanged';
      return kept.body.length > maxBytes ? 'too-large' : kept;
    },
    put: async (key, body, options) => {
      asked(`put ${key}`);
      if (!holds(objects.get(key), options.only)) return 'taken';
      const etag = etagOf(body);
      objects.set(key, { body, etag, metadata: options.metadata ?? {}, options });
      return { etag };
    },
    list: async function* list(prefix) {
      asked(`list ${prefix}`);
      for (const key of [...objects.keys()].toSorted()) if (key.startsWith(prefix)) yield key;
    },
    listSizes: async function* listSizes(prefix) {
      asked(`listSizes ${prefix}`);
      for (const [key, { body }] of [...objects].toSorted(([a], [b]) => (a < b ? -1 : 1)))
        if (key.startsWith(prefix)) yield { key, bytes: body.length };
    },
    describe: async (key) => {
      asked(`describe ${key}`);
      const kept = objects.get(key);
      if (kept === undefined) return 'missing';
      const { body, etag, metadata, options } = kept;
      return { bytes: body.length, modified: 0, contentType: options.contentType, etag, metadata };
    },
    remove: async (keys) => {
      asked(`remove ${keys.length}`);
      for (const key of keys) objects.delete(key);
    },
  };
  return store;
}

/** Puts a text without adding to the list of calls. */
export function keep(
  { objects }: MemoryStore,
  key: string,
  content: string | Uint8Array,
  metadata: Readonly<Record<string, string>> = {},
): void {
  const body = typeof content === 'string' ? new TextEncoder().encode(content) : content;
  const options = { contentType: 'application/octet-stream', metadata };
  objects.set(key, { body, etag: etagOf(body), metadata, options });
}
