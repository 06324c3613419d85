import { findShownWatermark, sourceOf } from '../../shared/objects/purge.ts';
import type { Policy } from '../../shared/policy/policy.ts';
import { derivativePrefix } from '../../shared/recipe/storage-key.ts';
import { pathFault, separator, watermarkPath } from '../../shared/url/path.ts';
import { covers, isWatermarkScope, scopePrefix } from '../../shared/url/scope.ts';
import type { Installation } from '../target/target.ts';
import { requestFor } from './derivative-request.ts';
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

/** A tenant, and the scopes that its live policy blocks. */
type TenantBlocks = Pick<Policy, 'tenant' | 'blocked'>;

/** The coverage, and keys of stored derivatives that can be asked for, and that no other scope blocks. */
export type FoundCoverage = Coverage & { readonly keys: readonly string[] };

/** At most this many keys are looked at in each bucket: ten requests to S3. */
export const mostKeys = 10_000;
const mostNames = 5;

/** `first`: some keys. `open`: some that can be asked for, and that nothing else blocks. */
type Counted = BoundedCount & {
  readonly first: readonly string[];
  readonly open: readonly string[];
};

type KeyTest = (key: string) => boolean;

/** Counts the keys that match, among the first `mostKeys`. */
async function countKeys(
  keys: AsyncIterable<string>,
  matches: KeyTest,
  isOpen: KeyTest = () => true,
): Promise<Counted> {
  let looked = 0;
  let count = 0;
  const first: string[] = [];
  const open: string[] = [];
  for await (const key of keys) {
    if (looked === mostKeys) return { count, more: true, first, open };
    looked += 1;
    if (!matches(key)) continue;
    count += 1;
    if (first.length < mostNames) first.push(key);
    if (open.length < mostNames && isOpen(key)) open.push(key);
  }
  return { count, more: false, first, open };
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

/** Whether a derivative shows a watermark in the scope. */
export const showsMarkIn =
  (scope: string): KeyTest =>
  (key) => {
    const id = findShownWatermark(key);
    return id !== undefined && covers(scope, watermarkPath(id));
  };

/** Whether a URL can name the derivative, and no scope but this one blocks its source or a watermark. */
function isOpenBeside(scope: string, blocked: readonly string[]): KeyTest {
  const others = blocked.filter((one) => one !== scope);
  return (key) => {
    const path = sourceOf(key)?.path;
    const isBlocked = others.some(
      (one) => (path !== undefined && covers(one, path)) || showsMarkIn(one)(key),
    );
    return !isBlocked && requestFor(key) !== undefined;
  };
}

function countDerivatives(
  { derivatives }: Installation,
  { blocked, tenant }: TenantBlocks,
  scope: string,
): Promise<Counted> {
  const isOpen = isOpenBeside(scope, blocked);
  if (isWatermarkScope(scope))
    return countKeys(derivatives.list(`${tenant}/`), showsMarkIn(scope), isOpen);
  const prefix = scopePrefix(scope);
  return prefix === undefined
    ? countKeys(derivatives.list(derivativePrefix({ tenant, path: scope })), () => true, isOpen)
    : countKeys(derivatives.list(`${tenant}/${prefix}`), isDerivative, isOpen);
}

const bounded = ({ count, more }: Counted): BoundedCount => ({ count, more });

/** Counts the sources and the stored derivatives under a scope. */
export async function findCoverage(
  installation: Installation,
  blocks: TenantBlocks,
  listing: SourceListing,
  scope: string,
): Promise<FoundCoverage> {
  const [sources, derivatives] = await Promise.all([
    countSources(installation, blocks.tenant, listing, scope),
    countDerivatives(installation, blocks, scope),
  ]);
  const { first, open: keys } = derivatives;
  const made = first.flatMap((key) => sourceOf(key)?.path ?? []);
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
