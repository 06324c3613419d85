/** A cache of limited size. What was used longest ago makes room. */
export type BoundedCache<V> = {
  /** Returns a value and counts it as used. */
  readonly get: (key: string) => V | undefined;
  /** Keeps a value. One that is larger than the whole cache is not kept. */
  readonly set: (key: string, value: V) => void;
  readonly has: (key: string) => boolean;
  readonly delete: (key: string) => void;
  /** All entries, those used longest ago first. */
  readonly entries: () => readonly (readonly [key: string, value: V])[];
};

/**
 * Makes a cache. `sizeOf` measures a value in the unit of `max`; without it, `max` counts values. A Map keeps
 * its keys in the order in which they were set, so a key that is used is set again.
 *
 * This is no package, because the smallest one that bounds by size was an eighth of what viewer-request loads.
 */
export function boundedCache<V>(
  max: number,
  sizeOf: (value: V, key: string) => number = () => 1,
): BoundedCache<V> {
  const held = new Map<string, { readonly value: V; readonly size: number }>();
  let total = 0;
  const remove = (key: string): void => {
    total -= held.get(key)?.size ?? 0;
    held.delete(key);
  };
  const makeRoom = (): void => {
    for (const key of held.keys()) {
      if (total <= max) return;
      remove(key);
    }
  };
  return {
    get: (key) => {
      const entry = held.get(key);
      if (entry === undefined) return undefined;
      held.delete(key);
      held.set(key, entry);
      return entry.value;
    },
    set: (key, value) => {
      remove(key);
      const size = sizeOf(value, key);
      if (size > max) return;
      held.set(key, { value, size });
      total += size;
      makeRoom();
    },
    has: (key) => held.has(key),
    delete: remove,
    entries: () => [...held].map(([key, { value }]) => [key, value]),
  };
}
