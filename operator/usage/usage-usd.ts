import { monthDays, usualAssumptions } from '../cost/estimate.ts';
import { prices } from '../cost/prices.ts';
import {
  deliveryUsd,
  lambdaUsd,
  logLinesUsd,
  rendersUsd,
  requestsUsd,
  storageUsd,
} from '../cost/unit-usd.ts';
import type { LogKind } from '../logs/file-counter.ts';
import type { UsageCounts } from './usage-tally.ts';

/** Estimated US dollars. A part is null if it is not known, because its log was not read. */
export type UsageUsd = {
  readonly requests: number | null;
  readonly delivery: number | null;
  /** The calls of viewer-request and their time. */
  readonly invocations: number | null;
  readonly logs: number | null;
  readonly renders: number | null;
  readonly invalidations: number | null;
  readonly storage: number | null;
  /** The sum of what is known. */
  readonly total: number;
};

/** What is stored, and for how many days. Undefined if it was not listed. */
export type StoredDays = { readonly bytes: number; readonly days: number } | undefined;

const assumed = usualAssumptions;

function viewsUsd({ bytes, views }: UsageCounts) {
  return {
    requests: requestsUsd(views),
    delivery: deliveryUsd(bytes),
    invocations: lambdaUsd(views, views * assumed.viewerSeconds, assumed.viewerGigabytes),
  };
}

function functionsUsd({ invalidations, renderMilliseconds, renders }: UsageCounts) {
  return {
    renders: rendersUsd(renders, renderMilliseconds / 1_000, assumed.renderGigabytes),
    invalidations: invalidations * prices.cloudFrontUsdPerInvalidation,
  };
}

const unknownViews = { requests: null, delivery: null, invocations: null } as const;
const unknownRenders = { renders: null, invalidations: null } as const;

/**
 * The estimated cost of what was used, with the prices of AWS. Discounts, free tiers and what all tenants share are left
 * out.
 */
export function usageUsd(
  counts: UsageCounts,
  kinds: ReadonlySet<LogKind>,
  stored: StoredDays,
): UsageUsd {
  const hasViews = kinds.has('access');
  const lines = counts.views / assumed.logOneIn + counts.renders;
  const parts = {
    ...(hasViews ? viewsUsd(counts) : unknownViews),
    logs: hasViews ? logLinesUsd(lines, assumed.logLineBytes) : null,
    ...(kinds.has('service') ? functionsUsd(counts) : unknownRenders),
    storage: stored === undefined ? null : (storageUsd(stored.bytes) * stored.days) / monthDays,
  };
  const total = Object.values(parts).reduce<number>((sum, one) => sum + (one ?? 0), 0);
  return { ...parts, total };
}
