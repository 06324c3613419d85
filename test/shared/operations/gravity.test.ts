import { describe, expect, it } from 'vitest';
import { boxAround, compass, gravityAt, pointOf } from '../../../shared/operations/gravity.ts';

describe('the compass', () => {
  it.each(compass)('finds %s at its position', (gravity) => {
    expect(gravityAt(pointOf(gravity))).toBe(gravity);
  });

  it('has nine points, in per cent', () => {
    expect(pointOf('nw')).toEqual({ x: 0, y: 0 });
    expect(pointOf('east')).toEqual({ x: 100, y: 50 });
    expect(pointOf('south')).toEqual({ x: 50, y: 100 });
    expect(new Set(compass.map((one) => JSON.stringify(pointOf(one)))).size).toBe(9);
    expect(gravityAt({ x: 33, y: 50 })).toBeUndefined();
  });

  it('keeps every box inside the picture', () => {
    const picture = { width: 100, height: 50 };
    const corners = compass.map((one) =>
      boxAround(pointOf(one), { width: 60, height: 50 }, picture),
    );
    expect(corners.map(({ left }) => left)).toEqual([0, 20, 40, 0, 20, 40, 0, 20, 40]);
    expect(corners.every(({ top }) => Object.is(top, 0))).toBe(true);
  });
});
