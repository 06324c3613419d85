import { inspect } from '../shared/inspect/inspect.ts';
import type { Inflate } from '../shared/inspect/inspection.ts';
import { limits } from '../shared/limits.ts';
import type { Mark, Size } from '../shared/operations/operation.ts';
import { scalingSecondsPerMpx } from '../shared/operations/resize-plan.ts';
import { sourceRefusal } from '../shared/refusal.ts';
import {
  type Chain,
  createMixer,
  type Job,
  type OpenSource,
  readApart,
  runSharp,
} from './chain.ts';

/** Multiplies every alpha by the opacity, in place. */
function applyOpacity(pixels: Buffer, opacity: number): Buffer {
  if (opacity === 1) return pixels;
  for (let at = 3; at < pixels.length; at += 4)
    pixels[at] = Math.round((pixels[at] ?? 0) * opacity);
  return pixels;
}

/** Reads the pixels of a watermark as RGBA in this size. */
async function readMark(job: Job, source: Chain, size: Size): Promise<Buffer> {
  const chain = await readApart(job, source);
  const { mixPixels } = createMixer(job, chain, scalingSecondsPerMpx);
  const scaled = await mixPixels(chain, size, (image) => image.resize({ ...size, fit: 'fill' }));
  return runSharp(job, scaled.toColourspace('srgb').ensureAlpha(), (one) => one.raw().toBuffer());
}

/** Inspects a watermark and checks its size. Its pixels are read when it is drawn. */
export function openMark(job: Job, source: Uint8Array, inflate: Inflate, open: OpenSource): Mark {
  const inspected = inspect('png', source, { frames: 1, inflate });
  const { width, height } = inspected.facts;
  if (width * height > limits.watermarkPixels)
    throw sourceRefusal('source_too_large', `the watermark has ${width}×${height} pixels`);
  // The picture may be an animation, but its watermark is not.
  const still: Job = { ...job, frames: 1, scene: { ...job.scene, frames: 1 } };
  const read = async (size: Size, opacity: number): Promise<Buffer> =>
    applyOpacity(await readMark(still, open(still, inspected, 1), size), opacity);
  // An animation draws the same mark on each frame, so it is decoded once.
  let last: { readonly size: string; readonly pixels: Promise<Buffer> } | undefined;
  return {
    size: { width, height },
    draw: (wanted, opacity) => {
      const size = `${wanted.width}×${wanted.height}×${opacity}`;
      if (last?.size !== size) last = { size, pixels: read(wanted, opacity) };
      return last.pixels;
    },
  };
}
