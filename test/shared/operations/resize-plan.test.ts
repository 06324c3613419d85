import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compass } from '../../../shared/operations/gravity.ts';
import type { Box, Point, Size } from '../../../shared/operations/operation.ts';
import {
  plannedSize,
  type ResizeValues,
  resizePlan,
} from '../../../shared/operations/resize-plan.ts';
import { runs } from '../request/outcome.ts';

const defaults: ResizeValues = {
  m: 'lfit',
  w: undefined,
  h: undefined,
  l: undefined,
  s: undefined,
  p: undefined,
  limit: 1,
  g: 'center',
  fx: undefined,
  fy: undefined,
};
const asked = (values: Partial<ResizeValues>): ResizeValues => ({ ...defaults, ...values });
const sizeOf = (text: string): Size => {
  const [width = 0, height = 0] = text.split('×').map(Number);
  return { width, height };
};
const written = ({ width, height }: Size): string => `${width}×${height}`;

/** The source, the requested values and the expected size. */
const sizes: readonly (readonly [source: string, values: Partial<ResizeValues>, made: string])[] = [
  // BOS's own example.
  ['600×400', { w: 500, h: 300 }, '450×300'],
  ['600×400', { m: 'mfit', w: 500, h: 300 }, '500×333'],
  ['600×400', { w: 300 }, '300×200'],
  ['600×400', { h: 100 }, '150×100'],
  ['600×400', { l: 300 }, '300×200'],
  ['400×600', { l: 300 }, '200×300'],
  ['600×400', { s: 200 }, '300×200'],
  ['400×600', { s: 200 }, '200×300'],
  ['600×400', { p: 50 }, '300×200'],
  ['601×401', { p: 50 }, '301×201'],
  // Nothing grows, unless limit is 0.
  ['600×400', { w: 1200 }, '600×400'],
  ['600×400', { w: 1200, limit: 0 }, '1200×800'],
  ['600×400', { w: 1200, h: 100 }, '150×100'],
  ['600×400', { w: 900, h: 900, limit: 0 }, '900×600'],
  ['600×400', { m: 'mfit', w: 900, h: 900 }, '600×400'],
  ['600×400', { m: 'mfit', w: 900, h: 900, limit: 0 }, '1350×900'],
  ['600×400', { m: 'mfit', w: 900, h: 100 }, '600×400'],
  ['600×400', { l: 1200 }, '600×400'],
  ['600×400', { l: 1200, limit: 0 }, '1200×800'],
  ['600×400', { s: 800 }, '600×400'],
  ['600×400', { s: 800, limit: 0 }, '1200×800'],
  ['600×400', { p: 200 }, '600×400'],
  ['600×400', { p: 200, limit: 0 }, '1200×800'],
  ['600×400', { m: 'fill', w: 300, h: 300 }, '300×300'],
  ['600×400', { m: 'fill', w: 500, h: 800 }, '500×400'],
  ['600×400', { m: 'fill', w: 900, h: 900 }, '600×400'],
  ['600×400', { m: 'fill', w: 500, h: 800, limit: 0 }, '500×800'],
  ['600×400', { m: 'fixed', w: 300, h: 300 }, '300×300'],
  ['600×400', { m: 'fixed', w: 500, h: 800 }, '500×400'],
  ['600×400', { m: 'fixed', w: 500, h: 800, limit: 0 }, '500×800'],
  ['600×400', { m: 'fixed', w: 500 }, '500×400'],
  ['600×400', { m: 'fixed', h: 500, limit: 0 }, '500×500'],
  ['600×400', { m: 'pad', w: 500, h: 500 }, '500×500'],
  ['600×400', { m: 'pad', w: 900, h: 900 }, '900×900'],
  ['600×400', { m: 'pad', w: 900, h: 900, limit: 0 }, '900×900'],
  // No side is ever shorter than a pixel.
  ['1×1', { w: 1 }, '1×1'],
  ['1×1', { p: 1 }, '1×1'],
  ['1×1', { w: 100, h: 50, limit: 0 }, '50×50'],
  ['1×1', { m: 'fill', w: 100, h: 50 }, '1×1'],
  ['1×1', { m: 'fill', w: 100, h: 50, limit: 0 }, '100×50'],
  ['1×1', { m: 'pad', w: 9, h: 5 }, '9×5'],
  ['8000×1', { w: 100 }, '100×1'],
  ['8000×1', { h: 1 }, '8000×1'],
  ['1×8000', { l: 10 }, '1×10'],
  ['8000×1', { s: 1 }, '8000×1'],
  ['8000×1', { m: 'mfit', w: 10, h: 10, limit: 0 }, '80000×10'],
  ['8000×1', { m: 'fill', w: 10, h: 10 }, '10×1'],
  ['1×8000', { m: 'fill', w: 10, h: 10, limit: 0 }, '10×10'],
  ['8000×2', { p: 1 }, '80×1'],
  // Half a pixel is rounded up, as Math.round does.
  ['3×2', { w: 2 }, '2×1'],
  ['4×3', { w: 2 }, '2×2'],
  ['1000×333', { w: 500 }, '500×167'],
];

