import { sourceOf } from '../../shared/objects/purge.ts';
import type { Policy } from '../../shared/policy/policy.ts';
import { isWatermarkScope } from '../../shared/url/scope.ts';
import { usageFailure } from '../failure.ts';
import type { Installation } from '../target/target.ts';
import {
  type Coverage,
  type FoundCoverage,
  findCoverage,
  hasNoDerivative,
  isNothing,
  isSomething,
  mostKeys,
} from './coverage.ts';
import { emptyScopeDoubts, type ScopeDoubt } from './scope-doubts.ts';
import { listWatermarks, openSourceListing, type SourceListing } from './source-listing.ts';
import { correctSpellings, findOtherCase } from './spellings.ts';

/** What a scope covers, and what an operator has to know about it. */
export type CheckedScope = {
  readonly coverage: FoundCoverage;
  /** Empty if something is stored under the scope. */
  readonly doubts: readonly ScopeDoubt[];
  /** Why the sources were not counted; undefined if they were. */
  readonly unlisted: string | undefined;
  /** A spelling under which derivatives are stored. Only where the sources cannot be listed. */
  readonly meant: string | undefined;
};

/** The part of a report that says what a scope covers. */
export type ScopeReport = {
  readonly covers: Coverage;
  readonly doubts: readonly ScopeDoubt['kind'][];
  readonly unlisted: string | null;
  readonly meant: string | null;
};

type Search = {
  readonly installation: Installation;
  readonly policy: Policy;
  readonly tenant: string;
  readonly listing: SourceListing;
  readonly scope: string;
};

type Spelling = { readonly scope: string; readonly covers: Coverage };

/** The paths among which a name in another case is looked for: stored sources, then sources of derivatives. */
async function* pathsBelow({ installation, listing, scope, tenant }: Search, folder: string) {
  if (isWatermarkScope(scope)) yield* listWatermarks(installation, tenant, '_watermarks/');
  else if ('list' in listing) yield* listing.list(folder);
  for await (const key of installation.derivatives.list(`${tenant}/${folder}`)) {
    const source = sourceOf(key);
    if (source !== undefined) yield source.path;
  }
}

/** Looks in the folder as it is written, then among all names of the tenant. Each time at a bounded number. */
async function findCaseSpelling(
  search: Search,
  scopes: readonly string[],
): Promise<string | undefined> {
  const folder = search.scope.replace(/\/\*$/, '').replace(/[^/]*$/, '');
  for (const below of new Set([folder, ''])) {
    let looked = 0;
    for await (const path of pathsBelow(search, below)) {
      const other = findOtherCase(scopes, path);
      if (other !== undefined) return other;
      looked += 1;
      if (looked === 2 * mostKeys) break;
    }
  }
  return undefined;
}

/** Finds a corrected spelling of the scope that covers something. */
async function findSpelling(search: Search): Promise<Spelling | undefined> {
  const { installation, listing, policy, scope, tenant } = search;
  const spellings = correctSpellings(tenant, scope);
  const look = async (other: string): Promise<Spelling | undefined> => {
    const covers = await findCoverage(installation, policy, listing, other);
    return isSomething(covers) ? { scope: other, covers } : undefined;
  };
  for (const spelling of spellings) {
    const found = await look(spelling);
    if (found !== undefined) return found;
  }
  const other = await findCaseSpelling(search, [scope, ...spellings]);
  return other === undefined ? undefined : look(other);
}

const describeCount = (count: number, more: boolean, noun: string): string =>
  `${more ? 'at least ' : ''}${count} ${noun}${count === 1 ? '' : 's'}`;

function describeSpelling({ covers, scope }: Spelling): string {
  const { derivatives, sources } = covers;
  const counts = [
    ...(sources === null ? [] : [describeCount(sources.count, sources.more, 'source')]),
    describeCount(derivatives.count, derivatives.more, 'derivative'),
  ];
  return `"${scope}" covers ${counts.join(' and ')}`;
}

/**
 * Finds what a scope covers before it is blocked or purged. Throws `usage` if it covers nothing, and a corrected
 * spelling of it covers something.
 */
export async function checkScope(
  installation: Installation,
  policy: Policy,
  scope: string,
): Promise<CheckedScope> {
  const { tenant } = policy;
  const listing = await openSourceListing(installation, policy);
  const coverage = await findCoverage(installation, policy, listing, scope);
  const search = { installation, policy, tenant, listing, scope };
  const isUnseen = hasNoDerivative(coverage) && !isSomething(coverage);
  const spelling = isUnseen ? await findSpelling(search) : undefined;
  if (isNothing(coverage) && spelling !== undefined)
    throw usageFailure(
      `"${scope}" covers nothing of ${tenant}, and ${describeSpelling(spelling)}; write that; nothing was changed`,
    );
  return {
    coverage,
    doubts: isNothing(coverage) ? emptyScopeDoubts(tenant, scope) : [],
    unlisted: coverage.sources === null && 'unlisted' in listing ? listing.unlisted : undefined,
    meant: spelling?.scope,
  };
}

/** What a report shows of a checked scope. */
export function scopeReport({ coverage, doubts, meant, unlisted }: CheckedScope): ScopeReport {
  const { keys: _keys, ...covers } = coverage;
  const kinds = doubts.map(({ kind }) => kind);
  return { covers, doubts: kinds, unlisted: unlisted ?? null, meant: meant ?? null };
}
