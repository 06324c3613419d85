import { limits } from '../shared/limits.ts';
import type { Mark } from '../shared/operations/operation.ts';
import { sourceRefusal } from '../shared/refusal.ts';
import { type Job, runSharp } from './chain.ts';

/** Opens a watermark and checks its header. Its pixels are read when it is drawn. */
export async function openMark(job: Job, bytes: Uint8Array): Promise<Mark> {
  const open = () => job.sharp(bytes, { failOn: 'warning', limitInputPixels: false });
  const { width, height } = await runSharp(job, open(), (image) => image.metadata());
  if (width * height > limits.watermarkPixels)
    throw sourceRefusal('source_too_large', `the watermark has ${width}×${height} pixels`);
  return {
    size: { width, height },
    draw: (size, opacity) => {
      const image = open()
        .resize({ ...size, fit: 'fill' })
        .toColourspace('srgb')
        .ensureAlpha();
      return runSharp(job, image, async (one) => applyOpacity(await one.raw().toBuffer(), opacity));
    },
  };
}

/** Multiplies every alpha by the opacity, in place. */
function applyOpacity(pixels: Buffer, opacity: number): Buffer {
  if (opacity === 1) return pixels;
  for (let at = 3; at < pixels.length; at += 4)
    pixels[at] = Math.round((pixels[at] ?? 0) * opacity);
  return pixels;
}
