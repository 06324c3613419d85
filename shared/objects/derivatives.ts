import { type AnswerType, contentTypeOf } from '../operations/image-type.ts';
import { rowOf } from '../operations/table.ts';
import type { Policy } from '../policy/policy.ts';
import type { Crypto, ObjectStore } from '../ports.ts';
import { type Derivative, derivativeKey } from '../recipe/storage-key.ts';
import { sourceKey } from '../url/path.ts';

/** The header that carries cache tags, on made answers and as metadata on stored ones. */
export const cacheTagHeader = 'x-amz-meta-cache-tag';

/** What a derivative is served with; the stored object and the first answer carry the same. */
export type DerivativeHeaders = {
  readonly contentType: string;
  readonly cacheControl: string;
  readonly contentDisposition: string;
  readonly metadata: Readonly<Record<string, string>>;
};

/** A tag is a hash because a key can hold characters, and be of a length, that tags cannot. */
export function sourceTag(crypto: Crypto, source: Pick<Derivative, 'tenant' | 'path'>): string {
  return `s-${crypto.sha256Hex(sourceKey(source)).slice(0, 32)}`;
}

/** All tags of a derivative, as the header carries them. */
export function cacheTags(crypto: Crypto, source: Pick<Derivative, 'tenant' | 'path'>): string {
  return `${sourceTag(crypto, source)},t-${source.tenant}`;
}

/** A revision in the URL means that the image behind it never changes. */
function cacheControl({ recipe }: Derivative, cache: Policy['cache']): string {
  return recipe.steps.some(({ name }) => rowOf(name).revision === true)
    ? 'public, max-age=31536000, immutable'
    : `public, max-age=${cache.maxAge}, s-maxage=${cache.sharedMaxAge}`;
}

/**
 * The name to save under: the source's with the answer's ending. The plain form is for old
 * clients, the other for all (RFC 6266, appendix D).
 */
function contentDisposition({ path }: Derivative, type: AnswerType): string {
  const base = (path.split('/').at(-1) ?? path).replace(/\.[^.]*$/, '') || 'image';
  const plain = base.replace(/[^A-Za-z0-9 ._()-]/g, '_');
  const named = `inline; filename="${plain}.${type}"`;
  if (plain === base) return named;
  const encoded = encodeURIComponent(`${base}.${type}`).replace(
    /['()*]/g,
    (bare) => `%${bare.charCodeAt(0).toString(16).toUpperCase()}`,
  );
  return `${named}; filename*=UTF-8''${encoded}`;
}

export function derivativeHeaders(
  crypto: Crypto,
  derivative: Derivative,
  made: { readonly type: AnswerType; readonly sourceEtag: string; readonly engine: string },
  cache: Policy['cache'],
): DerivativeHeaders {
  return {
    contentType: contentTypeOf(made.type),
    cacheControl: cacheControl(derivative, cache),
    contentDisposition: contentDisposition(derivative, made.type),
    metadata: {
      'cache-tag': cacheTags(crypto, derivative),
      'source-etag': made.sourceEtag,
      recipe: derivative.recipe.text,
      engine: made.engine,
    },
  };
}

/**
 * Stores a derivative where nobody has yet; that somebody has is success too.
 * Throws `PortFailure` when it cannot be stored.
 */
export async function writeBack(
  derivatives: ObjectStore,
  derivative: Derivative,
  bytes: Uint8Array,
  headers: DerivativeHeaders,
): Promise<void> {
  await derivatives.put(derivativeKey(derivative).key, bytes, { ...headers, only: 'absent' });
}
