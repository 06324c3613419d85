/** Runs a worker several times at once. Throws the first failure, after all workers have ended. */
export async function runWorkers(count: number, work: () => Promise<void>): Promise<void> {
  const ended = await Promise.allSettled(Array.from({ length: count }, work));
  const broken = ended.find((one) => one.status === 'rejected');
  if (broken !== undefined) throw broken.reason;
}

/**
 * Maps items, several at once, and yields the results in the order of the items. It reads no further ahead than
 * `count` items, so the memory does not depend on their number.
 */
export async function* mapInOrder<T, R>(
  items: AsyncIterable<T>,
  count: number,
  map: (item: T) => Promise<R>,
): AsyncGenerator<R> {
  const running: Promise<R>[] = [];
  for await (const item of items) {
    const result = map(item);
    // It is awaited in its turn. Until then, a failure must not end the process.
    result.catch(() => undefined);
    running.push(result);
    const first = running.length < count ? undefined : running.shift();
    if (first !== undefined) yield await first;
  }
  for (const result of running) yield await result;
}
