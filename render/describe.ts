import type { SourceFacts } from '../shared/inspect/inspection.ts';
import type { Source } from '../shared/objects/sources.ts';
import type { Subject } from '../shared/operations/operation.ts';
import { type Chain, endChain, type Job, readPixels, runSharp } from './chain.ts';

/** Makes the view of a source that JSON answers use. */
export function describeSource(
  job: Job,
  upright: Chain,
  source: Source,
  { frames, alpha, hdr }: SourceFacts,
): Subject {
  const { width, height } = upright.size;
  const scaled = async (size: { readonly width: number; readonly height: number }) => {
    const { image } = await endChain(job, upright);
    return image
      .resize({ ...size, fit: 'fill' })
      .toColourspace('srgb')
      .ensureAlpha();
  };
  return {
    facts: {
      format: source.type,
      width,
      height,
      frames,
      alpha,
      bytes: source.bytes.length,
      ...(hdr ? { hdr } : {}),
    },
    pixels: async (size) => readPixels(job, await scaled(size)),
    tiny: async (size) => {
      const image = (await scaled(size)).webp({ quality: 40, effort: 4 });
      const bytes = await runSharp(job, image, (one) => one.toBuffer());
      return `data:image/webp;base64,${bytes.toString('base64')}`;
    },
  };
}
