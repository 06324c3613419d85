import { sourceKey, watermarkFolder } from '../../shared/url/path.ts';
import { isWatermarkScope } from '../../shared/url/scope.ts';
import { policyOf } from '../keys/signer.ts';
import { listWatermarks, openSourceListing } from '../scopes/source-listing.ts';
import type { Installation, OpenInstallation } from '../target/target.ts';
import { describeListed, type ListedSource } from './list-sources.ts';

/** A folder, with how many sources are in it and below it, as far as they were looked at. */
export type SourceFolder = { readonly name: string; readonly sources: number };

/** What is in a folder of a tenant. */
export type BrowsedFolder = {
  readonly folders: readonly SourceFolder[];
  /** The paths of the sources directly in it. */
  readonly paths: readonly string[];
  /** Whether only the first sources were looked at. */
  readonly more: boolean;
  /** Why the sources cannot be listed. */
  readonly unlisted?: string;
  /** The bucket of the sources, if it is not Signet's own. Signet only reads it. */
  readonly from?: string;
};

/** How many sources are looked at: 20 requests to S3. */
const mostLooked = 20_000;
/** Characters of the paths that are returned. */
const mostCharacters = 700_000;

type Listing = {
  readonly list: (prefix: string) => AsyncIterable<string>;
  readonly unlisted?: string;
};

async function openListing(
  installation: Installation,
  policy: Parameters<typeof openSourceListing>[1],
  folder: string,
): Promise<Listing> {
  const listMarks = (prefix: string) => listWatermarks(installation, policy.tenant, prefix);
  if (isWatermarkScope(folder)) return { list: listMarks };
  const listing = await openSourceListing(installation, policy);
  return 'unlisted' in listing ? { list: listMarks, unlisted: listing.unlisted } : listing;
}

type BrowseRequest = {
  readonly tenant: string;
  readonly folder: string;
  readonly search: string;
};

type Found = { readonly folders: Map<string, number>; readonly paths: string[] };

/** Sorts what is below a folder into its folders and the sources in it. A search finds sources in all of them. */
function sortPath({ folder, search }: BrowseRequest, found: Found, path: string): number {
  if (!path.toLowerCase().includes(search.toLowerCase())) return 0;
  const slash = search === '' ? path.indexOf('/', folder.length) : -1;
  if (slash >= 0) {
    const name = path.slice(0, slash + 1);
    found.folders.set(name, (found.folders.get(name) ?? 0) + 1);
    return 0;
  }
  // Consoles of S3 store a folder as an empty object.
  if (path.endsWith('/')) return 0;
  found.paths.push(path);
  return path.length;
}

/** Returns whether there is more. */
async function sortPaths(
  paths: AsyncIterable<string>,
  request: BrowseRequest,
  found: Found,
): Promise<boolean> {
  let looked = 0;
  let characters = 0;
  for await (const path of paths) {
    if (looked === mostLooked || characters > mostCharacters) return true;
    looked += 1;
    characters += sortPath(request, found, path);
  }
  return false;
}

/**
 * Lists a folder of a tenant: empty, or a path with a slash at its end. With `search`, all sources below it whose path
 * has that text, without folders. Throws `usage` or `not_found`.
 */
export async function browseSources(
  open: OpenInstallation,
  request: BrowseRequest,
): Promise<BrowsedFolder> {
  const { folder, tenant } = request;
  const installation = await open();
  const policy = await policyOf(installation, tenant);
  const { from } = policy.source;
  const { list, unlisted } = await openListing(installation, policy, folder);
  const found: Found = { folders: new Map(), paths: [] };
  const more = unlisted === undefined && (await sortPaths(list(folder), request, found));
  const marks = `${watermarkFolder}/`;
  // Watermarks are in Signet's own bucket, wherever the sources are.
  if (folder === '' && (from !== undefined || unlisted !== undefined))
    await sortPaths(listWatermarks(installation, tenant, marks), request, found);
  return {
    folders: [...found.folders].map(([name, sources]) => ({ name, sources })),
    ...{ paths: found.paths, more },
    ...(unlisted === undefined ? {} : { unlisted }),
    ...(from === undefined ? {} : { from }),
  };
}

/** What is stored of one source or watermark. Undefined if there is none. Throws as `browseSources` does. */
export async function describeStoredSource(
  open: OpenInstallation,
  tenant: string,
  path: string,
): Promise<ListedSource | undefined> {
  const installation = await open();
  const listing = await openSourceListing(installation, await policyOf(installation, tenant));
  const isOwn = isWatermarkScope(path) || 'unlisted' in listing;
  const found = await (isOwn
    ? installation.sources.describe(sourceKey({ tenant, path }))
    : listing.describe(path));
  return found === 'missing' ? undefined : describeListed(path, found);
}
