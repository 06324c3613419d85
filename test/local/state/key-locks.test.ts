import { setTimeout as wait } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { createKeyLocks } from '../../../local/state/key-locks.ts';

it('runs work of one name in order, and other names concurrently', async () => {
  const locked = createKeyLocks();
  const seen: string[] = [];
  const work = (name: string, millis: number) => async () => {
    seen.push(`${name} begins`);
    await wait(millis);
    seen.push(`${name} ends`);
  };
  await Promise.all([
    locked('a', work('a1', 30)),
    locked('a', work('a2', 1)),
    locked('b', work('b', 10)),
  ]);
  const expected = ['a1 begins', 'b begins', 'b ends', 'a1 ends', 'a2 begins', 'a2 ends'];
  expect(seen).toEqual(expected);
});

it('continues after work that failed, and returns its error to the caller', async () => {
  const locked = createKeyLocks();
  const failing = locked('a', () => Promise.reject(new Error('failed')));
  const following = locked('a', async () => 'done');
  await expect(failing).rejects.toThrow('failed');
  expect(await following).toBe('done');
});
