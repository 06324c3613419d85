import { Refusal } from '../shared/refusal.ts';

/** Rejects with `unavailable` if the work takes too long, while there is still time to answer. */
export async function withTimeout<T>(seconds: number, work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(
      () => reject(new Refusal('unavailable', `took more than ${seconds} s`)),
      seconds * 1_000,
    );
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
