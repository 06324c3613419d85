import type sharp from 'sharp';
import type { OutputInfo, Sharp } from 'sharp';
import type { Inspected } from '../shared/inspect/inspection.ts';
import { limits } from '../shared/limits.ts';
import {
  type Canvas,
  type DrawMixed,
  type Drawn,
  type Mixer,
  type Parameters,
  type Scene,
  type SharpStage,
  type Size,
  type Step,
  sharpOrder,
  type Turn,
  type ValuesOf,
} from '../shared/operations/operation.ts';
import { joinTurns, turnImage, turnSize } from '../shared/operations/turn.ts';
import type { Policy } from '../shared/policy/policy.ts';
import { lateRefusal, sourceRefusal } from '../shared/refusal.ts';
import { applyChange, spreadColours } from './visible-colours.ts';

/** A step with its values. */
export type PlannedStep = {
  readonly step: Step<Parameters>;
  readonly values: ValuesOf<Parameters>;
};

/** The limits that a policy sets for a render. */
export type Caps = Pick<Policy['source'], 'maxPixels' | 'maxFrames'>;

/** The picture between two steps. */
export type Chain = Canvas & {
  readonly alpha: boolean;
  /** The index of the last sharp stage that the chain has used. */
  readonly reached: number;
  /** Reads the pixels as raw sRGB if the chain begins with a source that sharp would not convert well. */
  readonly read?: (image: Sharp) => Promise<Pixels>;
};

/** Opens inspected bytes, and of an animation the first frames. */
export type OpenSource = (job: Job, inspected: Inspected, frames: number) => Chain;

/** What a render knows besides the picture. */
export type Job = {
  readonly scene: Scene;
  /** The frames of the whole picture. A step that draws them apart has one in its scene. */
  readonly frames: number;
  /** When the render must end, in the time of `performance.now()`. */
  readonly deadline: number;
  /** The sharp module, passed in because only `render.ts` loads it. */
  readonly sharp: typeof sharp;
};

/** The place of a stage in the order in which sharp runs them. */
export const place = (stage: SharpStage): number => sharpOrder.indexOf(stage);
/** The `reached` of a chain that has used no stage yet. */
export const beforeFirstStage = place('trim') - 1;

/**
 * Runs sharp within the time that is left. Throws refusals about the source. libvips does not look at the
 * time in every decoder and encoder, so the time is also checked before each run.
 */
export async function runSharp<T>(
  { deadline }: Pick<Job, 'deadline'>,
  image: Sharp,
  finish: (image: Sharp) => Promise<T>,
) {
  const left = deadline - performance.now();
  if (left <= 0) throw lateRefusal();
  try {
    return await finish(image.timeout({ seconds: Math.ceil(left / 1_000) }));
  } catch (thrown) {
    if (performance.now() >= deadline) throw lateRefusal(thrown);
    throw sourceRefusal(
      'source_undecodable',
      thrown instanceof Error ? thrown.message : 'unknown',
      thrown,
    );
  }
}

export type Pixels = { readonly data: Buffer; readonly info: OutputInfo };
type WidePixels = { readonly data: Buffer | Uint16Array; readonly info: OutputInfo };

/** Runs the chain and reads its pixels as raw sRGB. */
export const readPixels = (job: Job, image: Sharp): Promise<Pixels> =>
  runSharp(job, image, (one) =>
    one.toColourspace('srgb').raw().toBuffer({ resolveWithObject: true }),
  );

/** Opens raw pixels. sharp's limit is off, because the steps have limited their number. */
const openPixels = ({ sharp, scene: { frames } }: Job, { data, info }: WidePixels): Sharp =>
  sharp(data, {
    raw: {
      width: info.width,
      height: info.height,
      channels: info.channels,
      ...(frames > 1 ? { pageHeight: info.height / frames } : {}),
    },
    limitInputPixels: false,
    ...(frames > 1 ? { animated: true } : {}),
  });

/** Starts a chain on raw pixels, which have this turn to draw. */
function startChain(job: Job, pixels: Pixels, turn?: Turn): Chain {
  const { width, height, channels } = pixels.info;
  const size = { width, height: height / job.scene.frames };
  return {
    image: openPixels(job, pixels),
    size: turn === undefined ? size : turnSize(size, turn),
    stored: { turn, grey: false, webp: false },
    alpha: channels % 2 === 0,
    reached: beforeFirstStage,
  };
}

