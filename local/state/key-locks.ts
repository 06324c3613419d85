export type KeyLocks = <T>(name: string, work: () => Promise<T>) => Promise<T>;

/** Runs the work of one name strictly one after the other; different names do not wait. */
export function createKeyLocks(): KeyLocks {
  const tails = new Map<string, Promise<unknown>>();
  return (name, work) => {
    const before = tails.get(name) ?? Promise.resolve();
    const result = before.then(work);
    const tail = result.catch(() => undefined);
    tails.set(name, tail);
    // Without this the map would keep one promise for every key ever written.
    void tail.then(() => {
      if (tails.get(name) === tail) tails.delete(name);
    });
    return result;
  };
}
