import { readFile } from 'node:fs/promises';
import { render } from '../../render/render.ts';
import { limits } from '../../shared/limits.ts';
import { readSource } from '../../shared/objects/sources.ts';
import { canonicalRecipe } from '../../shared/recipe/canonical.ts';
import { parseOperations } from '../../shared/recipe/recipe.ts';
import { asRefusal } from '../../shared/refusal.ts';
import { memoryStore } from '../edge/memory-store.ts';
import { casesOf } from '../proof/cases.ts';

/*
 * Renders files in a process of its own, so that what it took can be measured and a crash of a
 * decoder would be seen. The first file is a sound one: it loads what has to be loaded. Work is
 * the processor's, whoever else is busy on it, and the least of several renders; they come after all
 * have been rendered once, because a heap grows by repetition, too.
 */

const caps = {
  types: ['jpg', 'png', 'webp', 'gif'] as const,
  maxBytes: limits.sourceBytes,
  maxPixels: limits.sourcePixels,
  maxFrames: limits.sourceFrames,
};
const runs = casesOf({ proof: 5, test: 2 });
const recipes = ['format,f_src', 'resize,w_100__op__format,f_webp'];

async function ended(bytes: Buffer, recipe: string): Promise<string> {
  try {
    const store = memoryStore({ 'acme/a.jpg': bytes });
    const source = await readSource(store, { tenant: 'acme', path: 'a.jpg' }, caps);
    await render(source, canonicalRecipe(parseOperations(recipe).steps), caps);
    return 'rendered';
  } catch (thrown) {
    return asRefusal(thrown).code;
  }
}

async function leastWork(bytes: Buffer, recipe: string): Promise<number> {
  let least = Number.POSITIVE_INFINITY;
  for (let run = 0; run < runs; run += 1) {
    const started = process.cpuUsage();
    await ended(bytes, recipe);
    const { user, system } = process.cpuUsage(started);
    least = Math.min(least, user + system);
  }
  return least;
}

const highWater = (): number => process.resourceUsage().maxRSS / 1_024;

const files = process.argv.slice(2);
let before = 0;
for (const [index, file] of files.entries()) {
  const bytes = await readFile(file);
  if (index === 1) before = highWater();
  for (const recipe of recipes) {
    const end = await ended(bytes, recipe);
    const grownMb = Math.round(highWater() - before);
    console.log(JSON.stringify({ index, end, grownMb }));
  }
}
for (const [index, file] of files.entries()) {
  const bytes = await readFile(file);
  for (const recipe of recipes)
    console.log(JSON.stringify({ index, work: await leastWork(bytes, recipe) }));
}
