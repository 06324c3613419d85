import { createHash } from 'node:crypto';
import type { Rendered } from '../render/render.ts';
import type { Keyring } from '../shared/keys/keyring.ts';
import { limits } from '../shared/limits.ts';
import {
  cacheTagHeader,
  cacheTags,
  type DerivativeHeaders,
  derivativeHeaders,
  writeBack,
} from '../shared/objects/derivatives.ts';
import { readSource, readWatermark, type Source } from '../shared/objects/sources.ts';
import { contentTypeOf } from '../shared/operations/image-type.ts';
import { findDenial, isReported, type Policy } from '../shared/policy/policy.ts';
import type { Clock, Crypto, ObjectStore } from '../shared/ports.ts';
import { seconds } from '../shared/ports.ts';
import { findAnswer, findWatermark } from '../shared/recipe/recipe.ts';
import {
  type Derivative,
  type DerivativeKey,
  derivativeKey,
} from '../shared/recipe/storage-key.ts';
import type { Refreshing } from '../shared/refreshing.ts';
import { answerOf, forbidden, Refusal } from '../shared/refusal.ts';
import { checkBlocked } from '../shared/request/admission.ts';
import { type Policies, staleSeconds } from '../shared/versions/cache.ts';
import { continuationUrl } from './continuation.ts';
import type { EdgeAnswer } from './response.ts';

export type MakeDeps = {
  readonly crypto: Crypto;
  readonly clock: Clock;
  readonly policies: Policies;
  readonly continuationKeys: Refreshing<Keyring>;
  readonly sources: ObjectStore;
  readonly derivatives: ObjectStore;
  readonly render: (
    source: Source,
    recipe: Derivative['recipe'],
    caps: Policy['source'],
    mark: Uint8Array | undefined,
  ) => Promise<Rendered>;
  readonly engine: string;
  readonly onFailure: (reason: string) => void;
};

/** What was made, and what it cost. */
export type Made = {
  readonly answer: EdgeAnswer;
  /** Where the answer is a stand-in: why. */
  readonly refusal?: Refusal;
  readonly bytes: number;
  readonly sourceBytes: number;
  /** How long drawing alone took. */
  readonly renderMilliseconds: number;
};

/**
 * Asks the policy again. Invariant: whoever reached this function past viewer-request gets
 * nothing that the policy does not allow.
 */
async function authorizeAgain(
  { policies, clock }: MakeDeps,
  { tenant, path, recipe }: Derivative,
): Promise<Policy> {
  const now = seconds(clock);
  const refused = (policy: Policy): Refusal | undefined => {
    const denied = findDenial(policy, recipe);
    return denied !== undefined && isReported(policy, denied, now) ? undefined : denied;
  };
  const held = await policies.of(tenant);
  const settled = held !== undefined && refused(held) === undefined;
  const policy = settled ? held : await policies.of(tenant, staleSeconds);
  if (policy === undefined) throw forbidden(`there is no tenant ${tenant}`);
  const denied = refused(policy);
  if (denied !== undefined) throw denied;
  checkBlocked(policy, path);
  return policy;
}

type Timed<T> = { readonly value: T; readonly milliseconds: number };

async function measureTime<T>(work: Promise<T>): Promise<Timed<T>> {
  const started = performance.now();
  const value = await work;
  return { value, milliseconds: performance.now() - started };
}

/**
 * Stores the derivative and says whether it is there now. A failure loses nothing but the next
 * viewer's time, so it is logged and this viewer gets the image all the same.
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
    onFailure(`write-back failed: ${thrown instanceof Error ? thrown.message : String(thrown)}`);
    return false;
  }
}

/** The headers of S3's own answer once it has the object; the ETag is what S3 will say, too. */
function imageHeaders(headers: DerivativeHeaders, bytes: Uint8Array): Record<string, string> {
  return {
    'content-type': headers.contentType,
    'cache-control': headers.cacheControl,
    'content-disposition': headers.contentDisposition,
    etag: `"${createHash('md5').update(bytes).digest('hex')}"`,
    [cacheTagHeader]: headers.metadata['cache-tag'] ?? '',
  };
}

/** One redirect to the stored object, and only once S3 has acknowledged it: never a loop. */
async function redirect(deps: MakeDeps, key: DerivativeKey, stored: boolean): Promise<EdgeAnswer> {
  if (!stored)
    throw new Refusal('unavailable', 'too large to answer directly, and it could not be stored');
  const keyring = await deps.continuationKeys.read();
  const now = seconds(deps.clock);
  const location = continuationUrl(deps.crypto, keyring, key, now);
  return { status: 307, headers: { location, 'cache-control': 'no-store' }, body: { text: '' } };
}

