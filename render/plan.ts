import { limits } from '../shared/limits.ts';
import { encoders, settingsOf } from '../shared/operations/encoders.ts';
import { type ImageType, imageTypes } from '../shared/operations/image-type.ts';
import type { DrawMixed, Mark, Scene, Size } from '../shared/operations/operation.ts';
import { operationNames, rowOf } from '../shared/operations/table.ts';
import { turnSize } from '../shared/operations/turn.ts';
import { defaultValues, type Recipe, valuesOf } from '../shared/recipe/canonical.ts';
import { sourceRefusal } from '../shared/refusal.ts';
import { type Caps, type Job, megapixels, type PlannedStep } from './chain.ts';

/** The steps of a recipe in drawing order, including those that are always drawn. */
export function planSteps(recipe: Recipe): readonly PlannedStep[] {
  return operationNames.flatMap((name) => {
    const { step, always } = rowOf(name);
    const values = valuesOf(recipe, name) ?? (always ? defaultValues(name) : undefined);
    return step === undefined || values === undefined ? [] : [{ step, values }];
  });
}

/** The most frames to draw: one, unless the type, every step and the recipe allow more. */
export function mostFrames(
  type: ImageType,
  recipe: Recipe,
  steps: readonly PlannedStep[],
  { maxFrames }: Caps,
): number {
  const moves = imageTypes[type].animation || type === 'avif';
  const first = steps.some(({ step, values }) => step.frames(values) === 'first');
  if (!moves || first) return 1;
  const named = recipe.steps.map(({ name, values }) => rowOf(name).mostFrames?.(values));
  return Math.min(maxFrames, limits.sourceFrames, ...named.filter((one) => one !== undefined));
}

/** What is known of one frame before anything is drawn. */
type Measures = {
  /** The size after each step. */
  readonly sizes: readonly Size[];
  /** The size of the answer, if every step could be measured. */
  readonly last: Size | undefined;
  /** An estimate of the size of the answer, and of the CPU time of decoding and of the steps. */
  readonly estimate: Size;
  readonly seconds: number;
};

/** A size, and whether pixels can be transparent. */
type Picture = Size & { readonly alpha: boolean };

/** CPU seconds on one core for a million pixels: to decode them, and for a step that does not say more. */
const decodingSecondsPerMpx = 0.03;
const usualSecondsPerMpx = 0.01;

/** Stands in for the pixels of a watermark while sizes are measured. */
const withoutPixels = (mark: Mark): Mark => ({ ...mark, draw: async () => Buffer.alloc(4) });

const nothingStored = { turn: undefined, grey: false, webp: false } as const;
const callOnly: DrawMixed = async ({ image }, _, call) => call(image);

/**
 * Measures a step: it draws on an image that is never run. The last of the sizes is the one after the step. Throws
 * the refusal of a step that does not fit the size.
 */
async function measureStep({ sharp, scene }: Job, size: Picture, { step, values }: PlannedStep) {
  const { mark } = scene;
  const blind: Scene = mark === undefined ? scene : { ...scene, mark: withoutPixels(mark) };
  const turn = step.turn?.(values, blind);
  if (turn !== undefined) {
    const turned = turnSize(size, turn);
    return { sizes: [turned], after: { ...size, ...turned }, unmeasured: false };
  }
  const image = sharp({ create: { width: 1, height: 1, channels: 4, background: '#000' } });
  const mixer = { mixPixels: callOnly, mixColours: callOnly };
  let drawn = await step.draw?.({ image, size, stored: nothingStored }, values, blind, mixer);
  const sizes = [drawn?.size ?? size];
  while (drawn?.rest !== undefined) {
    drawn = await drawn.rest({ image, size: drawn.size, stored: nothingStored });
    sizes.push(drawn.size);
  }
  const after: Picture = { ...size, ...sizes.at(-1), alpha: drawn?.alpha ?? size.alpha };
  return { sizes, after, unmeasured: drawn?.unmeasured === true };
}

/** The CPU time of mixing pixels with alpha; none where it would take longer than it may. */
const estimateMixing = (mpx: number, { step, values }: PlannedStep): number => {
  const seconds = mpx * (step.mixingSecondsPerMpx?.(values) ?? 0);
  return seconds > limits.mixingSeconds ? 0 : seconds;
};

