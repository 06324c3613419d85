import { createHash } from 'node:crypto';
import type { Keyring } from '../shared/keys/keyring.ts';
import { limits } from '../shared/limits.ts';
import { cacheTagHeader, type DerivativeHeaders } from '../shared/objects/derivatives.ts';
import type { Crypto } from '../shared/ports.ts';
import {
  type Derivative,
  type DerivativeKey,
  derivativeKey,
} from '../shared/recipe/storage-key.ts';
import type { Refreshing } from '../shared/refreshing.ts';
import { Refusal } from '../shared/refusal.ts';
import { continuationUrl } from './continuation.ts';
import type { EdgeAnswer } from './response.ts';

export type AnswerDeps = {
  readonly crypto: Crypto;
  /** The time in whole Unix seconds. */
  readonly now: () => number;
  readonly continuationKeys: Refreshing<Keyring>;
};

/** A request for a derivative that is not stored yet. */
export type DerivativeRequest = { readonly derivative: Derivative; readonly method: string };

/** A derivative that was made. */
export type MadeImage = {
  readonly bytes: Uint8Array;
  readonly headers: DerivativeHeaders;
  /** Whether S3 has confirmed the write. */
  readonly isStored: boolean;
};

/** The headers that S3 will send for the stored object. Its ETag is the MD5 of the bytes. */
function imageHeaders({ bytes, headers }: MadeImage): Record<string, string> {
  return {
    'content-type': headers.contentType,
    'cache-control': headers.cacheControl,
    'content-disposition': headers.contentDisposition,
    etag: `"${createHash('md5').update(bytes).digest('hex')}"`,
    [cacheTagHeader]: headers.metadata['cache-tag'] ?? '',
  };
}

/** Redirects to the stored object. Only after S3 has confirmed the write, so that redirects cannot loop. */
async function redirect(
  { crypto, now, continuationKeys }: AnswerDeps,
  key: DerivativeKey,
  isStored: boolean,
): Promise<EdgeAnswer> {
  if (!isStored)
    throw new Refusal('unavailable', 'too large to answer directly, and it could not be stored');
  const location = continuationUrl(crypto, await continuationKeys.read(), key, now());
  return { status: 307, headers: { location, 'cache-control': 'no-store' }, body: { text: '' } };
}

/**
 * Answers with a derivative: headers only for HEAD, the bytes if they fit into the answer of a
 * function, or else a redirect. Throws `unavailable` for a large derivative that is not stored.
 */
export async function answerWith(
  deps: AnswerDeps,
  { derivative, method }: DerivativeRequest,
  image: MadeImage,
): Promise<EdgeAnswer> {
  const headers = imageHeaders(image);
  // S3 answered a HEAD, so no body of it can go out. The length is not sent, as AWS documents none for HEAD.
  if (method === 'HEAD')
    return {
      status: 200,
      headers: { ...headers, 'cache-control': 'no-store' },
      body: { none: true },
    };
  if (image.bytes.length > limits.inlineBytes)
    return redirect(deps, derivativeKey(derivative), image.isStored);
  return { status: 200, headers, body: { bytes: image.bytes } };
}
