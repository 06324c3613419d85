import { readFile } from 'node:fs/promises';
import { render } from '../../render/render.ts';
import { limits } from '../../shared/limits.ts';
import { type Negotiable, negotiateFormat } from '../../shared/operations/accept.ts';
import { sniff } from '../../shared/operations/image-type.ts';
import { canonicalRecipe } from '../../shared/recipe/canonical.ts';
import { parseOperations } from '../../shared/recipe/recipe.ts';
import { answerJobs, type PictureJob } from './answer-jobs.ts';

/* Signet's renderer, as the drawing process of origin-response calls it. */

/** What Chrome sends for an `<img>`. */
const accept = 'image/avif,image/webp,image/apng,image/svg+xml,image/*,*/*;q=0.8';

/** What the starter policy and a policy without `auto` prefer. */
const starterOrder: readonly Negotiable[] = ['avif', 'webp'];

const caps = { maxPixels: limits.sourcePixels, maxFrames: limits.sourceFrames };

const formatOf = (type: PictureJob['type']): string =>
  type === 'auto' ? negotiateFormat(accept, starterOrder) : type;

await answerJobs(async ({ source, width, type, quality }) => {
  const bytes = await readFile(source);
  const sniffed = sniff(bytes);
  if (sniffed === undefined) throw new Error(`${source} is no image`);
  const asked = quality === undefined ? [] : [`quality,q_${quality}`];
  const operations = [`resize,w_${width}`, ...asked, `format,f_${formatOf(type)}`];
  const recipe = canonicalRecipe(parseOperations(operations.join('__op__')).steps);
  const read = { bytes, type: sniffed, etag: '', focus: undefined };
  return (await render(read, recipe, caps)).bytes;
});
