import { limits } from '../shared/limits.ts';
import { encoders } from '../shared/operations/encoders.ts';
import { type ImageType, imageTypes } from '../shared/operations/image-type.ts';
import type { Mark, Scene, Size } from '../shared/operations/operation.ts';
import { operationNames, rowOf } from '../shared/operations/table.ts';
import { defaultValues, type Recipe, valuesOf } from '../shared/recipe/canonical.ts';
import { sourceRefusal } from '../shared/refusal.ts';
import type { Caps, Job, PlannedStep } from './chain.ts';

/** The steps of a recipe in drawing order, including those that are always drawn. */
export function planSteps(recipe: Recipe): readonly PlannedStep[] {
  return operationNames.flatMap((name) => {
    const { step, always, first = false } = rowOf(name);
    const values = valuesOf(recipe, name) ?? (always ? defaultValues(name) : undefined);
    return step === undefined || values === undefined ? [] : [{ step, values, first }];
  });
}

/** The most frames to draw: one, unless the type supports animation and every step does, too. */
export function mostFrames(
  type: ImageType,
  steps: readonly PlannedStep[],
  { maxFrames }: Caps,
): number {
  const moves = imageTypes[type].animation || type === 'avif';
  const first = steps.some(({ step, values }) => step.frames(values) === 'first');
  return moves && !first ? Math.min(maxFrames, limits.sourceFrames) : 1;
}

/** The size of one frame after each step, as far as it is known before anything is drawn. */
type PlannedSizes = {
  readonly sizes: readonly Size[];
  /** The size of the answer, if every step could be measured. */
  readonly last: Size | undefined;
};

/** Stands in for the pixels of a watermark while sizes are measured. */
const withoutPixels = (mark: Mark): Mark => ({ ...mark, draw: async () => Buffer.alloc(4) });

/**
 * Measures the steps: each draws on an image that is never run. Ends at the first step whose size only
 * its pixels show. Throws the refusal of a step that does not fit the size.
 */
async function measureSteps(
  { sharp, scene }: Job,
  source: Size,
  steps: readonly PlannedStep[],
): Promise<PlannedSizes> {
  const { mark } = scene;
  const blind: Scene = mark === undefined ? scene : { ...scene, mark: withoutPixels(mark) };
  const sizes: Size[] = [];
  let size = source;
  for (const { step, values } of steps) {
    const image = sharp({ create: { width: 1, height: 1, channels: 4, background: '#000' } });
    const drawn = await step.draw({ image, size }, values, blind);
    sizes.push(drawn.size);
    if (drawn.unmeasured) return { sizes, last: undefined };
    size = drawn.size;
  }
  return { sizes, last: size };
}

const pixelsOf = ({ width, height }: Size): number => width * height;

type Cap = { readonly of: string; readonly frame: Size; readonly pixels: number };

function framesWithin({ of, frame, pixels }: Cap): number {
  const frames = Math.floor(pixels / pixelsOf(frame));
  if (frames < 1)
    throw sourceRefusal(
      'source_too_large',
      `${of} has ${frame.width}×${frame.height} pixels, more than ${pixels}`,
    );
  return frames;
}

/**
 * Counts the frames to draw, so that neither the source nor a picture between two steps nor the answer
 * has too many pixels over all frames. An animation is cut; a single frame that is too large throws
 * `source_too_large`, before a pixel is decoded.
 */
export async function countFrames(
  job: Job,
  source: Size,
  steps: readonly PlannedStep[],
  type: ImageType,
  { maxPixels }: Caps,
): Promise<number> {
  const caps: readonly Cap[] = [{ of: 'the source', frame: source, pixels: maxPixels }];
  const within = (all: readonly Cap[]): number =>
    Math.min(job.scene.frames, ...all.map(framesWithin));
  // Steps are not measured for a source that is refused anyway.
  const first = within(caps);
  const { sizes, last } = await measureSteps(job, source, steps);
  const drawn = sizes.map((frame) => ({ of: 'a step', frame, pixels: limits.canvasPixels }));
  const { maxPixels: pixels } = encoders[type];
  const answer = last === undefined ? [] : [{ of: `the ${type} answer`, frame: last, pixels }];
  return Math.min(first, within([...drawn, ...answer]));
}
