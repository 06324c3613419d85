import sharp from 'sharp';
import { beforeAll, describe, expect, it } from 'vitest';
import { casesOf, countCases, isProof, noteFigure } from '../proof/cases.ts';
import { costCases, makeCostSources, measureRatio } from './render-cost.ts';
import { draw } from './rendering.ts';

/** With what inspection and the steps cost on top of sharp alone. */
const mostRatio = 1.3;

let sources: Awaited<ReturnType<typeof makeCostSources>>;
beforeAll(async () => {
  sources = await makeCostSources();
});

/** The mean difference of two pictures of the same size. */
async function meanDifference(one: Uint8Array, other: Uint8Array): Promise<number> {
  const [left, right] = [await sharp(one).raw().toBuffer(), await sharp(other).raw().toBuffer()];
  expect(left.length).toBe(right.length);
  return left.reduce((sum, value, at) => sum + Math.abs(value - (right[at] ?? 0)), 0) / left.length;
}

describe.each(costCases)('$name', ({ name, source, recipe, bare, written, most = mostRatio }) => {
  it('is drawn with about the CPU time that sharp alone needs', async () => {
    const bytes = sources[source];
    const rounds = casesOf({ proof: 15, test: 1 });
    const [ours, theirs] = [() => draw(bytes, recipe), () => bare(bytes)];
    const ratio = await measureRatio(ours, theirs, rounds);
    countCases(rounds);
    expect(ratio).toBeGreaterThan(0);
    if (!isProof) return;
    noteFigure(`${name} ${ratio.toFixed(2)}`);
    expect(ratio).toBeLessThanOrEqual(most);
  });

  it('is what sharp alone draws', async () => {
    const bytes = sources[source];
    const [ours, theirs] = [(await draw(bytes, recipe)).bytes, await bare(bytes)];
    if (written === undefined) expect(await meanDifference(ours, theirs)).toBeLessThan(0.5);
    else expect(Buffer.from(ours).toString()).toContain(written(theirs));
  });
});
