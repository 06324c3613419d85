import type { Drawing, DrawingJob, DrawingRequest } from '../render/drawing-messages.ts';
import { frameOf } from '../render/frames.ts';
import { limits } from '../shared/limits.ts';
import { lateRefusal, Refusal, sourceRefusal } from '../shared/refusal.ts';
import { type DrawingProcess, loaderEnvironment, startDrawingProcess } from './drawing-process.ts';
import type { DrawingLimit } from './timeout.ts';

/** Draws a picture within a limit. Throws refusals. */
export type DrawPicture = (job: DrawingJob, limit: DrawingLimit) => Promise<Drawing>;

/** The drawing of this container. */
export type DrawingService = {
  readonly draw: DrawPicture;
  /** Resolves when nothing is drawn any more, and what had to be killed is gone. */
  readonly idle: () => Promise<void>;
};

type End = Awaited<ReturnType<DrawingProcess['run']>>;

const abandonedRefusal = (): Refusal => new Refusal('unavailable', 'the request was answered');

const timeLeft = ({ deadline }: DrawingLimit): number => deadline() - performance.now();

function requestFrame(
  { source, recipe, caps, mark }: DrawingJob,
  budgetMilliseconds: number,
): readonly Uint8Array[] {
  const { maxPixels, maxFrames } = caps;
  const head: DrawingRequest = {
    type: source.type,
    focus: source.focus ?? null,
    recipe: recipe.text,
    caps: { maxPixels, maxFrames },
    sourceBytes: source.bytes.length,
    marked: mark !== undefined,
    budgetMilliseconds,
  };
  return frameOf(head, mark === undefined ? [source.bytes] : [source.bytes, mark]);
}

/** Runs one drawing. Kills the process if it is too late, or if nobody waits any more. */
async function runWithin(
  process: DrawingProcess,
  job: DrawingJob,
  limit: DrawingLimit,
): Promise<End> {
  const { signal } = limit;
  const milliseconds = timeLeft(limit);
  if (signal.aborted) throw abandonedRefusal();
  if (milliseconds <= 0) throw lateRefusal();
  const abandon = (): void => process.kill(abandonedRefusal());
  const timer = setTimeout(
    () => process.kill(lateRefusal()),
    milliseconds + limits.drawingGraceMilliseconds,
  );
  signal.addEventListener('abort', abandon);
  try {
    return await process.run(requestFrame(job, milliseconds));
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', abandon);
  }
}

/** Throws for every end of a process but a drawing. */
function readEnd(end: End): Drawing {
  if (end.kind === 'drawn') {
    const { body, type, width, height, frames, engine } = end;
    return { bytes: body, type, width, height, frames, engine };
  }
  const { reason } = end;
  if (end.kind === 'refused') throw new Refusal(end.code, { reason, aboutSource: end.aboutSource });
  if (!end.begun)
    throw new Refusal('unavailable', `the drawing process does not start: it ${reason}`);
  if (end.signal === undefined) throw new Refusal('internal', `the drawing process ${reason}`);
  throw sourceRefusal('source_undecodable', `the decoder ${reason}`);
}

/**
 * Starts the drawing process of this container and keeps it. `file` is its bundle. One picture is drawn
 * at a time. A process that is killed or crashes during a drawing is replaced at once.
 */
export function startDrawing(file: string): DrawingService {
  let process = startDrawingProcess(file);
  let environment = {};
  let last: Promise<unknown> = Promise.resolve();

  const ready = (): DrawingProcess => {
    if (!process.isAlive()) process = startDrawingProcess(file, environment);
    return process;
  };
  const drawOnce = async (job: DrawingJob, limit: DrawingLimit): Promise<Drawing> => {
    const first = ready();
    const wasUsed = first.isUsed();
    const end = await runWithin(first, job, limit);
    if (end.kind === 'ended' && !end.begun && !wasUsed) environment = loaderEnvironment();
    // A process may die between two requests, or of what an earlier picture left behind. That says nothing
    // about this picture, so it gets one fresh process.
    const isOfEarlier = end.kind === 'ended' && (wasUsed || !end.begun);
    return readEnd(isOfEarlier ? await runWithin(ready(), job, limit) : end);
  };
  const drawNext: DrawPicture = (job, limit) => drawOnce(job, limit).finally(ready);
  return {
    draw: (job, limit) => {
      const drawing = last.then(() => drawNext(job, limit));
      last = drawing.catch(() => undefined);
      return drawing;
    },
    idle: async () => void (await last),
  };
}