describe('a resize', () => {
  it.each(sizes)('of %s with %j gives %s', (source, values, made) => {
    expect(written(plannedSize(resizePlan(asked(values), sizeOf(source))))).toBe(made);
  });
});

const square = { m: 'fill', w: 100, h: 100 } as const;

/** Where fill cuts a square of 100 out of 300×100 or 100×300. */
const cuts: readonly (readonly [
  source: string,
  values: Partial<ResizeValues>,
  focus: Point | undefined,
  corner: readonly [left: number, top: number],
])[] = [
  ['300×100', {}, undefined, [100, 0]],
  ['300×100', { g: 'west' }, undefined, [0, 0]],
  ['300×100', { g: 'nw' }, undefined, [0, 0]],
  ['300×100', { g: 'east' }, undefined, [200, 0]],
  ['300×100', { g: 'se' }, undefined, [200, 0]],
  ['300×100', { g: 'north' }, undefined, [100, 0]],
  ['100×300', { g: 'north' }, undefined, [0, 0]],
  ['100×300', { g: 'sw' }, undefined, [0, 200]],
  ['300×100', { fx: 0, fy: 0 }, undefined, [0, 0]],
  ['300×100', { fx: 30, fy: 50 }, undefined, [40, 0]],
  ['300×100', { fx: 99 }, undefined, [200, 0]],
  ['300×100', { fy: 10 }, undefined, [100, 0]],
  ['100×300', { fy: 30 }, undefined, [0, 40]],
  ['300×100', { g: 'focus' }, undefined, [100, 0]],
  ['300×100', { g: 'focus' }, { x: 30, y: 0 }, [40, 0]],
  ['300×100', { g: 'focus' }, { x: 100, y: 100 }, [200, 0]],
  ['300×100', {}, { x: 30, y: 0 }, [100, 0]],
  ['300×100', { fx: 0 }, { x: 30, y: 0 }, [0, 0]],
];

describe('fill', () => {
  it.each(cuts)('of %s with %j and the focus %j begins at %j', (source, values, focus, corner) => {
    const plan = resizePlan(asked({ ...square, ...values }), sizeOf(source), 1, focus);
    if (plan.kind !== 'cut') throw new Error(`fill is a ${plan.kind}`);
    expect([plan.box.left, plan.box.top]).toEqual(corner);
  });

  it.each([
    ['smart', 'attention'],
    ['entropy', 'entropy'],
  ] as const)('by %s asks sharp to search one picture by %s', (g, by) => {
    const plan = resizePlan(asked({ ...square, g }), sizeOf('300×100'));
    const scaled = { width: 300, height: 100 };
    expect(plan).toEqual({ kind: 'search', scaled, box: { width: 100, height: 100 }, by });
  });

  it.each(['smart', 'entropy'] as const)('by %s keeps the centre of an animation', (g) => {
    const plan = resizePlan(asked({ ...square, g }), sizeOf('300×100'), 2);
    expect(plan).toMatchObject({ kind: 'cut', box: { left: 100, top: 0 } });
  });
});

