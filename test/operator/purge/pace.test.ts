import { expect, it } from 'vitest';
import { paceWork, timerWait } from '../../../operator/purge/pace.ts';

it('callers at the same time share the pace, and a pause earns no debt', async () => {
  let now = 1_000;
  const waited: number[] = [];
  const wait = async (milliseconds: number): Promise<void> => void waited.push(milliseconds);
  const pace = paceWork(10, { clock: () => now, wait }, new AbortController().signal);
  await Promise.all([pace(1), pace(2), pace(1)]);
  expect(waited).toEqual([100, 300]);
  now += 60_000;
  await Promise.all([pace(5), pace(1)]);
  expect(waited).toEqual([100, 300, 500]);
});

it('a wait ends when its signal is aborted', async () => {
  const stop = new AbortController();
  const waiting = timerWait(600_000, stop.signal);
  stop.abort();
  await expect(waiting).resolves.toBeUndefined();
});
