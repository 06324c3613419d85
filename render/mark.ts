import { inspect } from '../shared/inspect/inspect.ts';
import type { Inflate } from '../shared/inspect/inspection.ts';
import { limits } from '../shared/limits.ts';
import type { Mark, Size } from '../shared/operations/operation.ts';
import { sourceRefusal } from '../shared/refusal.ts';
import { type Job, runSharp } from './chain.ts';
import { decoding } from './decoding.ts';

/** Multiplies every alpha by the opacity, in place. */
function applyOpacity(pixels: Buffer, opacity: number): Buffer {
  if (opacity === 1) return pixels;
  for (let at = 3; at < pixels.length; at += 4)
    pixels[at] = Math.round((pixels[at] ?? 0) * opacity);
  return pixels;
}

/** Inspects a watermark and checks its size. Its pixels are read when it is drawn. */
export function openMark(job: Job, source: Uint8Array, inflate: Inflate): Mark {
  const { facts, bytes } = inspect('png', source, { frames: 1, inflate });
  const { width, height } = facts;
  if (width * height > limits.watermarkPixels)
    throw sourceRefusal('source_too_large', `the watermark has ${width}×${height} pixels`);
  const read = (size: Size, opacity: number): Promise<Buffer> => {
    const image = job.sharp(bytes, decoding).resize({ ...size, fit: 'fill' });
    return runSharp(job, image.toColourspace('srgb').ensureAlpha(), async (one) =>
      applyOpacity(await one.raw().toBuffer(), opacity),
    );
  };
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
