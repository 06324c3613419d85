import { inspectGif } from '../shared/inspect/gif/inspect-gif.ts';
import type { SourceFacts } from '../shared/inspect/inspection.ts';
import { limits } from '../shared/limits.ts';
import {
  type EncoderPlan,
  type Encoding,
  encoders,
  planEncoder,
} from '../shared/operations/encoders.ts';
import { type ImageType, imageTypes } from '../shared/operations/image-type.ts';
import type { EncodingOptions, Size } from '../shared/operations/operation.ts';
import { defaultQuality } from '../shared/operations/quality.ts';
import { rowOf } from '../shared/operations/table.ts';
import type { Recipe } from '../shared/recipe/canonical.ts';
import { sourceRefusal } from '../shared/refusal.ts';
import { type Chain, endChain, type Job, place, runSharp } from './chain.ts';

/**
 * Fills transparent pixels with white, after all steps. In the same chain, sharp would do it before
 * most steps.
 */
async function flatten(job: Job, chain: Chain): Promise<Chain> {
  if (!chain.alpha) return chain;
  const ready = place('flatten') <= chain.reached ? await endChain(job, chain) : chain;
  return { ...ready, image: ready.image.flatten({ background: '#FFFFFF' }), alpha: false };
}

/** Below this quality, an image looks worse but is hardly smaller. */
const lowestQuality = 30;
const qualityStep = 10;
/** With so many runs of the encoder, every step from the best to the lowest quality can be reached. */
const triesForMax = 4;

/** Checks the size again, because a step may draw another size than was planned. */
function checkOutput(type: ImageType, { width, height }: Size, frames: number): void {
  const { maxPixels } = encoders[type];
  if (width * height * frames > maxPixels || Math.max(width, height) > limits.outputSide)
    throw sourceRefusal(
      'source_too_large',
      `the answer would have ${width}×${height} pixels × ${frames}`,
    );
}

/** The qualities to choose from, best first. */
function qualities(first: number): readonly number[] {
  const steps = Math.max(0, Math.ceil((first - lowestQuality) / qualityStep));
  return [first, ...Array.from({ length: steps }, (_, at) => first - (at + 1) * qualityStep)].map(
    (quality) => (quality < first ? Math.max(quality, lowestQuality) : quality),
  );
}

/** Picks `count` of the qualities, evenly and with the last one. */
function spreadQualities(all: readonly number[], count: number): readonly number[] {
  if (count >= all.length) return all;
  return Array.from({ length: count }, (_, at) => {
    const index = Math.ceil(((at + 1) * all.length) / count) - 1;
    return all[index] ?? lowestQuality;
  });
}

/**
 * The qualities that can be searched with so many runs: the first, then a half of the rest each time. With one run
 * only the lowest is left, because it is the most likely to fit.
 */
function searchable(first: number, tries: number): readonly number[] {
  const all = qualities(first);
  if (tries === 1) return all.slice(-1);
  return [first, ...spreadQualities(all.slice(1), 2 ** (tries - 1) - 1)];
}

type Encode = (quality: number) => Promise<Uint8Array>;

/**
 * Finds the best quality that fits into `max` bytes, or else returns the smallest result. A lower quality
 * is taken to be smaller, so the search halves the qualities that are left.
 */
async function searchQuality(
  encode: Encode,
  grid: readonly number[],
  max: number,
): Promise<Uint8Array> {
  let best = await encode(grid[0] ?? lowestQuality);
  if (best.length <= max) return best;
  let [from, to] = [1, grid.length - 1];
  while (from <= to) {
    const middle = Math.floor((from + to) / 2);
    const bytes = await encode(grid[middle] ?? lowestQuality);
    const fits = bytes.length <= max;
    if (fits || (best.length > max && bytes.length < best.length)) best = bytes;
    [from, to] = fits ? [from, middle - 1] : [middle + 1, to];
  }
  return best;
}

/** The encoder options of a recipe, with defaults. */
export function encodingOptions({ steps }: Recipe): EncodingOptions {
  return Object.assign(
    { quality: defaultQuality, progressive: false, maxBytes: undefined },
    ...steps.map(({ name, values }) => rowOf(name).encoding?.(values)),
  );
}

async function encodeWithin(
  job: Job,
  chain: Chain,
  how: Encoding,
  { plan, max }: { readonly plan: EncoderPlan; readonly max: number },
): Promise<Uint8Array> {
  // The pixels are drawn once, and only the encoder runs again.
  const { image } = await endChain(job, chain);
  const encodeAt: Encode = (quality) => {
    const encoded = encoders[how.type].encode(image.clone(), { ...how, quality }, plan.setting);
    return runSharp(job, encoded, (one) => one.toBuffer());
  };
  return searchQuality(encodeAt, searchable(how.quality, plan.tries), max);
}

/**
 * Gives each frame that is removed a transparent index. Browsers show transparent pixels there in any case, but other
 * viewers show the background colour or the frame before, and libvips names an index only for a frame with
 * transparent pixels.
 */
const markRemovedFrames = (gif: Uint8Array, frames: number): Uint8Array =>
  inspectGif(gif, { frames }).bytes;

/** Encodes the drawn picture. Throws `source_too_large` if it has too many pixels. */
export async function encode(
  job: Job,
  chain: Chain,
  type: ImageType,
  recipe: Recipe,
  { delays, loop }: SourceFacts,
): Promise<Uint8Array> {
  const { frames } = job.scene;
  const ready = imageTypes[type].alpha ? chain : await flatten(job, chain);
  checkOutput(type, ready.size, frames);
  const { quality, progressive, maxBytes } = encodingOptions(recipe);
  const how: Encoding = {
    type,
    quality,
    progressive,
    delay: frames > 1 ? delays.slice(0, frames) : undefined,
    loop: frames > 1 ? loop : undefined,
  };
  const pixels = ready.size.width * ready.size.height * frames;
  const max = type === 'png' || type === 'gif' ? undefined : maxBytes;
  const plan = planEncoder({ type, pixels, quality }, max === undefined ? 1 : triesForMax);
  if (max !== undefined) return encodeWithin(job, ready, how, { plan, max });
  const encoded = encoders[type].encode(ready.image, how, plan.setting);
  const bytes = await runSharp(job, encoded, (one) => one.toBuffer());
  return type === 'gif' && frames > 1 ? markRemovedFrames(bytes, frames) : bytes;
}
