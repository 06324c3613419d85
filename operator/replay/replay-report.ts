import type { RefusalCode } from '../../shared/refusal.ts';
import type { AccessLine, LoggedRequest } from '../logs/access-log.ts';
import type { Decide, UndecidedReason, Verdict, VerdictChange } from './decision.ts';
import {
  addDistinct,
  createDistinctCount,
  type DistinctCount,
  distinctCount,
} from './distinct-count.ts';

/** Upper limits of a tally, for logs of any length. */
export const tallyBounds = {
  /** Keys are counted exactly up to this number; each takes 8 bytes. */
  distinctKeys: 1_000_000,
  /** Recipes counted separately for each code; further ones are counted together. */
  recipesPerCode: 5_000,
} as const;

/** How many recipes of a code the report lists. */
const maxListed = 10;

type RecipeCounts = { readonly counts: Map<string, number>; beyond: number };

/**
 * The counts so far. Counting changes the tally, since copying it for every line would copy up to a
 * million hashes.
 */
export type Tally = {
  readonly changes: Record<VerdictChange, number>;
  readonly refused: Map<RefusalCode, RecipeCounts>;
  readonly undecided: Record<UndecidedReason, number>;
  readonly keysBefore: DistinctCount;
  readonly keysAfter: DistinctCount;
  reported: number;
  otherTenants: number;
  unreadable: number;
  tooLong: number;
};

/** A tally in which everything is 0. */
export function emptyTally(): Tally {
  return {
    changes: { stillAllowed: 0, newlyRefused: 0, newlyAllowed: 0, refusedBeforeAndAfter: 0 },
    refused: new Map(),
    undecided: { method: 0, malformed: 0, unsigned: 0, otherwise: 0, unasked: 0 },
    keysBefore: createDistinctCount(tallyBounds.distinctKeys),
    keysAfter: createDistinctCount(tallyBounds.distinctKeys),
    reported: 0,
    otherTenants: 0,
    unreadable: 0,
    tooLong: 0,
  };
}

function countRefused({ refused }: Tally, code: RefusalCode, recipe: string): void {
  const recipes = refused.get(code) ?? { counts: new Map<string, number>(), beyond: 0 };
  refused.set(code, recipes);
  const before = recipes.counts.get(recipe);
  if (before === undefined && recipes.counts.size >= tallyBounds.recipesPerCode)
    recipes.beyond += 1;
  else recipes.counts.set(recipe, (before ?? 0) + 1);
}

/** Gets each request with what was decided about it. */
export type NoteVerdict = (request: LoggedRequest, verdict: Verdict) => void;

function countVerdict(tally: Tally, verdict: Verdict): void {
  if (verdict.kind === 'otherTenant') tally.otherTenants += 1;
  else if (verdict.kind === 'undecided') tally.undecided[verdict.why] += 1;
  else {
    const { change, code, reported, recipe, keysBefore, keysAfter } = verdict;
    tally.changes[change] += 1;
    if (reported) tally.reported += 1;
    if (code !== undefined) countRefused(tally, code, recipe);
    for (const key of keysBefore) addDistinct(tally.keysBefore, key);
    for (const key of keysAfter) addDistinct(tally.keysAfter, key);
  }
}

/** Counts a line, and decides its request under both policies. `note` gets what was decided. */
export function countLine(
  tally: Tally,
  line: AccessLine,
  decide: Decide,
  note?: NoteVerdict,
): void {
  if (line === 'unreadable') tally.unreadable += 1;
  else if (line !== 'remark' && 'request' in line) {
    const verdict = decide(line.request);
    countVerdict(tally, verdict);
    note?.(line.request, verdict);
  }
}

export type RefusedRecipes = {
  readonly code: RefusalCode;
  readonly requests: number;
  /** The most frequent recipes. */
  readonly recipes: readonly { readonly recipe: string; readonly requests: number }[];
  readonly distinctRecipes: { readonly count: number; readonly more: boolean };
};

type Count = { readonly count: number; readonly more: boolean };

export type ReplayReport = {
  readonly tenant: string;
  /** The decided requests of the tenant. */
  readonly requests: number;
  readonly stillAllowed: number;
  readonly newlyRefused: number;
  readonly newlyRefusedBy: readonly RefusedRecipes[];
  readonly newlyAllowed: number;
  readonly refusedBeforeAndAfter: number;
  /** Requests that the policy after allows only because it is in report mode. */
  readonly reported: number;
  readonly undecided: Readonly<Record<UndecidedReason, number>>;
  readonly otherTenants: number;
  readonly unreadable: number;
  readonly tooLong: number;
  /** Upper bounds, because `f_auto` counts once for each format it can become. */
  readonly keysAtMost: { readonly before: Count; readonly after: Count };
};

const sum = (numbers: Iterable<number>): number =>
  [...numbers].reduce((total, one) => total + one, 0);

function refusedRecipes(code: RefusalCode, { counts, beyond }: RecipeCounts): RefusedRecipes {
  const ranked = [...counts]
    .map(([recipe, requests]) => ({ recipe, requests }))
    .toSorted((a, b) => b.requests - a.requests || (a.recipe < b.recipe ? -1 : 1));
  return {
    code,
    requests: sum(counts.values()) + beyond,
    recipes: ranked.slice(0, maxListed),
    distinctRecipes: { count: counts.size, more: beyond > 0 },
  };
}

/** Converts a tally to a report, with the most frequent refusals first. */
export function replayReport(tally: Tally, tenant: string): ReplayReport {
  const { changes, refused, undecided, keysBefore, keysAfter, ...lines } = tally;
  const by = [...refused].map(([code, recipes]) => refusedRecipes(code, recipes));
  return {
    tenant,
    requests: sum(Object.values(changes)),
    ...changes,
    newlyRefusedBy: by.toSorted((a, b) => b.requests - a.requests || (a.code < b.code ? -1 : 1)),
    undecided: { ...undecided },
    ...lines,
    keysAtMost: { before: distinctCount(keysBefore), after: distinctCount(keysAfter) },
  };
}
