import type { Rendered } from '../render/render.ts';
import { limits } from '../shared/limits.ts';
import { cacheTagHeader, cacheTags, contentDisposition } from '../shared/objects/derivatives.ts';
import { contentTypeOf } from '../shared/operations/image-type.ts';
import { isBlocked, type Policy } from '../shared/policy/policy.ts';
import type { Crypto } from '../shared/ports.ts';
import { findAnswer } from '../shared/recipe/canonical.ts';
import type { Derivative } from '../shared/recipe/storage-key.ts';
import { answerOf, Refusal } from '../shared/refusal.ts';
import type { DerivativeRequest } from './answer.ts';
import type { EdgeAnswer } from './response.ts';

/** Whether the error is a `source_…` refusal, for which a fallback may be shown. */
export const isAboutSource = (thrown: unknown): thrown is Refusal =>
  thrown instanceof Refusal && thrown.code.startsWith('source_');

/** Whether the policy has a fallback for this derivative that is not blocked. JSON answers have none. */
export function hasFallback(policy: Policy, { path, recipe }: Derivative): boolean {
  const { fallback } = policy;
  if (fallback === null || fallback === path || isBlocked(policy, fallback)) return false;
  return findAnswer(recipe) === undefined;
}

/**
 * Answers with the fallback image, with the status and the cache time of the refusal. It is never stored,
 * because the key belongs to the real source. Throws the refusal if the image is too large for an answer.
 */
export function answerWithFallback(
  crypto: Crypto,
  { derivative, method }: DerivativeRequest,
  { bytes, type }: Rendered,
  refusal: Refusal,
): EdgeAnswer {
  if (bytes.length > limits.inlineBytes) throw refusal;
  const { status, headers } = answerOf(refusal);
  return {
    status,
    headers: {
      ...headers,
      'content-type': contentTypeOf(type),
      'content-disposition': contentDisposition(derivative, type),
      [cacheTagHeader]: cacheTags(crypto, derivative),
    },
    body: method === 'HEAD' ? { none: true } : { bytes },
  };
}
