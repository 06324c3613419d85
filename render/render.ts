import sharp, { type Metadata } from 'sharp';
import { limits } from '../shared/limits.ts';
import type { Source } from '../shared/objects/sources.ts';
import { type AnswerType, type ImageType, imageTypes } from '../shared/operations/image-type.ts';
import type { Scene, Size } from '../shared/operations/operation.ts';
import { operationNames, rowOf } from '../shared/operations/table.ts';
import type { Policy } from '../shared/policy/policy.ts';
import { defaultValues, findAnswer, type Recipe, valuesOf } from '../shared/recipe/canonical.ts';
import { sourceRefusal } from '../shared/refusal.ts';
import {
  beforeFirstStage,
  type Chain,
  drawAll,
  type Job,
  type PlannedStep,
  runSharp,
  toSrgb8,
} from './chain.ts';
import { describeSource } from './describe.ts';
import { encode } from './encode.ts';
import { openMark } from './mark.ts';

/*
 * Process-wide, before the first image. libvips may load four types and only from memory, regardless of
 * what a file claims to be: no SVG, PDF, TIFF, raw or AVIF, no file path and no URL.
 */
sharp.block({ operation: ['VipsForeignLoad'] });
sharp.unblock({
  operation: [
    'VipsForeignLoadJpegBuffer',
    'VipsForeignLoadPngBuffer',
    'VipsForeignLoadWebpBuffer',
    'VipsForeignLoadNsgifBuffer',
  ],
});
// A function renders one image at a time on one core. A cache would take memory from the next image.
sharp.concurrency(1);
sharp.cache(false);

/** Stored with derivatives, to tell a changed engine from a changed source. */
export const engineVersions = { sharp: sharp.versions.sharp, vips: sharp.versions.vips };

/** A rendered answer. The size is that of one frame; for JSON, that of the upright source. */
export type Rendered = Size & {
  readonly bytes: Uint8Array;
  readonly type: AnswerType;
  readonly frames: number;
};

type Caps = Pick<Policy['source'], 'maxPixels' | 'maxFrames'>;

/** The steps of a recipe in drawing order, including those that are always drawn. */
function planSteps(recipe: Recipe): readonly PlannedStep[] {
  return operationNames.flatMap((name) => {
    const { step, always, first = false } = rowOf(name);
    const values = valuesOf(recipe, name) ?? (always ? defaultValues(name) : undefined);
    return step === undefined || values === undefined ? [] : [{ step, values, first }];
  });
}

const stillScene: Scene = { frames: 1, focus: undefined, orientation: 1, mark: undefined };

/** Reads the header only, so that its numbers are checked before a pixel is decoded. */
async function readHeader(deadline: number, bytes: Uint8Array): Promise<Metadata> {
  const image = sharp(bytes, { failOn: 'warning', limitInputPixels: false });
  return runSharp({ deadline, sharp, scene: stillScene }, image, (one) => one.metadata());
}

/** The number of frames to draw: one, unless the type supports animation and every step does too. */
function countFrames(
  header: Metadata,
  wanted: ImageType,
  steps: readonly PlannedStep[],
  caps: Caps,
) {
  const moves = imageTypes[wanted].animation || wanted === 'avif';
  const first = steps.some(({ step, values }) => step.frames(values) === 'first');
  return moves && !first ? Math.min(header.pages ?? 1, caps.maxFrames) : 1;
}

function checkHeader({ width, height, pages = 1 }: Metadata, frames: number, caps: Caps): void {
  if (pages > limits.sourceFrames)
    throw sourceRefusal('source_too_large', `${pages} frames, more than ${limits.sourceFrames}`);
  if (width * height * frames > caps.maxPixels)
    throw sourceRefusal(
      'source_too_large',
      `${width}×${height} pixels × ${frames}, more than ${caps.maxPixels}`,
    );
}

function openSource(
  bytes: Uint8Array,
  { width, height, hasAlpha }: Metadata,
  frames: number,
): Chain {
  const image = sharp(bytes, { failOn: 'warning', limitInputPixels: false, pages: frames });
  return { image, size: { width, height }, alpha: hasAlpha, reached: beforeFirstStage };
}

type Opened = {
  readonly source: Source;
  readonly mark: Uint8Array | undefined;
  readonly header: Metadata;
  readonly deadline: number;
};

/**
 * Draws all steps. Steps that need the metadata of the source run first, because converted pixels
 * have none.
 */
async function drawSource(
  job: Job,
  { source, header }: Opened,
  steps: readonly PlannedStep[],
): Promise<Chain> {
  const opened = openSource(source.bytes, header, job.scene.frames);
  const onSource = steps.filter(({ first }) => first);
  const upright = await drawAll(job, opened, onSource);
  const others = steps.filter(({ first }) => !first);
  return drawAll(job, await toSrgb8(job, upright, header), others);
}

function answerType(recipe: Recipe, source: Source): ImageType {
  const { format } = recipe;
  return format === 'src' || format === 'auto' ? source.type : format;
}

async function createJob({ source, mark, header, deadline }: Opened, frames: number): Promise<Job> {
  const { focus } = source;
  const scene = { ...stillScene, frames, focus, orientation: header.orientation ?? 1 };
  const job: Job = { deadline, sharp, scene };
  return mark === undefined
    ? job
    : { ...job, scene: { ...scene, mark: await openMark(job, mark) } };
}

async function renderImage(opened: Opened, recipe: Recipe, caps: Caps): Promise<Rendered> {
  const { source, header } = opened;
  const steps = planSteps(recipe);
  const wanted = answerType(recipe, source);
  const frames = countFrames(header, wanted, steps, caps);
  checkHeader(header, frames, caps);
  const job = await createJob(opened, frames);
  const drawn = await drawSource(job, opened, steps);
  // Browsers disagree about animated AVIF, so an animation becomes WebP.
  const type = wanted === 'avif' && frames > 1 ? 'webp' : wanted;
  const bytes = await encode(job, drawn, type, recipe, header);
  return { bytes, type, frames, ...drawn.size };
}

/** Makes a JSON answer about the first frame, upright and uncropped. */
async function renderAnswer(opened: Opened, recipe: Recipe, caps: Caps): Promise<Rendered> {
  const { source, header } = opened;
  const { answer, values } = findAnswer(recipe) ?? {};
  if (answer === undefined || values === undefined) throw new Error('the recipe has no answer');
  checkHeader(header, 1, caps);
  const job = await createJob(opened, 1);
  const upright = await drawSource(job, opened, planSteps(recipe));
  const said = await answer(describeSource(job, upright, source, header), values);
  const bytes = new TextEncoder().encode(JSON.stringify(said));
  return { bytes, type: 'json', frames: 1, ...upright.size };
}

/**
 * Renders a derivative: decodes within the limits, draws step by step and encodes. The bytes of a source
 * never pass through unchanged. Throws `source_too_large`, `source_undecodable`, and `malformed` for a
 * step that does not fit this source. `mark` is the watermark that the recipe names. `deadline` is in the
 * time of `performance.now()`.
 */
export async function render(
  source: Source,
  recipe: Recipe,
  caps: Caps,
  mark?: Uint8Array,
  deadline: number = performance.now() + limits.renderSeconds * 1_000,
): Promise<Rendered> {
  const header = await readHeader(deadline, source.bytes);
  const opened = { source, mark, header, deadline };
  return findAnswer(recipe) === undefined
    ? renderImage(opened, recipe, caps)
    : renderAnswer(opened, recipe, caps);
}