describe('pad', () => {
  it('puts the picture in the middle of the canvas', () => {
    expect(resizePlan(asked({ m: 'pad', w: 500, h: 500 }), sizeOf('600×400'))).toEqual({
      kind: 'pad',
      scaled: { width: 500, height: 333 },
      at: { left: 0, top: 83, width: 500, height: 500 },
    });
    expect(resizePlan(asked({ m: 'pad', w: 900, h: 900 }), sizeOf('600×400'))).toMatchObject({
      scaled: { width: 600, height: 400 },
      at: { left: 150, top: 250 },
    });
  });
});

const side = fc.oneof(
  fc.integer({ min: 1, max: 8_192 }),
  fc.integer({ min: 1, max: 5 }),
  fc.integer({ min: 8_180, max: 8_192 }),
);
const sources = fc.record({ width: side, height: side });
const limit = fc.constantFrom(0, 1);
const isPositive = ({ width, height }: Size): boolean =>
  Number.isInteger(width) && Number.isInteger(height) && width >= 1 && height >= 1;

function lies(inner: Box, outer: Size): boolean {
  const { left, top, width, height } = inner;
  return left >= 0 && top >= 0 && left + width <= outer.width && top + height <= outer.height;
}

describe('for any source and any box', () => {
  it('lfit never exceeds the box', () => {
    const inside = fc.property(sources, side, side, limit, (source, w, h, one) => {
      const { width, height } = plannedSize(resizePlan(asked({ w, h, limit: one }), source));
      expect(width <= w && height <= h).toBe(true);
    });
    fc.assert(inside, runs(5_000));
  });

  it('mfit covers the box when it may grow, and touches it', () => {
    const covers = fc.property(sources, side, side, (source, w, h) => {
      const values = asked({ m: 'mfit', w, h, limit: 0 });
      const { width, height } = plannedSize(resizePlan(values, source));
      expect(width >= w && height >= h && (width === w || height === h)).toBe(true);
    });
    fc.assert(covers, runs(5_000));
  });

  it('with limit, only the canvas of pad is larger than the source', () => {
    const modes = fc.constantFrom('lfit', 'mfit', 'fill', 'fixed', 'pad');
    const still = fc.property(sources, side, side, modes, (source, w, h, m) => {
      const plan = resizePlan(asked({ m, w, h }), source);
      const { width, height } = plan.kind === 'pad' ? plan.scaled : plannedSize(plan);
      expect(width <= source.width && height <= source.height).toBe(true);
    });
    fc.assert(still, runs(3_000));
  });

  it('the box of fill is inside the scaled picture, and the picture of pad is inside its canvas', () => {
    const gravity = fc.constantFrom(...compass);
    const inside = fc.property(sources, side, side, limit, gravity, (source, w, h, one, g) => {
      const fill = resizePlan(asked({ m: 'fill', w, h, limit: one, g }), source);
      expect(fill.kind === 'cut' && lies(fill.box, fill.scaled)).toBe(true);
      const pad = resizePlan(asked({ m: 'pad', w, h, limit: one }), source);
      expect(pad.kind === 'pad' && lies({ ...pad.at, ...pad.scaled }, pad.at)).toBe(true);
    });
    fc.assert(inside, runs(3_000));
  });

  it('a focal point keeps the box inside', () => {
    const percent = fc.integer({ min: 0, max: 100 });
    const inside = fc.property(sources, side, side, percent, percent, (source, w, h, fx, fy) => {
      const plan = resizePlan(asked({ m: 'fill', w, h, fx, fy }), source);
      expect(plan.kind === 'cut' && lies(plan.box, plan.scaled)).toBe(true);
    });
    fc.assert(inside, runs(3_000));
  });

  it('every side has at least one pixel', () => {
    const ways = fc.oneof(
      fc.record({ w: side }),
      fc.record({ h: side }),
      fc.record({ l: side }),
      fc.record({ s: side }),
      fc.record({ p: fc.integer({ min: 1, max: 1_000 }) }),
    );
    const positive = fc.property(sources, ways, limit, (source, values, one) => {
      const plan = resizePlan(asked({ ...values, limit: one }), source);
      expect(isPositive(plannedSize(plan))).toBe(true);
    });
    fc.assert(positive, runs(5_000));
  });
});
