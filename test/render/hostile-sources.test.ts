import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { usualRecipes } from './bombs/bomb.ts';
import { type Measurer, startMeasurer } from './bombs/measure-render.ts';
import { hostileSources, soundImages } from './hostile-sources.ts';

/** A sound photograph of 12 megapixels, which any tenant may have rendered. */
const photograph = fileURLToPath(
  new URL('../../local/demo/samples/observatory.jpg', import.meta.url),
);
const sources = await hostileSources();
let measurer: Measurer;
let folder = '';
let photographSeconds = 0;

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'signet-hostile-'));
  measurer = startMeasurer();
  for (const recipe of usualRecipes) {
    const { end, cpuSeconds } = await measurer.measure({ file: photograph, recipe });
    expect(end).toBe('rendered');
    photographSeconds = Math.max(photographSeconds, cpuSeconds);
  }
});
afterAll(async () => {
  measurer.stop();
  await rm(folder, { recursive: true, force: true });
});

async function measureBoth(bytes: Buffer) {
  const file = path.join(folder, 'file');
  await writeFile(file, bytes);
  return [
    await measurer.measure({ file, recipe: usualRecipes[0] }),
    await measurer.measure({ file, recipe: usualRecipes[1] }),
  ];
}

describe('a hostile source, rendered as it is and resized', () => {
  it.each(sources)(
    '$name: $ends, for less work than two photographs and less than 64 MB',
    async ({ bytes, ends }) => {
      for (const measured of await measureBoth(bytes)) {
        expect(ends).toContain(measured.end);
        expect(measured.cpuSeconds).toBeLessThan(2 * photographSeconds);
        expect(measured.grownMb).toBeLessThan(64);
      }
    },
  );

  it('valid images of the same kinds are rendered, so that refusals are meaningful', async () => {
    for (const bytes of Object.values(await soundImages()))
      for (const { end } of await measureBoth(bytes)) expect(end).toBe('rendered');
  });
});