/** Ends the chain in pixels and starts a new chain on them, which has the same turn to draw. */
export async function endChain(job: Job, { image, stored, read }: Chain): Promise<Chain> {
  return startChain(job, await (read?.(image) ?? readPixels(job, image)), stored.turn);
}

/** Reads the pixels of a source that sharp would not convert well. Others stay as they are. */
export const readApart = async (job: Job, chain: Chain): Promise<Chain> =>
  chain.read === undefined ? chain : endChain(job, chain);

/*
 * sharp multiplies colours by alpha before it mixes pixels and divides afterwards. In 8 bits, both round down, and
 * what a kernel adds at a sharp edge is cut from alpha but not from the colours: a flat colour gets a rim of other
 * colours. 16 bits are fine enough, and alpha at half of its scale leaves room.
 */
const [colourScale, alphaScale] = [257, 128];

const narrowPixels = (wide: Uint16Array): Buffer =>
  Buffer.from(
    wide.map((one, at) =>
      at % 4 === 3 ? Math.min(255, Math.round(one / alphaScale)) : Math.round(one / colourScale),
    ),
  );

type Call = (image: Sharp) => Sharp;

/** Draws a call on pixels in 16 bits. */
async function drawWide(job: Job, { data, info }: Pixels, call: Call): Promise<Pixels> {
  const widened = new Uint16Array(data.length);
  for (let at = 0; at < data.length; at += 4) {
    widened[at] = (data[at] ?? 0) * colourScale;
    widened[at + 1] = (data[at + 1] ?? 0) * colourScale;
    widened[at + 2] = (data[at + 2] ?? 0) * colourScale;
    widened[at + 3] = (data[at + 3] ?? 0) * alphaScale;
  }
  const image = call(openPixels(job, { data: widened, info }));
  const wide = await runSharp(job, image, (one) =>
    one.toColourspace('rgb16').raw({ depth: 'ushort' }).toBuffer({ resolveWithObject: true }),
  );
  const { buffer, byteOffset, length } = wide.data;
  const samples = new Uint16Array(buffer, byteOffset, length / 2);
  return { data: narrowPixels(samples), info: wide.info };
}

/** Draws a call on the colours alone. */
async function drawColours(job: Job, { data, info }: Pixels, call: Call): Promise<Pixels> {
  const spread = spreadColours(data, info.width);
  const colours = openPixels(job, { data: spread, info: { ...info, channels: 3 } });
  const drawn = await readPixels(job, call(colours));
  return { data: applyChange(data, spread, drawn.data), info };
}

/** Whether drawing apart is worth its time and memory. `mpx` counts a million pixels over all frames. */
const isWithinMixing = (mpx: number, secondsPerMpx: number): boolean =>
  mpx <= limits.mixedPixels / 1_000_000 && mpx * secondsPerMpx <= limits.mixingSeconds;

/** A million pixels count as 1. */
export const megapixels = ({ width, height }: Size): number => (width * height) / 1_000_000;

/**
 * Runs a call on pixels. If none is transparent, they lose their alpha, which is the cheapest way to draw them.
 */
async function mix(job: Job, image: Sharp, call: Call, drawApart: typeof drawWide): Promise<Sharp> {
  const { data, info } = await readPixels(job, image);
  const opaque = Buffer.allocUnsafe((data.length / info.channels) * 3);
  for (let from = 0, to = 0; from < data.length; from += info.channels, to += 3) {
    if (info.channels === 4 && data[from + 3] !== 255)
      return openPixels(job, await drawApart(job, { data, info }, call));
    opaque[to] = data[from] ?? 0;
    opaque[to + 1] = data[from + 1] ?? 0;
    opaque[to + 2] = data[from + 2] ?? 0;
  }
  return call(openPixels(job, { data: opaque, info: { ...info, channels: 3 } }));
}

/**
 * Makes what runs calls on a picture that may have transparent pixels. `secondsPerMpx` is the CPU time that
 * 16 bits add.
 */
export const createMixer = (job: Job, { alpha }: Chain, secondsPerMpx: number): Mixer => {
  const mixBy =
    (drawApart: typeof drawWide): DrawMixed =>
    async ({ image, size }, drawn, call) => {
      const mpx = Math.max(megapixels(size), megapixels(drawn)) * job.frames;
      const isApart = alpha && isWithinMixing(mpx, secondsPerMpx);
      return isApart ? mix(job, image, call, drawApart) : call(image);
    };
  return { mixPixels: mixBy(drawWide), mixColours: mixBy(drawColours) };
};

