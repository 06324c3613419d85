import { runWorkers } from '../workers.ts';

/**
 * S3 answers 5,500 requests a second for a prefix, and views need them, too.
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/optimizing-performance.html
 */
export const readsPerSecond = 1_000;

/** The number of simultaneous requests. */
export const simultaneousReads = 16;

/**
 * Visits the keys of a listing, several at a time, until the signal is aborted. Throws the first failure after the
 * visits in progress have ended.
 */
export async function visitKeys(
  listing: AsyncIterable<string>,
  signal: AbortSignal,
  visit: (key: string) => Promise<void>,
): Promise<void> {
  const keys = listing[Symbol.asyncIterator]();
  const work = async (): Promise<void> => {
    for (let next = await keys.next(); !next.done; next = await keys.next()) {
      if (signal.aborted) return;
      await visit(next.value);
    }
  };
  await runWorkers(simultaneousReads, work);
}
