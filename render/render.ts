import sharp from 'sharp';
import { nodeInflate } from '../shared/adapters/inflate.ts';
import { inspect } from '../shared/inspect/inspect.ts';
import type { Inspected } from '../shared/inspect/inspection.ts';
import { limits } from '../shared/limits.ts';
import type { Source } from '../shared/objects/sources.ts';
import type { AnswerType, ImageType } from '../shared/operations/image-type.ts';
import type { Scene, Size } from '../shared/operations/operation.ts';
import { findAnswer, type Recipe } from '../shared/recipe/canonical.ts';
import {
  beforeFirstStage,
  type Caps,
  type Chain,
  drawAll,
  type Job,
  type OpenSource,
  type PlannedStep,
  readApart,
} from './chain.ts';
import { decoding } from './decoding.ts';
import { describeSource } from './describe.ts';
import { encode, encodingOptions } from './encode.ts';
import { openMark } from './mark.ts';
import { ceilingOf, countFrames, mostFrames, noCeiling, planSteps } from './plan.ts';
import { readSourcePixels } from './source-pixels.ts';

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

const stillScene: Scene = { frames: 1, focus: undefined, orientation: 1, mark: undefined };

/** A picture to draw: its source, the watermark that the recipe names, the steps, and the end of its time. */
type Opened = {
  readonly source: Source;
  readonly mark: Uint8Array | undefined;
  readonly inspected: Inspected;
  readonly steps: readonly PlannedStep[];
  readonly deadline: number;
};

/** Opens the bytes that inspection has written. */
const openSource: OpenSource = (job, { facts, bytes }, frames) => {
  const { type, depth, channels, levels, plainInks, alpha, width, height } = facts;
  const page = facts.firstPage ?? 0;
  // For these, `readSourcePixels` converts the colours.
  const ignoreIcc = depth === 16 || levels !== undefined || plainInks === true;
  const isBlended = type === 'webp' && frames > 1 && alpha;
  const image = sharp(bytes, { ...decoding, page, pages: frames, ignoreIcc });
  // While it scales, the decoder of WebP would mix what transparent pixels hide into visible ones.
  const stored = { turn: undefined, grey: channels < 3, webp: type === 'webp' && !alpha };
  const chain = { image, size: { width, height }, stored, alpha, reached: beforeFirstStage };
  const isApart = ignoreIcc || isBlended;
  return isApart ? { ...chain, read: (one) => readSourcePixels(job, one, facts) } : chain;
};

/** Draws all steps. */
async function drawSource(job: Job, { inspected, steps }: Opened): Promise<Chain> {
  const opened = openSource(job, inspected, job.scene.frames);
  return drawAll(job, await readApart(job, opened), steps);
}

/** Browsers disagree about animated AVIF, so an animation becomes WebP. */
const encodedType = (wanted: ImageType, frames: number): ImageType =>
  wanted === 'avif' && frames > 1 ? 'webp' : wanted;

function answerType(recipe: Recipe, source: Source): ImageType {
  const { format } = recipe;
  return format === 'src' || format === 'auto' ? source.type : format;
}

function createJob({ source, mark, inspected, deadline }: Opened, frames: number): Job {
  const { orientation } = inspected.facts;
  const scene = { ...stillScene, frames, focus: source.focus, orientation };
  const job: Job = { deadline, sharp, frames, scene };
  return mark === undefined
    ? job
    : { ...job, scene: { ...scene, mark: openMark(job, mark, nodeInflate, openSource) } };
}

async function renderImage(opened: Opened, recipe: Recipe, caps: Caps): Promise<Rendered> {
  const { source, steps } = opened;
  const { facts } = opened.inspected;
  const wanted = answerType(recipe, source);
  const all = createJob(opened, facts.frames);
  const ceiling = ceilingOf(wanted, encodingOptions(recipe).quality);
  const frames = await countFrames(all, facts, steps, ceiling, caps);
  const job: Job = { ...all, frames, scene: { ...all.scene, frames } };
  const drawn = await drawSource(job, opened);
  const type = encodedType(wanted, frames);
  const bytes = await encode(job, drawn, type, recipe, facts);
  return { bytes, type, frames, ...drawn.size };
}

/** Makes a JSON answer about the first frame, upright and uncropped. */
async function renderAnswer(opened: Opened, recipe: Recipe, caps: Caps): Promise<Rendered> {
  const { source, inspected, steps } = opened;
  const { answer, values } = findAnswer(recipe) ?? {};
  if (answer === undefined || values === undefined) throw new Error('the recipe has no answer');
  const job = createJob(opened, 1);
  await countFrames(job, inspected.facts, steps, noCeiling, caps);
  const draw = (drawn: readonly PlannedStep[]) => drawSource(job, { ...opened, steps: drawn });
  const subject = describeSource(job, draw, source, inspected.facts);
  const said = await answer(subject, values);
  const bytes = new TextEncoder().encode(JSON.stringify(said));
  const { width, height } = subject.facts;
  return { bytes, type: 'json', frames: 1, width, height };
}

/**
 * Renders a derivative: inspects the source, decodes it within the limits, draws step by step and
 * encodes. The bytes of a source never pass through unchanged. Throws `source_too_large`,
 * `source_undecodable`, `source_unsupported`, and `malformed` for a step that does not fit this source.
 * `mark` is the watermark that the recipe names. Drawing ends at `deadline`, in the time of
 * `performance.now()`.
 */
export async function render(
  source: Source,
  recipe: Recipe,
  caps: Caps,
  mark?: Uint8Array,
  deadline = performance.now() + limits.renderSeconds * 1_000,
): Promise<Rendered> {
  const answers = findAnswer(recipe) !== undefined;
  const steps = planSteps(recipe);
  const frames = answers
    ? limits.sourceFrames
    : mostFrames(answerType(recipe, source), recipe, steps, caps);
  const inspected = inspect(source.type, source.bytes, { frames, inflate: nodeInflate });
  const opened = { source, mark, inspected, steps, deadline };
  return answers ? renderAnswer(opened, recipe, caps) : renderImage(opened, recipe, caps);
}