function checkCanvas({ width, height }: Size, frames: number): void {
  if (width * height * frames > limits.canvasPixels)
    throw sourceRefusal(
      'source_too_large',
      `a step would make ${width}×${height} pixels × ${frames}`,
    );
}

/** Leaves the turn for a later step, which may scale the picture first. */
function addTurn(chain: Chain, added: Turn): Chain {
  const { turn } = chain.stored;
  const stored = { ...chain.stored, turn: turn === undefined ? added : joinTurns(turn, added) };
  return { ...chain, size: turnSize(chain.size, added), stored };
}

/** Draws the turn of the stored pixels. In a chain, sharp turns after it has scaled. */
async function drawTurn(job: Job, chain: Chain): Promise<Chain> {
  const { turn } = chain.stored;
  if (turn === undefined) return chain;
  const ready = place('flip') <= chain.reached ? await endChain(job, chain) : chain;
  const stored = { ...ready.stored, turn: undefined, webp: false };
  return { ...ready, image: turnImage(ready.image, turn), stored, reached: place('turn') };
}

/** Draws the turn and adds the colours that a grey channel lacks. */
async function settle(job: Job, chain: Chain): Promise<Chain> {
  const turned = await drawTurn(job, chain);
  return turned.stored.grey ? endChain(job, turned) : turned;
}

const isSettled = ({ stored }: Chain): boolean => stored.turn === undefined && !stored.grey;

const followStep = (chain: Chain, step: Step<Parameters>, drawn: Drawn): Chain => ({
  image: drawn.image,
  size: drawn.size,
  stored: { ...chain.stored, webp: false, ...(drawn.turned ? { turn: undefined } : {}) },
  alpha: drawn.alpha ?? chain.alpha,
  reached: place(step.to),
});

/** Draws a step. It ends the chain first if sharp would run the step too early. */
async function draw(job: Job, chain: Chain, { step, values }: PlannedStep): Promise<Chain> {
  const turn = step.turn?.(values, job.scene);
  if (turn !== undefined) return addTurn(chain, turn);
  if (step.draw === undefined) return chain;
  const settled = step.onStored || isSettled(chain) ? chain : await settle(job, chain);
  const ready = place(step.from) <= settled.reached ? await endChain(job, settled) : settled;
  const mixer = createMixer(job, ready, step.mixingSecondsPerMpx?.(values) ?? 0);
  const drawn = await step.draw(ready, values, job.scene, mixer);
  checkCanvas(drawn.size, job.scene.frames);
  const next = followStep(ready, step, drawn);
  if (drawn.rest !== undefined)
    return draw(job, await endChain(job, next), { step: { ...step, draw: drawn.rest }, values });
  // sharp decides at the start of a chain whether to premultiply colours by alpha.
  const cleared = next.alpha && !ready.alpha;
  return drawn.unmeasured || cleared ? endChain(job, next) : next;
}

/** Draws a step on each frame separately and joins the frames again. */
async function drawFrames(job: Job, chain: Chain, planned: PlannedStep): Promise<Chain> {
  const { frames } = job.scene;
  const { data, info } = await readPixels(job, chain.image);
  const frame = { ...info, height: info.height / frames };
  const still: Job = { ...job, scene: { ...job.scene, frames: 1 } };
  const drawn: Pixels[] = [];
  for (let at = 0; at < frames; at += 1) {
    const bytes = data.subarray((at * data.length) / frames, ((at + 1) * data.length) / frames);
    const one = await draw(still, startChain(still, { data: bytes, info: frame }), planned);
    drawn.push(await readPixels(still, (await drawTurn(still, one)).image));
  }
  const [first = { data, info: frame }] = drawn;
  const strip = { ...first.info, height: first.info.height * frames };
  return startChain(job, { data: Buffer.concat(drawn.map((one) => one.data)), info: strip });
}

/** Draws the steps in order. */
export async function drawAll(
  job: Job,
  chain: Chain,
  steps: readonly PlannedStep[],
): Promise<Chain> {
  let drawn = chain;
  for (const planned of steps) {
    const apart = job.scene.frames > 1 && planned.step.frames(planned.values) === 'apart';
    drawn = await (apart ? drawFrames(job, drawn, planned) : draw(job, drawn, planned));
  }
  // An encoder adds the colours to a grey channel.
  return drawn.stored.turn === undefined ? drawn : drawTurn(job, drawn);
}
