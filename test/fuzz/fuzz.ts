import { rm } from 'node:fs/promises';
import { type DrawingService, startDrawing } from '../../edge/drawing.ts';
import { limitDrawing } from '../../edge/timeout.ts';
import { between, seeded } from '../../local/demo/paint/random.ts';
import { asRefusal } from '../../shared/refusal.ts';
import { bundleDrawing } from '../edge/drawing-files.ts';
import { childrenOf, listsProcesses, peakMb, ticksOf } from '../process-tree.ts';
import { caps, recipeOf, sourceOf } from '../render/rendering.ts';
import { type Draw, mutate } from './mutations.ts';
import { type SoundFile, soundFiles } from './sound-files.ts';

/**
 * Recipes that use every decoder in another way: at full size, scaled on load, by pixels and not at all.
 * The two slow encoders get small pictures. What they cost depends on the size of a picture only, also of
 * one that claims to be larger than it is; `test/render/bombs` measures that.
 */
const recipes = [
  'format,f_src',
  'resize,w_16__op__format,f_webp',
  'resize,m_fill,w_30,h_30,g_smart__op__format,f_jpg',
  'rotate,a_30__op__format,f_png',
  'trim,t_10__op__format,f_jpg',
  'flip,d_h__op__resize,w_300__op__format,f_gif',
  'blur,s_5__op__resize,w_300__op__format,f_avif',
  'circle,r_12__op__format,f_webp',
  'info',
  'placeholder,k_thumbhash',
].map(recipeOf);

export type FuzzOptions = {
  /** The number of the first case; a case depends on the seed and on its number only. */
  readonly first: number;
  readonly cases: number;
  /** Ends the run earlier, if set. */
  readonly seconds?: number | undefined;
  readonly seed: number;
};

export type FuzzCase = {
  readonly number: number;
  readonly bytes: Buffer;
  /** `drawn`, or the code of the refusal. */
  readonly end: string;
  readonly reason: string;
  /** CPU time of the drawing process; 0 where the system does not tell. */
  readonly milliseconds: number;
};

export type FuzzReport = {
  readonly cases: number;
  readonly ends: ReadonlyMap<string, number>;
  /** Cases that ended in another way than a drawing or a refusal about the source. */
  readonly failed: readonly FuzzCase[];
  readonly slowest: FuzzCase | undefined;
  /** The most memory that the drawing process has used; 0 where the system does not tell. */
  readonly peakMegabytes: number;
};

const expectedEnds = ['drawn', 'malformed', 'source_undecodable', 'source_unsupported'];

/** The most CPU time of one case, in milliseconds. An honest case of this size takes a few of them. */
export const mostMilliseconds = 2_000;

/** A crash of the decoder is answered like a damaged source, so the reason has to tell them apart. */
function isFailure({ end, reason, milliseconds }: FuzzCase): boolean {
  const crashed = /^the decoder |^drawing took /.test(reason);
  const isExpected = expectedEnds.includes(end) || end === 'source_too_large';
  return crashed || !isExpected || milliseconds > mostMilliseconds;
}

/** Makes a case: which sound file, how it is mutated, and the recipe that draws it. */
export function fuzzCase(seed: number, number: number, files: readonly SoundFile[]) {
  const random = seeded(seed * 1_000_003 + number);
  const draw: Draw = (below) => Math.floor(between(random, 0, below));
  const sound = files[draw(files.length)];
  if (sound === undefined) throw new Error('there are no sound files');
  const alike = files.filter(({ type }) => type === sound.type);
  const other = alike[draw(alike.length)] ?? sound;
  const bytes = mutate(draw, sound.type, sound.bytes, other.bytes);
  const recipe = recipes[draw(recipes.length)] ?? recipeOf('format,f_src');
  return { type: sound.type, bytes, recipe };
}

/** The process ids of the drawing processes that run; none where the system does not list processes. */
const drawingIds = (): readonly number[] => (listsProcesses ? childrenOf(process.pid) : []);

/** The CPU time of the drawing processes, in milliseconds. */
function cpuMilliseconds(pids: readonly number[]): number {
  return pids.map(ticksOf).reduce((sum, ticks) => sum + ticks, 0) * 10;
}

async function runCase(
  service: DrawingService,
  options: FuzzOptions,
  number: number,
  files: readonly SoundFile[],
): Promise<FuzzCase> {
  const { type, bytes, recipe } = fuzzCase(options.seed, number, files);
  const source = { ...sourceOf(files[0]?.bytes ?? bytes), type, bytes };
  const pids = drawingIds();
  const before = cpuMilliseconds(pids);
  let [end, reason] = ['drawn', ''];
  try {
    const limit = limitDrawing(20, new AbortController().signal);
    await service.draw({ source, recipe, caps, mark: undefined }, limit);
  } catch (thrown) {
    const refusal = asRefusal(thrown);
    [end, reason] = [refusal.code, refusal.detail.reason];
  }
  return { number, bytes, end, reason, milliseconds: cpuMilliseconds(pids) - before };
}

/**
 * Mutates sound files and draws them in the process that is deployed. `watch` gets every case as it ends.
 */
export async function fuzz(
  options: FuzzOptions,
  watch: (one: FuzzCase) => void = () => undefined,
): Promise<FuzzReport> {
  const { file, folder } = await bundleDrawing();
  const service = startDrawing(file);
  const files = await soundFiles();
  const until = performance.now() + (options.seconds ?? Number.POSITIVE_INFINITY) * 1_000;
  const ends = new Map<string, number>();
  const failed: FuzzCase[] = [];
  let [cases, megabytes, slowest] = [0, 0, undefined as FuzzCase | undefined];
  try {
    for (; cases < options.cases && performance.now() < until; cases += 1) {
      const one = await runCase(service, options, options.first + cases, files);
      ends.set(one.end, (ends.get(one.end) ?? 0) + 1);
      if (isFailure(one)) failed.push(one);
      if (one.milliseconds >= (slowest?.milliseconds ?? 0)) slowest = one;
      megabytes = Math.max(megabytes, ...drawingIds().map(peakMb));
      watch(one);
    }
  } finally {
    await service.idle();
    await rm(folder, { recursive: true, force: true });
  }
  return { cases, ends, failed, slowest, peakMegabytes: megabytes };
}
