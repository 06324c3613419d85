import { findShownWatermark, sourceOf } from '../../shared/objects/purge.ts';
import { derivativePrefix } from '../../shared/recipe/storage-key.ts';
import { pathFault, separator, watermarkPath } from '../../shared/url/path.ts';
import { covers, isWatermarkScope, scopePrefix } from '../../shared/url/scope.ts';
import type { Installation } from '../target/target.ts';
import { listWatermarks, type SourceListing } from './source-listing.ts';

/** A count that stops at a limit. `more` means that the count was stopped, so it is a lower bound. */
export type BoundedCount = { readonly count: number; readonly more: boolean };

/** What is stored under a scope. */
export type Coverage = {
  /** Null if the sources cannot be listed. */
  readonly sources: BoundedCount | null;
  readonly derivatives: BoundedCount;
  /** The paths of some sources. */
  readonly names: readonly string[];
};

/** The coverage, and keys of stored derivatives, which can be asked for. */
export type FoundCoverage = Coverage & { readonly keys: readonly string[] };

/** At most this many keys are looked at in each bucket: ten requests to S3. */
export const mostKeys = 10_000;
const mostNames = 5;

type Counted = BoundedCount & { readonly first: readonly string[] };

/** Counts the keys that match, among the first `mostKeys`. */
async function countKeys(
  keys: AsyncIterable<string>,
  matches: (key: string) => boolean,
): Promise<Counted> {
  let looked = 0;
  let count = 0;
  const first: string[] = [];
  for await (const key of keys) {
    if (looked === mostKeys) return { count, more: true, first };
    looked += 1;
    if (!matches(key)) continue;
    count += 1;
    if (first.length < mostNames) first.push(key);
  }
  return { count, more: false, first };
}

/** A key that is the whole path comes first in a listing of the path. */
async function* firstOf(keys: AsyncIterable<string>): AsyncGenerator<string> {
  for await (const key of keys) {
    yield key;
    return;
  }
}

async function countSources(
  installation: Installation,
  tenant: string,
  listing: SourceListing,
  scope: string,
): Promise<Counted | undefined> {
  const prefix = scopePrefix(scope);
  const isMark = isWatermarkScope(scope);
  if (!isMark && 'unlisted' in listing) return undefined;
  const list = (from: string): AsyncIterable<string> =>
    isMark || 'unlisted' in listing
      ? listWatermarks(installation, tenant, from)
      : listing.list(from);
  // Consoles of S3 store folders as empty objects, whose names are not paths.
  const isSource = (path: string): boolean => isMark || pathFault(path) === undefined;
  return prefix === undefined
    ? countKeys(firstOf(list(scope)), (path) => path === scope)
    : countKeys(list(prefix), isSource);
}

/** Signet writes no other keys, but others may. */
const isDerivative = (key: string): boolean =>
  key.includes(separator) && sourceOf(key) !== undefined;

function countDerivatives(
  { derivatives }: Installation,
  tenant: string,
  scope: string,
): Promise<Counted> {
  if (isWatermarkScope(scope))
    return countKeys(derivatives.list(`${tenant}/`), (key) => {
      const id = findShownWatermark(key);
      return id !== undefined && covers(scope, watermarkPath(id));
    });
  const prefix = scopePrefix(scope);
  return prefix === undefined
    ? countKeys(derivatives.list(derivativePrefix({ tenant, path: scope })), () => true)
    : countKeys(derivatives.list(`${tenant}/${prefix}`), isDerivative);
}

const bounded = ({ count, more }: Counted): BoundedCount => ({ count, more });

/** Counts the sources and the stored derivatives under a scope. */
export async function findCoverage(
  installation: Installation,
  tenant: string,
  listing: SourceListing,
  scope: string,
): Promise<FoundCoverage> {
  const [sources, derivatives] = await Promise.all([
    countSources(installation, tenant, listing, scope),
    countDerivatives(installation, tenant, scope),
  ]);
  const keys = derivatives.first;
  const made = keys.flatMap((key) => sourceOf(key)?.path ?? []);
  const names = [...new Set([...(sources?.first ?? []), ...made])].slice(0, mostNames);
  const known = sources === undefined ? null : bounded(sources);
  return { sources: known, derivatives: bounded(derivatives), names, keys };
}

const isNone = ({ count, more }: BoundedCount): boolean => count === 0 && !more;

/** Whether no derivative is stored under the scope. */
export const hasNoDerivative = ({ derivatives }: Coverage): boolean => isNone(derivatives);

/** Whether it is certain that nothing is stored under the scope. */
export const isNothing = (found: Coverage): boolean =>
  hasNoDerivative(found) && found.sources !== null && isNone(found.sources);

/** Whether something is known to be stored under the scope. */
export const isSomething = ({ derivatives, sources }: Coverage): boolean =>
  derivatives.count > 0 || (sources?.count ?? 0) > 0;
