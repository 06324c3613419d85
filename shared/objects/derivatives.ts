import { engineVersion } from '../operations/engine.ts';
import { type AnswerType, contentTypeOf } from '../operations/image-type.ts';
import { rowOf } from '../operations/table.ts';
import type { Policy } from '../policy/policy.ts';
import type { Crypto, ObjectStore } from '../ports.ts';
import { valuesOf } from '../recipe/canonical.ts';
import { type Derivative, derivativeKey } from '../recipe/storage-key.ts';
import { sourceKey } from '../url/path.ts';

/** The header with the cache tags. Stored objects carry it as metadata. */
export const cacheTagHeader = 'x-amz-meta-cache-tag';

/** The headers of a derivative. The stored object and the first answer have the same ones. */
export type DerivativeHeaders = {
  readonly contentType: string;
  readonly cacheControl: string;
  readonly contentDisposition: string;
  readonly metadata: Readonly<Record<string, string>>;
};

/**
 * The cache tag of a source. It is a hash, because keys can be longer than tags and use other
 * characters.
 */
export function sourceTag(crypto: Crypto, source: Pick<Derivative, 'tenant' | 'path'>): string {
  return `s-${crypto.sha256Hex(sourceKey(source)).slice(0, 32)}`;
}

/** The cache tag of everything that a tenant's URLs answer. */
export const tenantTag = (tenant: string): string => `t-${tenant}`;

/** The cache tags of a derivative, as the value of the header. */
export function cacheTags(crypto: Crypto, source: Pick<Derivative, 'tenant' | 'path'>): string {
  return `${sourceTag(crypto, source)},${tenantTag(source.tenant)}`;
}

/** With a revision in the URL, the image never changes and caches may keep it for a year. */
function cacheControl({ recipe }: Derivative, cache: Policy['cache']): string {
  return recipe.steps.some(({ name }) => rowOf(name).revision === true)
    ? 'public, max-age=31536000, immutable'
    : `public, max-age=${cache.maxAge}, s-maxage=${cache.sharedMaxAge}`;
}

/**
 * Whether browsers show or save the answer, and the file name for saving: the one of `download` or else
 * that of the source, with the ending of the answer. The ASCII form is for old clients (RFC 6266,
 * appendix D). Invariant: nothing in the path or the recipe can end the header or its quoted text.
 */
export function contentDisposition({ path, recipe }: Derivative, type: AnswerType): string {
  const saved = valuesOf(recipe, 'download');
  const source = (path.split('/').at(-1) ?? path).replace(/\.[^.]*$/, '') || 'image';
  const base = saved?.n ?? source;
  const plain = base.replace(/[^A-Za-z0-9 ._()-]/g, '_');
  const named = `${saved === undefined ? 'inline' : 'attachment'}; filename="${plain}.${type}"`;
  if (plain === base) return named;
  const encoded = encodeURIComponent(`${base}.${type}`).replace(
    /['()*]/g,
    (bare) => `%${bare.charCodeAt(0).toString(16).toUpperCase()}`,
  );
  return `${named}; filename*=UTF-8''${encoded}`;
}

/**
 * The headers of a derivative. The ETag of the source is stored as metadata, and so is `engine`, after the
 * version of the engine.
 */
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
      engine: `${engineVersion} ${made.engine}`,
    },
  };
}

/** The version of the engine that made a stored derivative. 0 for those from before it was recorded. */
export function engineOf(metadata: Readonly<Record<string, string>>): number {
  const [, digits] = /^([1-9][0-9]{0,5}) /.exec(metadata['engine'] ?? '') ?? [];
  return Number(digits ?? 0);
}

/**
 * Stores a derivative unless it exists. If another render has stored it already, that is a success too.
 * Throws `PortFailure` if it cannot be stored.
 */
export async function writeBack(
  derivatives: ObjectStore,
  derivative: Derivative,
  bytes: Uint8Array,
  headers: DerivativeHeaders,
): Promise<void> {
  await derivatives.put(derivativeKey(derivative).key, bytes, { ...headers, only: 'absent' });
}
