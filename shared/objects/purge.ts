import type { Crypto, Invalidate, ObjectStore } from '../ports.ts';
import { findWatermark } from '../recipe/canonical.ts';
import { derivativePrefix, parseKey } from '../recipe/storage-key.ts';
import { encodePath, type SourcePath, sourceKey, splitPath } from '../url/path.ts';
import { purgeRequests } from '../versions/source-move.ts';
import { sourceTag, tenantTag } from './derivatives.ts';

/** A render that read the old source may still store its result for this long. */
export const secondPurgeSeconds = 60;

export type PurgeStores = {
  readonly crypto: Crypto;
  readonly derivatives: ObjectStore;
  readonly invalidate: Invalidate;
};

export type SourceName = Pick<SourcePath, 'tenant' | 'path'>;

/** Keys are deleted in batches, so that the memory does not depend on the size of a prefix. */
const batch = 1_000;

async function removeBelow(
  derivatives: ObjectStore,
  prefix: string,
  most = Number.POSITIVE_INFINITY,
): Promise<{ readonly removed: number; readonly isDone: boolean }> {
  let removed = 0;
  let keys: string[] = [];
  const flush = async (): Promise<void> => {
    if (keys.length > 0) await derivatives.remove(keys);
    removed += keys.length;
    keys = [];
  };
  for await (const key of derivatives.list(prefix)) {
    if (removed >= most) return { removed, isDone: false };
    keys.push(key);
    if (keys.length === batch) await flush();
  }
  await flush();
  return { removed, isDone: true };
}

/**
 * Deletes every derivative of the sources, first in the bucket and then in all caches, so that no cache
 * can load an old one from the bucket again. It is idempotent. Returns the number of deleted
 * derivatives.
 */
export async function purgeSources(
  stores: PurgeStores,
  sources: readonly SourceName[],
): Promise<number> {
  let removed = 0;
  for (const source of sources)
    removed += (await removeBelow(stores.derivatives, derivativePrefix(source))).removed;
  const tags = sources.map((source) => sourceTag(stores.crypto, source));
  if (tags.length > 0) await stores.invalidate(tags);
  return removed;
}

/** Deletes every derivative of one source, like `purgeSources`. */
export const purgeSource = (stores: PurgeStores, source: SourceName): Promise<number> =>
  purgeSources(stores, [source]);

/** The source of a derivative's key; undefined for a key that Signet never writes. */
export function sourceOf(key: string): SourceName | undefined {
  try {
    const { tenant, path } = splitPath(`/${key}`);
    return { tenant, path };
  } catch {
    return undefined;
  }
}

/** The id of the watermark that a derivative shows. */
export function findShownWatermark(key: string): string | undefined {
  try {
    return findWatermark(parseKey(`/${encodePath(key)}`).recipe);
  } catch {
    return undefined;
  }
}

/** The number of deleted derivatives and the sources that they were made from. */
export type Purged = { readonly derivatives: number; readonly sources: readonly SourceName[] };

/** The source of which an object is stored as a derivative; undefined for an object that is none. */
function derivedFrom(key: string): SourceName | undefined {
  const named = sourceOf(key);
  return named !== undefined && key.startsWith(derivativePrefix(named)) ? named : undefined;
}

/** The source whose purge by an operator deletes an object; undefined if none does. */
export function purgingSource(key: string): SourceName | undefined {
  const named = sourceOf(key);
  return named !== undefined && key === sourceKey(named) ? named : derivedFrom(key);
}

/**
 * Purges every source of a tenant below a prefix, and what is stored there besides. An empty prefix means all sources.
 * With `concerns`, only sources of which such a derivative is stored.
 */
export async function purgeBelow(
  stores: PurgeStores,
  tenant: string,
  prefix: string,
  concerns?: (key: string) => boolean,
): Promise<Purged> {
  const found = new Map<string, SourceName>();
  let strays: string[] = [];
  let removed = 0;
  const removeStrays = async (): Promise<void> => {
    if (strays.length > 0) await stores.derivatives.remove(strays);
    removed += strays.length;
    strays = [];
  };
  for await (const key of stores.derivatives.list(`${tenant}/${prefix}`)) {
    const source = derivedFrom(key);
    if (source !== undefined && concerns?.(key) !== false) found.set(sourceKey(source), source);
    else if (concerns === undefined) strays.push(key);
    if (strays.length === batch) await removeStrays();
  }
  await removeStrays();
  const sources = [...found.values()];
  return { derivatives: removed + (await purgeSources(stores, sources)), sources };
}

/** Purges every source of a tenant of which a stored derivative shows a watermark. */
export const purgeWatermark = (stores: PurgeStores, tenant: string, id: string): Promise<Purged> =>
  purgeBelow(stores, tenant, '', (key) => findShownWatermark(key) === id);

/**
 * Requests another purge of the sources by an event of the config bucket, once running renders are
 * over.
 */
export async function requestSecondPurge(
  config: ObjectStore,
  sources: readonly SourceName[],
): Promise<void> {
  for (const source of sources) {
    const key = `${purgeRequests}${sourceKey(source)}`;
    await config.put(key, new Uint8Array(), { contentType: 'application/octet-stream' });
    // The write has sent the event, and the queue keeps the request. The object is no longer needed.
    await config.remove([key]);
  }
}

/** The source key that a purge request in the config bucket names; undefined for other objects. */
export function purgeRequestKey(key: string): string | undefined {
  return key.startsWith(purgeRequests) ? key.slice(purgeRequests.length) : undefined;
}

/** The seconds after a publish at which all derivatives of a tenant are deleted. */
export const tenantPurgeSeconds: readonly number[] = [60, 120];

/**
 * Deletes every derivative of a tenant, but no more than `most` of them. Once none is left, it invalidates all caches
 * of the tenant. Returns how many were deleted, and whether that were all.
 */
export async function purgeTenant(
  { derivatives, invalidate }: Omit<PurgeStores, 'crypto'>,
  tenant: string,
  most: number,
): Promise<{ readonly removed: number; readonly isDone: boolean }> {
  const { removed, isDone } = await removeBelow(derivatives, `${tenant}/`, most);
  if (isDone) await invalidate([tenantTag(tenant)]);
  return { removed, isDone };
}

/** Reads the source key of a purge request; undefined for a key that can never be served. */
export function parseSourceKey(key: string): SourceName | undefined {
  const named = sourceOf(key);
  return named !== undefined && sourceKey(named) === key ? named : undefined;
}
