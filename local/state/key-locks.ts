export type KeyLocks = <T>(name: string, work: () => Promise<T>) => Promise<T>;

/** Runs work of the same name one after the other. Different names do not wait for each other. */
export function createKeyLocks(): KeyLocks {
  const tails = new Map<string, Promise<unknown>>();
  return (name, work) => {
    const before = tails.get(name) ?? Promise.resolve();
    const result = before.then(work);
    const tail = result.catch(() => undefined);
    tails.set(name, tail);
    // Otherwise the map would keep a promise for every key ever written.
    void tail.then(() => {
      if (tails.get(name) === tail) tails.delete(name);
    });
    return result;
  };
}
