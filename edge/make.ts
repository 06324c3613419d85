import type { Drawing } from '../render/drawing-messages.ts';
import { limits } from '../shared/limits.ts';
import {
  type DerivativeHeaders,
  derivativeHeaders,
  writeBack,
} from '../shared/objects/derivatives.ts';
import type { SourceReaders } from '../shared/objects/source-buckets.ts';
import { checkEnabled, readSource, readWatermark, type Source } from '../shared/objects/sources.ts';
import type { SourceType } from '../shared/operations/image-type.ts';
import type { Policy } from '../shared/policy/policy.ts';
import { checkBlocked } from '../shared/policy/policy.ts';
import type { ObjectStore } from '../shared/ports.ts';
import { findWatermark } from '../shared/recipe/canonical.ts';
import type { Derivative } from '../shared/recipe/storage-key.ts';
import { forbidden, Refusal, reasonOf } from '../shared/refusal.ts';
import { authorizeRecipe } from '../shared/request/stages.ts';
import { type Policies, staleSeconds } from '../shared/versions/cache.ts';
import { type AnswerDeps, answerWith, type DerivativeRequest } from './answer.ts';
import type { DrawPicture } from './drawing.ts';
import { answerWithFallback, hasFallback, isAboutSource } from './fallback.ts';
import type { EdgeAnswer } from './response.ts';
import { type DrawingLimit, limitDrawing } from './timeout.ts';

type DrawDeps = {
  readonly sources: SourceReaders;
  readonly disabledFormats: readonly SourceType[];
  readonly render: DrawPicture;
};

type Timed<T> = { readonly value: T; readonly milliseconds: number };

/** Awaits work and measures how long it took. */
async function measureTime<T>(work: Promise<T>): Promise<Timed<T>> {
  const started = performance.now();
  const value = await work;
  return { value, milliseconds: performance.now() - started };
}

type DrawnDerivative = {
  readonly source: Timed<Source>;
  readonly render: Timed<Drawing>;
};

export type MakeDeps = DrawDeps &
  AnswerDeps & {
    readonly policies: Pick<Policies, 'of'>;
    readonly derivatives: ObjectStore;
    readonly engine: string;
    readonly onFailure: (reason: string) => void;
  };

/** The answer and its cost. */
export type Made = {
  readonly answer: EdgeAnswer;
  /** The refusal, if the answer shows the fallback. */
  readonly refusal?: Refusal;
  readonly bytes: number;
  readonly sourceBytes: number;
  /** The time of drawing and encoding only. */
  readonly renderMilliseconds: number;
};

/** Authorizes the recipe, and refuses a blocked source. Throws the denial. */
function authorize(derivative: Derivative, policy: Policy, now: number): void {
  authorizeRecipe(derivative, policy, now);
  checkBlocked(policy, derivative.path);
}

function isAuthorized(derivative: Derivative, policy: Policy, now: number): boolean {
  try {
    authorize(derivative, policy, now);
    return true;
  } catch (thrown) {
    if (thrown instanceof Refusal) return false;
    throw thrown;
  }
}

/**
 * Authorizes again, and reads a newer policy before it refuses. Invariant: a request that reaches this
 * function without viewer-request gets only what the policy allows.
 */
async function authorizeAgain(deps: MakeDeps, derivative: Derivative): Promise<Policy> {
  const { tenant } = derivative;
  const now = deps.now();
  const held = await deps.policies.of(tenant);
  if (held !== undefined && isAuthorized(derivative, held, now)) return held;
  const policy = await deps.policies.of(tenant, staleSeconds);
  if (policy === undefined) throw forbidden(`there is no tenant ${tenant}`);
  authorize(derivative, policy, now);
  return policy;
}

/**
 * Stores the derivative. Returns whether S3 confirmed the write. A failure only means that the next
 * viewer causes another render, so it is logged and this viewer still gets the image.
 */
async function store(
  { derivatives, onFailure }: MakeDeps,
  derivative: Derivative,
  bytes: Uint8Array,
  headers: DerivativeHeaders,
): Promise<boolean> {
  try {
    await writeBack(derivatives, derivative, bytes, headers);
    return true;
  } catch (thrown) {
    onFailure(`write-back failed: ${reasonOf(thrown)}`);
    return false;
  }
}