const estimateSeconds = (before: Picture, after: Size, planned: PlannedStep): number => {
  const mpx = Math.max(megapixels(before), megapixels(after));
  const mixing = before.alpha ? estimateMixing(mpx, planned) : 0;
  return mpx * (planned.step.secondsPerMpx ?? usualSecondsPerMpx) + mixing;
};

/**
 * Measures the steps. Behind a step whose size only its pixels show, sizes are estimates: they count for the
 * time, and not as sizes.
 */
async function measureSteps(
  job: Job,
  source: Picture,
  steps: readonly PlannedStep[],
): Promise<Measures> {
  const sizes: Size[] = [];
  let isKnown = true;
  let size: Picture = source;
  let seconds = megapixels(source) * decodingSecondsPerMpx;
  for (const planned of steps) {
    let drawn: Awaited<ReturnType<typeof measureStep>>;
    try {
      drawn = await measureStep(job, size, planned);
    } catch (thrown) {
      if (isKnown) throw thrown;
      break;
    }
    seconds += estimateSeconds(size, drawn.after, planned);
    if (isKnown) sizes.push(...drawn.sizes);
    if (drawn.unmeasured) isKnown = false;
    size = drawn.after;
  }
  return { sizes, last: isKnown ? size : undefined, estimate: size, seconds };
}

const pixelsOf = ({ width, height }: Size): number => width * height;

type Cap = {
  readonly of: string;
  readonly frame: Size;
  /** Over all frames. */
  readonly pixels: number;
  /** The longest side that an encoder can write. */
  readonly side?: number;
};

/** Counts the frames within a cap. Throws `source_too_large` if it is not even one. */
function framesWithin({ of, frame, pixels, side = limits.scaledSide }: Cap): number {
  if (Math.max(frame.width, frame.height) > side)
    throw sourceRefusal(
      'source_too_large',
      `${of} has ${frame.width}×${frame.height} pixels, and no side may have more than ${side}`,
    );
  const frames = Math.floor(pixels / pixelsOf(frame));
  if (frames < 1)
    throw sourceRefusal(
      'source_too_large',
      `${of} has ${frame.width}×${frame.height} pixels, more than ${pixels}`,
    );
  return frames;
}

/** What bounds the answer. */
type Ceiling = {
  /** The most pixels over all frames. */
  readonly pixels: number;
  /** The longest side of a frame. */
  readonly side: number;
  /** What encoding a million pixels costs at least. */
  readonly secondsPerMpx: number;
};

/** The ceiling of a picture that is encoded as a type, in a quality. */
export function ceilingOf(type: ImageType, quality: number): Ceiling {
  const seconds = settingsOf(type, quality).map(({ secondsPerMpx }) => secondsPerMpx);
  return {
    pixels: encoders[type].maxPixels,
    side: limits.outputSide,
    secondsPerMpx: Math.min(...seconds),
  };
}

/** The ceiling of a picture that is only described. */
export const noCeiling: Ceiling = {
  pixels: limits.canvasPixels,
  side: limits.scaledSide,
  secondsPerMpx: 0,
};

/** Counts the frames that can be drawn in time. Throws `source_too_large` if it is not even one. */
function framesInTime({ estimate, seconds }: Measures, { secondsPerMpx }: Ceiling): number {
  const perFrame = seconds + megapixels(estimate) * secondsPerMpx;
  const frames = Math.floor(limits.renderSeconds / perFrame);
  if (frames < 1)
    throw sourceRefusal(
      'source_too_large',
      `drawing would take about ${Math.ceil(perFrame)} s, more than ${limits.renderSeconds}`,
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
  source: Picture,
  steps: readonly PlannedStep[],
  ceiling: Ceiling,
  { maxPixels }: Caps,
): Promise<number> {
  const caps: readonly Cap[] = [{ of: 'the source', frame: source, pixels: maxPixels }];
  const within = (all: readonly Cap[]): number =>
    Math.min(job.scene.frames, ...all.map(framesWithin));
  // Steps are not measured for a source that is refused anyway.
  const first = within(caps);
  const measures = await measureSteps(job, source, steps);
  const { sizes, last } = measures;
  const drawn = sizes.map((frame) => ({ of: 'a step', frame, pixels: limits.canvasPixels }));
  const { pixels, side } = ceiling;
  const answer = last === undefined ? [] : [{ of: 'the answer', frame: last, pixels, side }];
  return Math.min(first, within([...drawn, ...answer]), framesInTime(measures, ceiling));
}
