import type { Metadata } from 'sharp';
import { limits } from '../shared/limits.ts';
import { type Encoding, encoders } from '../shared/operations/format.ts';
import { type ImageType, imageTypes } from '../shared/operations/image-type.ts';
import type { EncodingOptions, Size } from '../shared/operations/operation.ts';
import { defaultQuality } from '../shared/operations/quality.ts';
import { rowOf } from '../shared/operations/table.ts';
import type { Recipe } from '../shared/recipe/canonical.ts';
import { sourceRefusal } from '../shared/refusal.ts';
import { type Chain, endChain, flatten, type Job, runSharp } from './chain.ts';

/** Below this quality, an image looks worse but is hardly smaller. */
const lowestQuality = 30;
const qualityStep = 10;
/** The time that another encoding can take, in milliseconds. */
const reserveMs = 4_000;

function checkOutput({ width, height }: Size, frames: number): void {
  if (width * height * frames > limits.outputPixels || Math.max(width, height) > limits.outputSide)
    throw sourceRefusal(
      'source_too_large',
      `the answer would have ${width}×${height} pixels × ${frames}`,
    );
}

/** The qualities to try, best first. */
function qualities(first: number): readonly number[] {
  const steps = Math.max(0, Math.ceil((first - lowestQuality) / qualityStep));
  return [first, ...Array.from({ length: steps }, (_, at) => first - (at + 1) * qualityStep)].map(
    (quality) => (quality < first ? Math.max(quality, lowestQuality) : quality),
  );
}

/** Encodes with the best quality that fits into `max` bytes, or else returns the smallest result. */
async function encodeWithin(
  job: Job,
  chain: Chain,
  how: Encoding,
  max: number,
): Promise<Uint8Array> {
  // The pixels are drawn once, and only the encoder runs again.
  const { image } = await endChain(job, chain);
  let smallest: Uint8Array | undefined;
  for (const quality of qualities(how.quality)) {
    // Encoding an animation takes long. An answer that is too large is better than a timeout.
    if (smallest !== undefined && job.deadline - performance.now() < reserveMs) break;
    const encoded = encoders[how.type](image.clone(), { ...how, quality });
    const bytes = await runSharp(job, encoded, (one) => one.toBuffer());
    if (bytes.length <= max) return bytes;
    if (smallest === undefined || bytes.length < smallest.length) smallest = bytes;
  }
  return smallest ?? new Uint8Array();
}

/** The encoder options of a recipe, with defaults. */
function encodingOptions({ steps }: Recipe): EncodingOptions {
  return Object.assign(
    { quality: defaultQuality, progressive: false, maxBytes: undefined },
    ...steps.map(({ name, values }) => rowOf(name).encoding?.(values)),
  );
}

/** Encodes the drawn picture. Throws `source_too_large` if it has too many pixels. */
export async function encode(
  job: Job,
  chain: Chain,
  type: ImageType,
  recipe: Recipe,
  header: Metadata,
): Promise<Uint8Array> {
  const { frames } = job.scene;
  const ready = imageTypes[type].alpha ? chain : await flatten(job, chain);
  checkOutput(ready.size, frames);
  const { quality, progressive, maxBytes } = encodingOptions(recipe);
  const how: Encoding = {
    type,
    quality,
    progressive,
    delay: frames > 1 ? header.delay?.slice(0, frames) : undefined,
    loop: frames > 1 ? header.loop : undefined,
  };
  if (maxBytes !== undefined && type !== 'png' && type !== 'gif')
    return encodeWithin(job, ready, how, maxBytes);
  return runSharp(job, encoders[type](ready.image, how), (one) => one.toBuffer());
}
