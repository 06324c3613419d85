import * as v from 'valibot';
import { type Assumptions, usualAssumptions } from '../../../operator/cost/estimate.ts';
import { costOfDraft, type PolicyFileCost } from '../../../operator/cost/file-cost.ts';
import { diffDraft } from '../../../operator/policies/diff.ts';
import { publishDraft } from '../../../operator/policies/publish.ts';
import { checkReason } from '../../../operator/policies/reason.ts';
import {
  compareDraft,
  type DraftBase,
  readDraftBase,
} from '../../../operator/policies/versions.ts';
import { replayDraft } from '../../../operator/replay/replay-draft.ts';
import { resultsOf } from '../../../operator/tenants/outcomes.ts';
import type { PolicyChange } from '../../../shared/policy/diff/policy-diff.ts';
import { declareCall, reasonName } from '../call.ts';

const tenant = v.string();
const draft = { tenant, text: v.string() };
const version = v.pipe(v.number(), v.integer(), v.minValue(0));
const count = v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(999_999_999_999));

/** In milliseconds: while somebody types, and when they wait for an exact count. */
const countMs = { typing: 1_500, waiting: 60_000 } as const;
const replayMs = 60_000;

/** Changes that one answer lists at most. */
const mostChanges = 1_000;

/** The first changes, and how many there are in all. */
export const boundChanges = (changes: readonly PolicyChange[]) => ({
  changes: changes.slice(0, mostChanges),
  total: changes.length,
});

/** The text in which a draft of a version begins. */
export const baseToJson = ({ document, kept, ...version }: DraftBase) => ({
  ...version,
  text: `${JSON.stringify(document, undefined, 2)}\n`,
  blocked: kept.blocked.length,
});

function costToJson({ cost, estimate, reportUntil }: PolicyFileCost, assumed: Assumptions) {
  const { sources, viewsPerMonth } = assumed;
  return {
    derivativesPerSource: String(cost.derivativesPerSource),
    exact: cost.exact,
    operations: cost.operations.map((one) => ({
      name: one.name,
      derivatives: String(one.derivatives),
    })),
    derivatives: String(estimate.derivatives),
    keptBytes: Number(estimate.keptBytes),
    usdPerMonth: estimate.usdPerMonth,
    assumed: { sources, viewsPerMonth },
    reportUntil: reportUntil ?? null,
  };
}

export const draftCalls = {
  /** What a draft begins with: the live version, or the named one. */
  draftBase: declareCall(
    v.object({ tenant, version: v.optional(version) }),
    async ({ open }, input) => baseToJson(await readDraftBase(open, input.tenant, input.version)),
  ),
  /** What publishing a draft would change now, and what to think of before. */
  reviewDraft: declareCall(v.object(draft), async ({ open }, input) => {
    const { changes, live, warnings, notes } = await diffDraft(open, input);
    return { ...boundChanges(changes), live, warnings, notes };
  }),
  /** What a draft allows and costs. A count while somebody types ends early and may be a lower bound. */
  costDraft: declareCall(
    v.object({
      ...draft,
      sources: v.optional(count, usualAssumptions.sources),
      viewsPerMonth: v.optional(count, usualAssumptions.viewsPerMonth),
      patience: v.optional(v.picklist(['typing', 'waiting']), 'typing'),
    }),
    async ({ signal }, { tenant, text, sources, viewsPerMonth, patience }) => {
      const assumed = { ...usualAssumptions, sources, viewsPerMonth };
      const limits = { milliseconds: countMs[patience], signal };
      return costToJson(await costOfDraft({ tenant, text }, assumed, limits), assumed);
    },
  ),
  /** What a draft would change for the requests in access logs. */
  replayDraft: declareCall(
    v.object({ ...draft, logs: v.optional(v.string(), '') }),
    async ({ open, target, signal }, { tenant, text, logs }) =>
      replayDraft(open, {
        ...{ draft: { tenant, text }, target, logs: logs === '' ? [] : [logs] },
        signal: AbortSignal.any([signal, AbortSignal.timeout(replayMs)]),
      }),
  ),
  /** Publishes a draft that was made from the version `expected`. */
  publishDraft: declareCall(
    v.object({ ...draft, expected: version, reason: v.string(), purge: v.boolean() }),
    async ({ open }, { tenant, text, expected, reason, purge }) => {
      checkReason(reason, reasonName);
      const choices = { expected, reason, purge };
      const { outcomes } = await publishDraft(open, { tenant, text }, choices);
      const [done] = resultsOf(outcomes);
      return { version: done?.version ?? 0, unchanged: done?.unchanged ?? false };
    },
  ),
  /** What somebody else published since the draft began, and what the draft changes. */
  draftConflict: declareCall(v.object({ ...draft, base: version }), async ({ open }, input) => {
    const { live, theirs, yours, onTop } = await compareDraft(open, input, input.base);
    return {
      live: baseToJson(live),
      theirs: boundChanges(theirs),
      yours: boundChanges(yours),
      onTop: boundChanges(onTop),
    };
  }),
};
