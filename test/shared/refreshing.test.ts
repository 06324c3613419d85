import { describe, expect, it } from 'vitest';
import { type Freshness, refreshing } from '../../shared/refreshing.ts';
import { handClock, settle } from './hand-clock.ts';
import { awaited, type Outcome } from './request/outcome.ts';

const freshness: Freshness = { fresh: 30, wait: 60, lastGood: 3_600 };

/** A value that counts its loads and can fail or be slow. */
function stand(random = 0, own: Freshness = freshness) {
  const { clock, pass } = handClock();
  const failures: string[] = [];
  const previous: (number | undefined)[] = [];
  let [loads, away] = [0, false];
  let gate: Promise<void> | undefined;
  const value = refreshing<number>({
    load: async (before) => {
      loads += 1;
      previous.push(before);
      const mine = loads;
      await gate;
      if (away) throw new Error(`away at load ${mine}`);
      return mine;
    },
    freshness: () => own,
    clock,
    random: () => random,
    onFailure: (reason) => failures.push(reason),
  });
  return {
    read: value.read,
    pass,
    failures,
    previous,
    loads: () => loads,
    leave: () => {
      away = true;
    },
    comeBack: () => {
      away = false;
    },
    /** Loads wait from here on until the answer is called. */
    hold: (): (() => void) => {
      let release = (): void => undefined;
      gate = new Promise((resolve) => {
        release = () => {
          gate = undefined;
          resolve();
        };
      });
      return release;
    },
  };
}

describe('a value that keeps itself fresh', () => {
  it('is loaded once for many readers at the same time', async () => {
    const { read, loads, hold } = stand();
    const release = hold();
    const all = Promise.all(Array.from({ length: 100 }, () => read()));
    release();
    expect(new Set(await all)).toEqual(new Set([1]));
    expect(loads()).toBe(1);
  });

  it('is not loaded again while it is fresh', async () => {
    const { read, loads, pass } = stand();
    await read();
    pass(29.999);
    expect(await read()).toBe(1);
    await settle();
    expect(loads()).toBe(1);
  });

  it('is loaded once in the background after that', async () => {
    const { read, loads, pass, hold } = stand();
    await read();
    pass(30);
    const release = hold();
    expect(await Promise.all([read(), read(), read()])).toEqual([1, 1, 1]);
    release();
    await settle();
    expect([await read(), loads()]).toEqual([2, 2]);
  });

  it('makes readers wait for one load when it is older than that', async () => {
    const { read, loads, pass, hold } = stand();
    await read();
    pass(60);
    const release = hold();
    const all = Promise.all(Array.from({ length: 100 }, () => read()));
    release();
    expect(new Set(await all)).toEqual(new Set([2]));
    expect(loads()).toBe(2);
  });

  it.each([
    [0, 30],
    [0.5, 27],
    [0.999_999, 24.1],
  ])('is refreshed earlier by chance: at %d after %d seconds', async (random, seconds) => {
    const { read, loads, pass } = stand(random);
    await read();
    pass(seconds - 0.5);
    await read();
    await settle();
    expect(loads()).toBe(1);
    pass(0.5);
    await read();
    await settle();
    expect(loads()).toBe(2);
  });

  it('passes the previous value to the next load', async () => {
    const { read, pass, previous } = stand();
    await read();
    pass(60);
    await read();
    expect(previous).toEqual([undefined, 1]);
  });

  it('is loaded again if it is older than the reader accepts', async () => {
    const { read, loads, pass } = stand();
    await read();
    pass(1.9);
    expect(await read(2)).toBe(1);
    pass(0.1);
    expect(await read(2)).toBe(2);
    expect(await read(2)).toBe(2);
    expect(loads()).toBe(2);
  });
});

describe('while loading fails', () => {
  const afterFirst = async (own?: Freshness) => {
    const one = stand(0, own);
    await one.read();
    one.leave();
    return one;
  };

  it('the first read is unavailable', async () => {
    const { read, leave, failures, comeBack } = stand();
    leave();
    expect(await awaited(() => read())).toBe('unavailable');
    expect(failures).toEqual(['away at load 1']);
    comeBack();
    expect(await read()).toBe(2);
  });

  it.each([
    [45, 'accepted'],
    [60, 'accepted'],
    [3_599, 'accepted'],
    [3_600, 'unavailable'],
    [100_000, 'unavailable'],
  ] as readonly (readonly [number, Outcome])[])(
    'the last good value of %i seconds ago is %s',
    async (seconds, answer) => {
      const { read, pass, failures } = await afterFirst();
      pass(seconds);
      expect(await awaited(() => read())).toBe(answer);
      await settle();
      expect(failures).toEqual(['away at load 2']);
    },
  );

  it('a failed load in the background does not affect the reader', async () => {
    const { read, pass, failures } = await afterFirst();
    pass(30);
    expect(await read()).toBe(1);
    await settle();
    expect(failures).toEqual(['away at load 2']);
  });

  it('no reader waits for another load within a second of the last', async () => {
    const { read, pass, loads } = await afterFirst();
    pass(60);
    for (let asked = 0; asked < 10; asked += 1) expect(await read()).toBe(1);
    expect(loads()).toBe(2);
    pass(1);
    expect(await read()).toBe(1);
    expect(loads()).toBe(3);
  });

  it('a reader that wants a newer value gets the last good one', async () => {
    const { read, pass } = await afterFirst();
    pass(5);
    expect(await read(2)).toBe(1);
  });

  it('it recovers by itself', async () => {
    const { read, pass, comeBack } = await afterFirst();
    pass(4_000);
    expect(await awaited(() => read())).toBe('unavailable');
    comeBack();
    expect(await read()).toBe(3);
    pass(10);
    expect(await read()).toBe(3);
  });

  it('failures do not extend the life of an old value', async () => {
    const { read, pass } = await afterFirst();
    for (let minute = 0; minute < 59; minute += 1) {
      pass(60);
      expect(await read()).toBe(1);
    }
    pass(60);
    expect(await awaited(() => read())).toBe('unavailable');
  });
});
