import { watermarkIdIn } from '../../shared/operations/watermark-object.ts';
import type { ObjectDescription } from '../../shared/ports.ts';
import { pathFault, sourceKey, watermarkFolder } from '../../shared/url/path.ts';
import { isWatermarkScope } from '../../shared/url/scope.ts';
import { OperatorFailure, usageFailure } from '../failure.ts';
import { policyOf } from '../keys/signer.ts';
import { type ScopeDoubt, scopeDoubts } from '../scopes/scope-doubts.ts';
import { listWatermarks, openSourceListing, type SourceListing } from '../scopes/source-listing.ts';
import type { Installation, OpenInstallation } from '../target/target.ts';
import { mapInOrder } from '../workers.ts';

/** A stored source or watermark. */
export type ListedSource = {
  readonly path: string;
  readonly bytes: number;
  /** As it is stored. The functions read the type from the first bytes. */
  readonly contentType: string | null;
  /** ISO 8601, in UTC. */
  readonly modified: string;
  /** The focal point that is stored with it, in percent. */
  readonly focus: string | null;
  /** Why no URL can name it. */
  readonly fault: string | null;
};

export type SourceTotals = {
  readonly count: number;
  /** The sum of their sizes. */
  readonly bytes: number;
  /** What may be wrong with the prefix of an empty list. */
  readonly doubts: readonly ScopeDoubt[];
};

/** A listing does not say the type and the focal point, so each object is asked for. */
const simultaneousRequests = 16;

type OpenListing = Exclude<SourceListing, { readonly unlisted: string }>;

async function openListing(installation: Installation, tenant: string): Promise<OpenListing> {
  const listing = await openSourceListing(installation, await policyOf(installation, tenant));
  if ('unlisted' in listing)
    throw new OperatorFailure(
      'unavailable',
      `the sources of ${tenant} cannot be listed: ${listing.unlisted}`,
    );
  return listing;
}

/** The sources, and then the watermarks, which are in Signet's own bucket wherever the sources are. */
async function* pathsBelow(
  installation: Installation,
  tenant: string,
  { list }: Pick<OpenListing, 'list'>,
  prefix: string,
): AsyncGenerator<string> {
  if (!isWatermarkScope(prefix))
    for await (const path of list(prefix)) if (!isWatermarkScope(path)) yield path;
  const marks = `${watermarkFolder}/`;
  if (isWatermarkScope(prefix)) yield* listWatermarks(installation, tenant, prefix);
  else if (marks.startsWith(prefix)) yield* listWatermarks(installation, tenant, marks);
}

/** Describes an object of a listing. */
export function describeListed(path: string, found: ObjectDescription): ListedSource {
  const isServable = watermarkIdIn(path) !== undefined;
  return {
    path,
    bytes: found.bytes,
    contentType: found.contentType ?? null,
    modified: new Date(found.modified).toISOString(),
    focus: found.metadata['focus'] ?? null,
    fault: isServable ? null : (pathFault(path) ?? null),
  };
}

/** A folder may be written as in a scope: `albums/*`. Throws `usage` for a prefix that no path has. */
function readPrefix(written: string): string {
  if (written.startsWith('/')) throw usageFailure(`"${written}" begins with a slash; leave it out`);
  return written === '*' || written.endsWith('/*') ? written.slice(0, -1) : written;
}

/**
 * Lists the sources and watermarks of a tenant whose paths begin with a prefix, and gives each to `onSource`. The
 * memory does not depend on their number. Throws `unavailable` if the bucket cannot be listed, and says why.
 */
export async function listSources(
  open: OpenInstallation,
  { tenant, prefix: written }: { readonly tenant: string; readonly prefix: string },
  onSource: (source: ListedSource) => Promise<void>,
): Promise<SourceTotals> {
  const prefix = readPrefix(written);
  const installation = await open();
  const isMarks = isWatermarkScope(prefix);
  const { list, describe } = isMarks
    ? { list: () => listWatermarks(installation, tenant, prefix), describe: undefined }
    : await openListing(installation, tenant);
  if (isMarks) await policyOf(installation, tenant);
  const ask = async (path: string) => {
    const mark = () => installation.sources.describe(sourceKey({ tenant, path }));
    const found = await (describe === undefined || isWatermarkScope(path)
      ? mark()
      : describe(path));
    return found === 'missing' ? undefined : describeListed(path, found);
  };
  let count = 0;
  let bytes = 0;
  const paths = pathsBelow(installation, tenant, { list }, prefix);
  for await (const source of mapInOrder(paths, simultaneousRequests, ask)) {
    // It was deleted after it was listed.
    if (source === undefined) continue;
    count += 1;
    bytes += source.bytes;
    await onSource(source);
  }
  return { count, bytes, doubts: count > 0 ? [] : scopeDoubts(tenant, [prefix]) };
}
