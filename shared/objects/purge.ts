import type { Crypto, Invalidate, ObjectStore } from '../ports.ts';
import { derivativePrefix } from '../recipe/storage-key.ts';
import { type SourcePath, sourceKey, splitPath } from '../url/path.ts';
import { sourceTag } from './derivatives.ts';

/** A render that began before the source changed may store what it read for this long. */
export const secondPurgeSeconds = 60;

export type PurgeStores = {
  readonly crypto: Crypto;
  readonly derivatives: ObjectStore;
  readonly invalidate: Invalidate;
};

export type SourceName = Pick<SourcePath, 'tenant' | 'path'>;

/** Deletes keys page by page, so that a prefix of any size takes the same memory. */
const batch = 1_000;

async function removeBelow(derivatives: ObjectStore, prefix: string): Promise<number> {
  let removed = 0;
  let keys: string[] = [];
  const flush = async (): Promise<void> => {
    if (keys.length > 0) await derivatives.remove(keys);
    removed += keys.length;
    keys = [];
  };
  for await (const key of derivatives.list(prefix)) {
    keys.push(key);
    if (keys.length === batch) await flush();
  }
  await flush();
  return removed;
}

/**
 * Forgets everything that was made from sources, in the bucket first and then in every cache, so
 * that no cache can fill itself again from the bucket. Doing it twice does no harm. The answer is
 * the number of derivatives that were deleted.
 */
export async function purgeSources(
  stores: PurgeStores,
  sources: readonly SourceName[],
): Promise<number> {
  let removed = 0;
  for (const source of sources)
    removed += await removeBelow(stores.derivatives, derivativePrefix(source));
  const tags = sources.map((source) => sourceTag(stores.crypto, source));
  if (tags.length > 0) await stores.invalidate(tags);
  return removed;
}

/** The same for one. */
export const purgeSource = (stores: PurgeStores, source: SourceName): Promise<number> =>
  purgeSources(stores, [source]);

/** The source that a derivative was made from; nothing for a key that this service never wrote. */
function sourceOf(key: string): SourceName | undefined {
  try {
    const { tenant, path } = splitPath(`/${key}`);
    return { tenant, path };
  } catch {
    return undefined;
  }
}

export type Purged = { readonly derivatives: number; readonly sources: readonly SourceName[] };

/** The same for every source below a prefix of a tenant; an empty prefix is all of them. */
export async function purgeBelow(
  stores: PurgeStores,
  tenant: string,
  prefix: string,
): Promise<Purged> {
  const found = new Map<string, SourceName>();
  for await (const key of stores.derivatives.list(`${tenant}/${prefix}`)) {
    const source = sourceOf(key);
    if (source !== undefined) found.set(sourceKey(source), source);
  }
  const sources = [...found.values()];
  return { derivatives: await purgeSources(stores, sources), sources };
}

const requests = 'purges/';

/** Asks whoever listens to the config bucket to purge a source, and again when renders are through. */
export async function requestSecondPurge(
  config: ObjectStore,
  sources: readonly SourceName[],
): Promise<void> {
  for (const source of sources) {
    const key = `${requests}${sourceKey(source)}`;
    await config.put(key, new Uint8Array(), { contentType: 'application/octet-stream' });
    // Its event has been sent; what is asked lives in the queue from here on.
    await config.remove([key]);
  }
}

/** The source key that an object of the config bucket asks to purge, if it asks for one. */
export function purgeRequestKey(key: string): string | undefined {
  return key.startsWith(requests) ? key.slice(requests.length) : undefined;
}

/** The source that a key of the sources bucket is; nothing for a key that can never be served. */
export function parseSourceKey(key: string): SourceName | undefined {
  const named = sourceOf(key);
  return named !== undefined && sourceKey(named) === key ? named : undefined;
}
