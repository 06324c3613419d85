import { setTimeout as wait } from 'node:timers/promises';
import { PortFailure } from '../shared/ports.ts';

/*
 * IAM is eventually consistent: for some seconds after a role was made, services may not know it or its permissions.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot.html#troubleshoot_general_eventual-consistency
 */

/** What services answer to a role that has not spread. */
const notSpread = [
  ...['AccessDeniedException', 'UnrecognizedClientException', 'InvalidClientTokenId'],
];

/** The pauses between tries, in seconds: 107 in all. */
const pauses = [1, 2, 4, 10, 15, 15, 15, 15, 15, 15];

const isNotSpread = (thrown: unknown): boolean =>
  thrown instanceof PortFailure && notSpread.includes(thrown.error?.code ?? '');

/** Does the work again while it is denied. Throws the denial if that does not end. `pause` takes milliseconds. */
export async function retryWhileDenied<T>(
  work: () => Promise<T>,
  pause: (milliseconds: number) => Promise<unknown> = wait,
): Promise<T> {
  for (const seconds of pauses) {
    try {
      return await work();
    } catch (thrown) {
      if (!isNotSpread(thrown)) throw thrown;
      await pause(seconds * 1_000);
    }
  }
  return work();
}
