import { describe, expect, it } from 'vitest';
import { mapInOrder, runWorkers } from '../../operator/workers.ts';

async function* numbers(count: number, onRead: () => void = () => undefined) {
  for (let at = 0; at < count; at += 1) {
    onRead();
    yield at;
  }
}

describe('a map in order', () => {
  it('yields the results in the order of the items, whichever is ready first', async () => {
    const results: number[] = [];
    const map = async (at: number): Promise<number> => {
      for (let left = at % 3; left > 0; left -= 1) await Promise.resolve();
      return at * 2;
    };
    for await (const result of mapInOrder(numbers(7), 3, map)) results.push(result);
    expect(results).toEqual([0, 2, 4, 6, 8, 10, 12]);
  });

  it('reads no further ahead than it works', async () => {
    let read = 0;
    let taken = 0;
    let ahead = 0;
    const items = numbers(100, () => {
      read += 1;
    });
    for await (const _result of mapInOrder(items, 4, async (at) => at)) {
      taken += 1;
      ahead = Math.max(ahead, read - taken);
    }
    expect({ read, taken, isBounded: ahead <= 4 }).toEqual({
      read: 100,
      taken: 100,
      isBounded: true,
    });
  });

  it('throws the failure of an item in its turn', async () => {
    const results: number[] = [];
    const map = async (at: number): Promise<number> => {
      if (at === 2) throw new Error('broken');
      return at;
    };
    const all = async (): Promise<void> => {
      for await (const result of mapInOrder(numbers(9), 4, map)) results.push(result);
    };
    await expect(all()).rejects.toThrow('broken');
    expect(results).toEqual([0, 1]);
  });
});

describe('workers', () => {
  it('throw the first failure after all have ended', async () => {
    let begun = 0;
    let ended = 0;
    const work = async (): Promise<void> => {
      begun += 1;
      if (begun === 1) throw new Error('first');
      await Promise.resolve();
      ended += 1;
    };
    await expect(runWorkers(3, work)).rejects.toThrow('first');
    expect(ended).toBe(2);
  });
});
