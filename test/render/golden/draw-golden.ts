import { writeFileSync } from 'node:fs';
import sharp from 'sharp';
import { operationNames, rowOf } from '../../../shared/operations/table.ts';
import { draw } from '../rendering.ts';
import { drawScene } from '../source-kinds.ts';
import { goldenFile, goldenRecipe } from './golden.ts';

/* Draws every golden image anew: `npm run golden`. Look at each that git shows as changed. */

for (const clear of [false, true]) {
  const source = await (await drawScene(clear)).png().toBuffer();
  for (const name of operationNames) {
    const { example, answer } = rowOf(name);
    if (answer !== undefined) {
      if (clear) continue;
      const { bytes } = await draw(source, example);
      // Indented as Biome formats it, so that this script leaves a clean checkout clean.
      const text = JSON.stringify(JSON.parse(Buffer.from(bytes).toString()), null, 2);
      writeFileSync(goldenFile(name, clear, 'json'), `${text}\n`);
      continue;
    }
    const { bytes } = await draw(source, goldenRecipe(name, 'png'));
    const kept = await sharp(bytes).webp({ quality: 90, effort: 6 }).toBuffer();
    writeFileSync(goldenFile(name, clear, 'webp'), kept);
  }
}
