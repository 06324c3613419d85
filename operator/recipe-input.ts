import { negotiable } from '../shared/operations/accept.ts';
import { expandPreset, type Policy } from '../shared/policy/policy.ts';
import { formatIn } from '../shared/recipe/canonical.ts';
import { readQuerySpelling } from '../shared/recipe/spellings.ts';
import { type MintRequest, requestedRecipe } from '../shared/request/mint.ts';
import { nameEveryFormat } from '../shared/request/stages.ts';
import { usageFailure } from './failure.ts';

/** A recipe as somebody wrote it: operations, or one in the spelling of another service. */
export type WrittenOperations = Pick<MintRequest, 'operations' | 'query'>;

/** A derivative that answers a request, and the Accept header that settles on it. */
export type SettledKey = {
  readonly key: string;
  /** Nothing where the answer depends on no header. */
  readonly accept: string | undefined;
};

/**
 * Operations as they are, or one recipe as it stood behind the question mark of another service.
 * Throws a usage failure where both are written, and `malformed`.
 */
export function readOperations(written: readonly string[]): WrittenOperations {
  const bare = written.find((one) => /^(?:image|style)\//.test(one));
  if (bare !== undefined)
    throw usageFailure(`write 'x-oss-process=${bare}', or 'x-bce-process=${bare}'`);
  const [query] = written.flatMap((one) => readQuerySpelling(one) ?? []);
  if (query === undefined) return { operations: written };
  if (written.length > 1)
    throw usageFailure(`${query.name} stands alone; leave the other operations out`);
  return { operations: [], query };
}

/**
 * The derivatives that a request can be answered with: with `auto`, one for each type that the
 * policy settles on and one for the source's own. Throws what the edge would refuse; `now` in
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
  return nameEveryFormat(parsed, policy, now).map(({ key, format }) => ({
    key,
    accept: auto ? acceptFor(format) : undefined,
  }));
}

/** A wildcard settles on nothing, so it is how the source's own type is asked for. */
function acceptFor(format: string): string {
  const named: Readonly<Record<string, string>> = negotiable;
  return named[format] ?? '*/*';
}
