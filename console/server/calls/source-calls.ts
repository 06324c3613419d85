import * as v from 'valibot';
import { policyOf } from '../../../operator/keys/signer.ts';
import { openSourceListing } from '../../../operator/scopes/source-listing.ts';
import { setFocus } from '../../../operator/sources/focus.ts';
import { declareCall } from '../call.ts';

/** How many names one answer has at most, and how many are looked through for a search. */
const pageSize = 500;
const mostSearched = 10_000;

async function findPaths(
  list: AsyncIterable<string>,
  search: string,
): Promise<{ readonly paths: readonly string[]; readonly more: boolean }> {
  const wanted = search.toLowerCase();
  const paths: string[] = [];
  let seen = 0;
  for await (const path of list) {
    if (paths.length === pageSize || seen === mostSearched) return { paths, more: true };
    seen += 1;
    if (path.toLowerCase().includes(wanted)) paths.push(path);
  }
  return { paths, more: false };
}

export const sourceCalls = {
  /** Paths of the tenant's sources. `unlisted` says why they cannot be listed. */
  sources: declareCall(
    v.object({
      tenant: v.string(),
      prefix: v.optional(v.string(), ''),
      search: v.optional(v.string(), ''),
    }),
    async ({ open }, { tenant, prefix, search }) => {
      const installation = await open();
      const listing = await openSourceListing(installation, await policyOf(installation, tenant));
      if ('unlisted' in listing) return { paths: [], more: false, unlisted: listing.unlisted };
      return findPaths(listing.list(prefix), search);
    },
  ),
  /** Stores the focal point of a source, as `signet put --focus` does. */
  setFocus: declareCall(
    v.object({ tenant: v.string(), path: v.string(), focus: v.string() }),
    async ({ open }, input) => setFocus(open, input),
  ),
};