const serverTiming = (steps: Readonly<Record<string, Timed<unknown>>>): string =>
  Object.entries(steps)
    .map(([name, { milliseconds }]) => `${name};dur=${milliseconds.toFixed(1)}`)
    .join(', ');

const costOf = ({ source, render }: DrawnDerivative): Omit<Made, 'answer' | 'refusal'> => ({
  bytes: render.value.bytes.length,
  sourceBytes: source.value.bytes.length,
  renderMilliseconds: Math.round(render.milliseconds),
});

/** Reads the source and the watermark of a derivative and renders it. Throws refusals. */
async function drawDerivative(
  { sources, disabledFormats, render }: DrawDeps,
  derivative: Derivative,
  policy: Policy,
  limit: DrawingLimit,
): Promise<DrawnDerivative> {
  const { tenant, recipe } = derivative;
  const source = await measureTime(readSource(sources, derivative, policy.source));
  checkEnabled(disabledFormats, source.value.type);
  const id = findWatermark(recipe);
  if (id !== undefined) checkEnabled(disabledFormats, 'png');
  const mark = id === undefined ? undefined : await readWatermark(sources.own, tenant, id);
  const rendered = await measureTime(
    render({ source: source.value, recipe, caps: policy.source, mark }, limit),
  );
  return { source, render: rendered };
}

/** Stored with derivatives, to tell a changed engine from a changed source. */
const engineOf = ({ engine }: MakeDeps, { engine: { sharp, vips } }: Drawing): string =>
  `${engine} sharp ${sharp} vips ${vips}`;

/** Reads, renders, stores and answers. Throws refusals. */
async function makeStored(
  deps: MakeDeps,
  request: DerivativeRequest,
  policy: Policy,
  limit: DrawingLimit,
): Promise<Made> {
  const { derivative } = request;
  const drawn = await drawDerivative(deps, derivative, policy, limit);
  const { source, render } = drawn;
  const { bytes, type } = render.value;
  const engine = engineOf(deps, render.value);
  const origin = { type, sourceEtag: source.value.etag, engine };
  const headers = derivativeHeaders(deps.crypto, derivative, origin, policy.cache);
  const stored = await measureTime(store(deps, derivative, bytes, headers));
  const image = { bytes, headers, isStored: stored.value };
  const answer = await answerWith(deps, request, image);
  const timing = { 'server-timing': serverTiming({ source, render, store: stored }) };
  return { answer: { ...answer, headers: { ...answer.headers, ...timing } }, ...costOf(drawn) };
}

/** Draws the policy's fallback in place of a missing or damaged source. Throws refusals. */
async function makeFallback(
  deps: MakeDeps,
  request: DerivativeRequest,
  policy: Policy,
  limit: DrawingLimit,
  refusal: Refusal,
): Promise<Made> {
  const shown = { ...request.derivative, path: policy.fallback ?? '' };
  const drawn = await drawDerivative(deps, shown, policy, limit);
  const answer = answerWithFallback(deps.crypto, request, drawn.render.value, refusal);
  return { answer, refusal, ...costOf(drawn) };
}

/**
 * Makes the derivative that a key names, or shows the policy's fallback if its source is missing or
 * damaged. Throws refusals. If the fallback cannot be drawn either, the first refusal counts. One time
 * limit covers both drawings, so nothing is drawn in place of a source that used up the time. `signal`
 * is aborted when the request has its answer.
 */
export async function make(
  deps: MakeDeps,
  request: DerivativeRequest,
  signal: AbortSignal = new AbortController().signal,
): Promise<Made> {
  const policy = await authorizeAgain(deps, request.derivative);
  const limit = limitDrawing(limits.renderSeconds, signal);
  try {
    return await makeStored(deps, request, policy, limit);
  } catch (thrown) {
    const mayFallBack = hasFallback(policy, request.derivative) && !limit.isOver();
    if (!isAboutSource(thrown) || !mayFallBack) throw thrown;
    return makeFallback(deps, request, policy, limit, thrown).catch((again: unknown) => {
      throw isAboutSource(again) ? thrown : again;
    });
  }
}
