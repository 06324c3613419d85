import { encode } from 'blurhash';
import { rgbaToThumbHash } from 'thumbhash';
import type { SourceFacts } from '../shared/inspect/inspection.ts';
import type { Source } from '../shared/objects/sources.ts';
import type { Size, Subject } from '../shared/operations/operation.ts';
import { turnSize, uprightTurn } from '../shared/operations/turn.ts';
import { canonicalRecipe, defaultValues } from '../shared/recipe/canonical.ts';
import { type Chain, type Job, type PlannedStep, readPixels, runSharp } from './chain.ts';
import { planSteps } from './plan.ts';

/** The steps that make a picture upright and scale it to a size, which its decoder can help with. */
function planScaled({ width, height }: Size): readonly PlannedStep[] {
  const size = { m: 'fixed', w: width, h: height, limit: 0 };
  return planSteps(
    canonicalRecipe([{ name: 'resize', values: { ...defaultValues('resize'), ...size } }]),
  );
}

type Pixels = { readonly data: Uint8Array };

function printThumbhash({ width, height }: Size, { data }: Pixels): string {
  return Buffer.from(rgbaToThumbHash(width, height, data)).toString('base64');
}

function printBlurhash({ width, height }: Size, { data }: Pixels): string {
  return encode(new Uint8ClampedArray(data), width, height, 4, 3);
}

/** Makes the view of a source that JSON answers use. `draw` draws steps on its first frame. */
export function describeSource(
  job: Job,
  draw: (steps: readonly PlannedStep[]) => Promise<Chain>,
  source: Source,
  facts: SourceFacts,
): Subject {
  const { frames, alpha, hdr, orientation } = facts;
  const turn = uprightTurn(orientation);
  const { width, height } = turn === undefined ? facts : turnSize(facts, turn);
  const scale = async (size: Size) => {
    const { image } = await draw(planScaled(size));
    return image.toColourspace('srgb').ensureAlpha();
  };
  const pixels = async (size: Size) => readPixels(job, await scale(size));
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
    pixels,
    thumbhash: async (size) => printThumbhash(size, await pixels(size)),
    blurhash: async (size) => printBlurhash(size, await pixels(size)),
    tiny: async (size) => {
      const image = (await scale(size)).webp({ quality: 40, effort: 4 });
      const bytes = await runSharp(job, image, (one) => one.toBuffer());
      return `data:image/webp;base64,${bytes.toString('base64')}`;
    },
  };
}
