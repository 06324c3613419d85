import sharp, { type Metadata, type OutputInfo, type Sharp } from 'sharp';
import { type ImageType, imageTypes } from '../shared/image-type.ts';
import { limits } from '../shared/limits.ts';
import { encoders } from '../shared/operations/format.ts';
import {
  type Drawn,
  type Parameters,
  type Scene,
  type SharpStage,
  type Size,
  type Step,
  sharpOrder,
  type ValuesOf,
} from '../shared/operations/operation.ts';
import { defaultQuality } from '../shared/operations/quality.ts';
import { operationNames, rowOf } from '../shared/operations/table.ts';
import type { Policy } from '../shared/policy.ts';
import { defaultValues, formatOf, type Recipe, valuesOf } from '../shared/recipe.ts';
import { Refusal, type RefusalCode } from '../shared/refusal.ts';
import type { Source } from '../shared/stores/sources.ts';

/*
 * Process-wide and before the first image. Whatever a file claims to be, libvips has four ways to
 * read it, all of them from memory: no SVG, PDF, TIFF or raw, no AVIF, no path, no address.
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
// One image at a time has one core; what it leaves behind would count against the next.
sharp.concurrency(1);
sharp.cache(false);

/** Stored with derivatives, so that a change of engine can be told from a change of source. */
export const engineVersions = { sharp: sharp.versions.sharp, vips: sharp.versions.vips };

export type Rendered = Size & {
  readonly bytes: Uint8Array;
  readonly type: ImageType;
  readonly frames: number;
};

type Caps = Pick<Policy['source'], 'maxPixels' | 'maxFrames'>;
type PlannedStep = { readonly step: Step<Parameters>; readonly values: ValuesOf<Parameters> };

/** The picture between two steps. */
type Chain = {
  readonly image: Sharp;
  readonly size: Size;
  readonly alpha: boolean;
  /** The last of sharp's stages that the chain has used. */
  readonly reached: number;
};

/** All that a render knows besides the picture. */
type Job = { readonly scene: Scene; readonly deadline: number };

function refuse(code: RefusalCode, reason: string, cause?: unknown): Refusal {
  return new Refusal(code, { reason, aboutSource: true, cause });
}

const place = (stage: SharpStage): number => sharpOrder.indexOf(stage);
const before = place('orient') - 1;

/** Runs sharp under what is left of the time. Whatever it throws is about the source. */
async function run<T>({ deadline }: Job, image: Sharp, finish: (image: Sharp) => Promise<T>) {
  const seconds = Math.max(1, Math.ceil((deadline - performance.now()) / 1_000));
  try {
    return await finish(image.timeout({ seconds }));
  } catch (thrown) {
    if (performance.now() >= deadline)
      throw refuse(
        'source_too_large',
        `rendering took more than ${limits.renderSeconds} s`,
        thrown,
      );
    throw refuse(
      'source_undecodable',
      thrown instanceof Error ? thrown.message : 'unknown',
      thrown,
    );
  }
}

type Pixels = { readonly data: Buffer; readonly info: OutputInfo };

const pixelsOf = (job: Job, image: Sharp): Promise<Pixels> =>
  run(job, image, (one) => one.raw().toBuffer({ resolveWithObject: true }));

/** Opens plain pixels; their number is bounded by the steps that made them. */
function openPixels(data: Buffer, { width, height, channels }: OutputInfo, frames: number): Sharp {
  const pageHeight = frames > 1 ? { pageHeight: height / frames } : {};
  return sharp(data, {
    raw: { width, height, channels, ...pageHeight },
    limitInputPixels: false,
    ...(frames > 1 ? { animated: true } : {}),
  });
}

function chainOn({ data, info }: Pixels, frames: number): Chain {
  return {
    image: openPixels(data, info, frames),
    size: { width: info.width, height: info.height / frames },
    alpha: info.channels % 2 === 0,
    reached: before,
  };
}

/** Ends the chain: what follows starts on its pixels. */
async function ended(job: Job, { image }: Chain): Promise<Chain> {
  return chainOn(await pixelsOf(job, image), job.scene.frames);
}

function checkCanvas({ width, height }: Size, frames: number): void {
  if (width * height * frames > limits.canvasPixels)
    throw refuse('source_too_large', `a step would make ${width}×${height} pixels × ${frames}`);
}

/** Draws a step on a chain, ending it first where sharp would run the step too early. */
async function draw(job: Job, chain: Chain, { step, values }: PlannedStep): Promise<Chain> {
  const ready = place(step.from) <= chain.reached ? await ended(job, chain) : chain;
  const drawn: Drawn = step.draw(ready, values, job.scene);
  checkCanvas(drawn.size, job.scene.frames);
  const next = {
    image: drawn.image,
    size: drawn.size,
    alpha: ready.alpha || drawn.alpha === true,
    reached: place(step.to),
  };
  // sharp settles at the start of a chain whether it mixes colours by their alpha.
  const cleared = next.alpha && !ready.alpha;
  return drawn.unmeasured || cleared ? ended(job, next) : next;
}