const serverTiming = (steps: Readonly<Record<string, Timed<unknown>>>): string =>
  Object.entries(steps)
    .map(([name, { milliseconds }]) => `${name};dur=${milliseconds.toFixed(1)}`)
    .join(', ');

/** A request for a derivative that nobody has stored yet. */
export type DerivativeRequest = { readonly derivative: Derivative; readonly method: string };

type Image = { readonly bytes: Uint8Array; readonly headers: DerivativeHeaders };

async function answerWith(
  deps: MakeDeps,
  { derivative, method }: DerivativeRequest,
  { bytes, headers }: Image,
  stored: boolean,
): Promise<EdgeAnswer> {
  const image = imageHeaders(headers, bytes);
  // What CloudFront would do with a generated body here is not documented, so there is none.
  if (method === 'HEAD')
    return { status: 200, headers: { ...image, 'cache-control': 'no-store' }, body: { text: '' } };
  if (bytes.length > limits.inlineBytes) return redirect(deps, derivativeKey(derivative), stored);
  return { status: 200, headers: image, body: { bytes } };
}

async function watermarkFor({ sources }: MakeDeps, { tenant, recipe }: Derivative) {
  const id = findWatermark(recipe);
  return id === undefined ? undefined : readWatermark(sources, tenant, id);
}

async function drawDerivative(deps: MakeDeps, derivative: Derivative, policy: Policy) {
  const source = await measureTime(readSource(deps.sources, derivative, policy.source));
  const mark = await watermarkFor(deps, derivative);
  const render = await measureTime(
    deps.render(source.value, derivative.recipe, policy.source, mark),
  );
  return { source, render };
}

/** Makes the derivative that a key names: reads, renders, stores, answers. Throws refusals. */
async function makeStored(deps: MakeDeps, order: DerivativeRequest, policy: Policy): Promise<Made> {
  const { derivative } = order;
  const { source, render } = await drawDerivative(deps, derivative, policy);
  const { bytes, type } = render.value;
  const origin = { type, sourceEtag: source.value.etag, engine: deps.engine };
  const headers = derivativeHeaders(deps.crypto, derivative, origin, policy.cache);
  const stored = await measureTime(store(deps, derivative, bytes, headers));
  const timing = { 'server-timing': serverTiming({ source, render, store: stored }) };
  const answer = await answerWith(deps, order, { bytes, headers }, stored.value);
  return {
    answer: { ...answer, headers: { ...answer.headers, ...timing } },
    bytes: bytes.length,
    sourceBytes: source.value.bytes.length,
    renderMilliseconds: Math.round(render.milliseconds),
  };
}

/**
 * What stands in for a source that is missing or bad: another one with the same recipe, under the
 * status and for the time of the refusal. It is not stored: the key is that of the source itself.
 */
async function makeFallback(
  deps: MakeDeps,
  { derivative, method }: DerivativeRequest,
  policy: Policy,
  refusal: Refusal,
): Promise<Made> {
  const path = policy.fallback ?? '';
  const { source, render } = await drawDerivative(deps, { ...derivative, path }, policy);
  const { bytes, type } = render.value;
  if (bytes.length > limits.inlineBytes) throw refusal;
  const { status, headers } = answerOf(refusal);
  const answer: EdgeAnswer = {
    status,
    headers: {
      ...headers,
      'content-type': contentTypeOf(type),
      [cacheTagHeader]: cacheTags(deps.crypto, derivative),
    },
    body: method === 'HEAD' ? { text: '' } : { bytes },
  };
  return {
    answer,
    refusal,
    bytes: bytes.length,
    sourceBytes: source.value.bytes.length,
    renderMilliseconds: Math.round(render.milliseconds),
  };
}

const isAboutSource = (thrown: unknown): thrown is Refusal =>
  thrown instanceof Refusal && thrown.code.startsWith('source_');

/** Words about a source cannot be said of another one. */
function hasFallback({ fallback }: Policy, { path, recipe }: Derivative): boolean {
  return fallback !== null && fallback !== path && findAnswer(recipe) === undefined;
}

/**
 * Makes the derivative that a key names, or what the policy lets stand in for it. Throws refusals;
 * a stand-in that cannot be drawn either leaves the first one.
 */
export async function make(deps: MakeDeps, order: DerivativeRequest): Promise<Made> {
  const policy = await authorizeAgain(deps, order.derivative);
  try {
    return await makeStored(deps, order, policy);
  } catch (thrown) {
    if (!isAboutSource(thrown) || !hasFallback(policy, order.derivative)) throw thrown;
    return makeFallback(deps, order, policy, thrown).catch((again: unknown) => {
      throw isAboutSource(again) ? thrown : again;
    });
  }
}
