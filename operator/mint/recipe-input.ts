import { negotiable } from '../../shared/operations/accept.ts';
import { decideNamingNearest } from '../../shared/policy/nearest.ts';
import { expandPreset, type Policy } from '../../shared/policy/policy.ts';
import { formatIn } from '../../shared/recipe/canonical.ts';
import { queryNotes } from '../../shared/recipe/query-notes.ts';
import { type QueryRecipe, readQuerySpelling } from '../../shared/recipe/spellings.ts';
import { Refusal } from '../../shared/refusal.ts';
import { type MintRequest, requestedRecipe } from '../../shared/request/mint.ts';
import { nameEveryFormat } from '../../shared/request/stages.ts';
import { usageFailure } from '../failure.ts';

/** A recipe as it was written: operations, or a query in the spelling of another service. */
export type WrittenOperations = Pick<MintRequest, 'operations' | 'query'>;

/** A derivative that can answer a request. */
export type SettledKey = {
  readonly key: string;
  /** The Accept header that selects it; undefined if the header does not matter. */
  readonly accept: string | undefined;
};

/**
 * Reads operations, or one recipe in the query spelling of another service. Throws `usage` if both
 * are given, and `malformed`.
 */
export function readOperations(written: readonly string[]): WrittenOperations {
  const bare = written.find((one) => /^(?:image|style)\//.test(one));
  if (bare !== undefined)
    throw usageFailure(`write 'x-oss-process=${bare}', or 'x-bce-process=${bare}'`);
  const [query] = written.flatMap((one) => readQuerySpelling(one) ?? []);
  if (query === undefined) return { operations: written };
  if (written.length > 1)
    throw usageFailure(`${query.name} cannot be combined with operations; leave them out`);
  return { operations: [], query };
}

/**
 * Says where the answer to a recipe of OSS or BOS differs from what its owner documents. A recipe that
 * is refused has no notes.
 */
export function notesOf(query: QueryRecipe | undefined): readonly string[] {
  if (query === undefined) return [];
  try {
    return queryNotes(query);
  } catch (thrown) {
    if (thrown instanceof Refusal) return [];
    throw thrown;
  }
}

/**
 * Lists the derivatives that can answer a request. For the format `auto` that is one for each format
 * of the policy and one in the format of the source. Throws what the edge would refuse. `now` is in
 * seconds.
 */
export function settledKeys(
  policy: Policy,
  request: MintRequest,
  now: number,
): readonly SettledKey[] {
  const { tenant, path } = request;
  const parsed = { tenant, path, steps: expandPreset(policy, requestedRecipe(request)) };
  const auto = formatIn(parsed.steps) === 'auto';
  const named = decideNamingNearest(policy, () => nameEveryFormat(parsed, policy, now));
  return named.map(({ key, format }) => ({
    key,
    accept: auto ? acceptFor(format) : undefined,
  }));
}

/** A wildcard selects no format of the policy, so it stands for the format of the source. */
function acceptFor(format: string): string {
  const named: Readonly<Record<string, string>> = negotiable;
  return named[format] ?? '*/*';
}
