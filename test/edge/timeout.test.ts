import { expect, it } from 'vitest';
import { withTimeout } from '../../edge/timeout.ts';

it('work that ends in time returns its value, and its signal stays quiet', async () => {
  let given: AbortSignal | undefined;
  const value = await withTimeout(60, async (signal) => {
    given = signal;
    return 7;
  });
  expect({ value, aborted: given?.aborted }).toEqual({ value: 7, aborted: false });
});

it('work that takes too long is told before the answer is given', async () => {
  const order: string[] = [];
  const work = (signal: AbortSignal) =>
    new Promise<never>(() => signal.addEventListener('abort', () => order.push('told')));
  await withTimeout(0.01, work).catch((thrown: Error) => order.push(thrown.message));
  expect(order).toEqual(['told', 'took more than 0.01 s']);
});
