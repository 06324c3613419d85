import type { Policy } from '../../shared/policy/policy.ts';
import { sourcePlace } from '../../shared/policy/source-place.ts';
import { type ListedReader, PortFailure } from '../../shared/ports.ts';
import { sourceKey } from '../../shared/url/path.ts';
import type { Installation } from '../target/target.ts';

/** Lists the paths of a tenant's sources that begin with a prefix, or says why they cannot be listed. */
export type SourceListing =
  | {
      readonly list: (prefix: string) => AsyncIterable<string>;
      readonly describe: (path: string) => ReturnType<ListedReader['describe']>;
    }
  | { readonly unlisted: string };

async function* pathsIn(bucket: ListedReader, begin: string, prefix: string) {
  for await (const key of bucket.list(`${begin}${prefix}`)) yield key.slice(begin.length);
}

/** Reads one key, since only then it is known whether the credentials of the operator may list the bucket. */
async function refusalOf(bucket: ListedReader, begin: string): Promise<string | undefined> {
  try {
    for await (const _key of bucket.list(begin)) break;
    return undefined;
  } catch (thrown) {
    if (thrown instanceof PortFailure && thrown.answered) return thrown.message;
    throw thrown;
  }
}

/**
 * Finds how the sources of a tenant can be listed. A takedown must not depend on it, so a bucket that refuses is a
 * result and no failure.
 */
export async function openSourceListing(
  { sourceEntries, sourceReaders, sources }: Installation,
  { source, tenant }: Policy,
): Promise<SourceListing> {
  const place = sourcePlace((await sourceEntries?.()) ?? {}, tenant, source);
  if ('fault' in place) return { unlisted: `the policy ${place.fault}` };
  const { elsewhere, prefix: begin } = place;
  if (elsewhere?.entry.list === false)
    return { unlisted: `their bucket "${elsewhere.name}" has "list": false` };
  const bucket = elsewhere === undefined ? sources : (await sourceReaders()).open(elsewhere.entry);
  const refusal = await refusalOf(bucket, begin);
  if (refusal !== undefined) return { unlisted: refusal };
  return {
    list: (prefix) => pathsIn(bucket, begin, prefix),
    describe: (path) => bucket.describe(`${begin}${path}`),
  };
}

/** Lists the watermarks of a tenant, which are always in Signet's own bucket. */
export const listWatermarks = (
  { sources }: Installation,
  tenant: string,
  prefix: string,
): AsyncIterable<string> => pathsIn(sources, sourceKey({ tenant, path: '' }), prefix);
