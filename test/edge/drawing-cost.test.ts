import { existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { casesOf, countCases, isProof, noteFigure } from '../proof/cases.ts';
import { drawBare, measureCost, openFunction, photograph } from './drawing-cost.ts';
import { bundleDrawing, type DrawingFile } from './drawing-files.ts';

let drawing: DrawingFile;
let source: Buffer;

beforeAll(async () => {
  drawing = await bundleDrawing();
  source = await photograph();
});
afterAll(() => rm(drawing.folder, { recursive: true, force: true }));

describe('a picture of 12 megapixels', () => {
  it.each(['webp', 'jpg'] as const)('becomes the same %s as with sharp alone', async (type) => {
    const draw = openFunction(source, drawing);
    expect(Buffer.compare(await draw(type), await drawBare(source, type))).toBe(0);
  });

  it.runIf(existsSync('/proc/self/stat'))('costs CPU time of the drawing process', async () => {
    const draw = openFunction(source, drawing);
    await draw('jpg');
    const pid = Number((await drawing.notes()).at(-1));
    const rounds = casesOf({ proof: 100, test: 3 });
    const { bare, ours } = await measureCost(draw, pid, rounds);
    countCases(rounds * 2);
    expect(Math.min(bare, ours)).toBeGreaterThan(0);
    if (!isProof) return;
    noteFigure(`${(ours / bare).toFixed(3)} times`);
    expect(ours / bare).toBeLessThanOrEqual(1.1);
  });
});