/** Draws a step on every frame by itself and puts the frames together again. */
async function drawApart(job: Job, chain: Chain, planned: PlannedStep): Promise<Chain> {
  const { frames } = job.scene;
  const { data, info } = await pixelsOf(job, chain.image);
  const frame = { ...info, height: info.height / frames };
  const still: Job = { ...job, scene: { ...job.scene, frames: 1 } };
  const drawn: Pixels[] = [];
  for (let at = 0; at < frames; at += 1) {
    const bytes = data.subarray((at * data.length) / frames, ((at + 1) * data.length) / frames);
    const one = await draw(still, chainOn({ data: bytes, info: frame }, 1), planned);
    drawn.push(await pixelsOf(still, one.image));
  }
  const [first = { data, info: frame }] = drawn;
  const strip = { ...first.info, height: first.info.height * frames };
  return chainOn({ data: Buffer.concat(drawn.map((one) => one.data)), info: strip }, frames);
}

/** The steps of a recipe in order, those that are always drawn among them. */
function plan(recipe: Recipe): readonly PlannedStep[] {
  return operationNames.flatMap((name) => {
    const { step, always } = rowOf(name);
    const values = valuesOf(recipe, name) ?? (always ? defaultValues(name) : undefined);
    return step === undefined || values === undefined ? [] : [{ step, values }];
  });
}

async function drawAll(job: Job, chain: Chain, steps: readonly PlannedStep[]): Promise<Chain> {
  let drawn = chain;
  for (const planned of steps) {
    const apart = job.scene.frames > 1 && planned.step.frames(planned.values) === 'apart';
    drawn = await (apart ? drawApart(job, drawn, planned) : draw(job, drawn, planned));
  }
  return drawn;
}

/** Lays what is transparent on white; sharp would do it before most of the steps. */
async function flattened(job: Job, chain: Chain): Promise<Chain> {
  if (!chain.alpha) return chain;
  const ready = place('flatten') <= chain.reached ? await ended(job, chain) : chain;
  return { ...ready, image: ready.image.flatten({ background: '#FFFFFF' }), alpha: false };
}

function checkOutput({ width, height }: Size, frames: number): void {
  if (width * height * frames > limits.outputPixels || Math.max(width, height) > limits.outputSide)
    throw refuse('source_too_large', `the answer would have ${width}×${height} pixels × ${frames}`);
}

/** The header alone: no pixel is decoded before its numbers have been checked. */
async function readHeader(job: Pick<Job, 'deadline'>, bytes: Uint8Array): Promise<Metadata> {
  const image = sharp(bytes, { failOn: 'warning', limitInputPixels: false });
  return run({ ...job, scene: stillScene }, image, (one) => one.metadata());
}

const stillScene: Scene = { frames: 1, focus: undefined, orientation: 1 };

/** How many frames the answer has: one, unless its type can move and every step can follow. */
function framesFor(header: Metadata, wanted: ImageType, steps: readonly PlannedStep[], caps: Caps) {
  const moves = imageTypes[wanted].animation || wanted === 'avif';
  const first = steps.some(({ step, values }) => step.frames(values) === 'first');
  return moves && !first ? Math.min(header.pages ?? 1, caps.maxFrames) : 1;
}

function checkHeader({ width, height, pages = 1 }: Metadata, frames: number, caps: Caps): void {
  if (pages > limits.sourceFrames)
    throw refuse('source_too_large', `${pages} frames, more than ${limits.sourceFrames}`);
  if (width * height * frames > caps.maxPixels)
    throw refuse(
      'source_too_large',
      `${width}×${height} pixels × ${frames}, more than ${caps.maxPixels}`,
    );
}

function open(bytes: Uint8Array, { width, height, hasAlpha }: Metadata, frames: number): Chain {
  const image = sharp(bytes, { failOn: 'warning', limitInputPixels: false, pages: frames });
  return { image, size: { width, height }, alpha: hasAlpha, reached: before };
}

function settledType(recipe: Recipe, source: Source): ImageType {
  const format = formatOf(recipe);
  return format === 'src' || format === 'auto' ? source.type : format;
}

async function encode(job: Job, chain: Chain, type: ImageType, recipe: Recipe, header: Metadata) {
  const { frames } = job.scene;
  const ready = imageTypes[type].alpha ? chain : await flattened(job, chain);
  checkOutput(ready.size, frames);
  const image = encoders[type](ready.image, {
    type,
    quality: valuesOf(recipe, 'quality')?.q ?? defaultQuality,
    delay: frames > 1 ? header.delay?.slice(0, frames) : undefined,
    loop: frames > 1 ? header.loop : undefined,
  });
  return run(job, image, (one) => one.toBuffer());
}

/**
 * Makes the derivative: decodes under the caps, draws step by step, encodes. The bytes of a source
 * never pass through. Throws `source_too_large`, `source_undecodable`, and `malformed` for a step
 * that this source cannot be asked for.
 */
export async function render(source: Source, recipe: Recipe, caps: Caps): Promise<Rendered> {
  const deadline = performance.now() + limits.renderSeconds * 1_000;
  const header = await readHeader({ deadline }, source.bytes);
  const steps = plan(recipe);
  const wanted = settledType(recipe, source);
  const frames = framesFor(header, wanted, steps, caps);
  checkHeader(header, frames, caps);
  const { focus } = source;
  const job = { deadline, scene: { frames, focus, orientation: header.orientation ?? 1 } };
  const drawn = await drawAll(job, open(source.bytes, header, frames), steps);
  // AVIF cannot carry the animation that browsers agree on; animated WebP can.
  const type = wanted === 'avif' && frames > 1 ? 'webp' : wanted;
  const bytes = await encode(job, drawn, type, recipe, header);
  return { bytes, type, frames, ...drawn.size };
}
