import { describe, expect, it } from 'vitest';
import { objectIn } from '../../../operator/logs/json-line.ts';

describe('a line of a log', () => {
  it('is read if it is a JSON object', () => {
    expect(objectIn('{"outcome":"stored"}')).toEqual({ outcome: 'stored' });
  });

  it.each(['', 'null', '7', '"text"', '{"cut":', '#Version: 1.0', '2030-01-01\t00:00:00'])(
    'is not an object: %j',
    (line) => {
      expect(objectIn(line)).toBeUndefined();
    },
  );
});
