import { afterEach, describe, expect, it, vi } from 'vitest';
import { limitReading, withTimeout } from '../../edge/timeout.ts';
import { limits } from '../../shared/limits.ts';

it('work that ends in time returns its value, and nothing is called late', async () => {
  const onLate = vi.fn();
  expect(await withTimeout(60, Promise.resolve(7), onLate)).toBe(7);
  expect(onLate).not.toHaveBeenCalled();
});

it('work that fails in time rejects with its error', async () => {
  await expect(withTimeout(60, Promise.reject(new Error('lost')))).rejects.toThrow('lost');
});

it('work that takes too long is told before the answer is given', async () => {
  const order: string[] = [];
  const work = new Promise<never>(() => undefined);
  await withTimeout(0.01, work, () => order.push('told')).catch((thrown: Error) =>
    order.push(thrown.message),
  );
  expect(order).toEqual(['told', 'took more than 0.01 s']);
});

describe('the time for the reads of a request', () => {
  afterEach(() => {
    vi.useRealTimers();
  });

  it('has no end before the first request', () => {
    expect(limitReading(4).deadline()).toBe(Number.POSITIVE_INFINITY);
  });

  it('begins again with each request', () => {
    vi.useFakeTimers();
    const reading = limitReading(4);
    const left = () => reading.deadline() - performance.now();
    reading.begin();
    expect(left()).toBe(4_000);
    vi.advanceTimersByTime(3_000);
    expect(left()).toBe(1_000);
    reading.begin();
    expect(left()).toBe(4_000);
  });

  it('lets two reads use both of their tries, and leaves time for the answer', () => {
    expect(2 * 2 * limits.viewerTrySeconds).toBeLessThanOrEqual(limits.viewerReadSeconds);
    expect(limits.viewerReadSeconds).toBeLessThan(limits.viewerRequestSeconds);
  });
});
