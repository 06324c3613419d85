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

const none = -1;

/** The order in which numbered places were used: a list that is linked in both directions. */
function usageOrder() {
  const [older, newer]: [number[], number[]] = [[], []];
  let [oldest, newest] = [none, none];
  const remove = (place: number): void => {
    const [before = none, after = none] = [older[place], newer[place]];
    if (before === none) oldest = after;
    else newer[before] = after;
    if (after === none) newest = before;
    else older[after] = before;
  };
  const append = (place: number): void => {
    older[place] = newest;
    newer[place] = none;
    if (newest === none) oldest = place;
    else newer[newest] = place;
    newest = place;
  };
  return {
    append,
    remove,
    touch: (place: number): void => {
      if (place === newest) return;
      remove(place);
      append(place);
    },
    oldest: () => oldest,
    /** All places, those used longest ago first. */
    list: (): readonly number[] => {
      const places: number[] = [];
      for (let place = oldest; place !== none; place = newer[place] ?? none) places.push(place);
      return places;
    },
  };
}

type Entry<V> = { readonly key: string; readonly value: V; readonly size: number };

/**
 * Makes a cache. `sizeOf` measures a value in the unit of `max`; without it, `max` counts values.
 *
 * The Map holds only the number of each entry's place. When V8 replaces the table of a Map, the old table
 * refers to the new one, and so an old table that is garbage would carry all values of its successors into
 * the memory that V8 cleans up last. Measured: 160 MB of dead policies in 20,000 requests.
 *
 * This is no package, because the smallest one that bounds by size was an eighth of what viewer-request loads.
 */
export function boundedCache<V>(
  max: number,
  sizeOf: (value: V, key: string) => number = () => 1,
): BoundedCache<V> {
  const places = new Map<string, number>();
  const held: (Entry<V> | undefined)[] = [];
  const free: number[] = [];
  const order = usageOrder();
  let total = 0;
  const remove = (key: string): void => {
    const place = places.get(key);
    if (place === undefined) return;
    places.delete(key);
    order.remove(place);
    total -= held[place]?.size ?? 0;
    held[place] = undefined;
    free.push(place);
  };
  const makeRoom = (): void => {
    while (total > max) remove(held[order.oldest()]?.key ?? '');
  };
  return {
    get: (key) => {
      const place = places.get(key);
      if (place === undefined) return undefined;
      order.touch(place);
      return held[place]?.value;
    },
    set: (key, value) => {
      remove(key);
      const size = sizeOf(value, key);
      if (size > max) return;
      const place = free.pop() ?? held.length;
      held[place] = { key, value, size };
      places.set(key, place);
      order.append(place);
      total += size;
      makeRoom();
    },
    has: (key) => places.has(key),
    delete: remove,
    entries: () => order.list().flatMap((place) => (held[place] ? [entryOf(held[place])] : [])),
  };
}

const entryOf = <V>({ key, value }: Entry<V>) => [key, value] as const;
