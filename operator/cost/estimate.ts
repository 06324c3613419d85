import { prices } from './prices.ts';

/** What an estimate takes for granted. */
export type Assumptions = {
  readonly sources: number;
  readonly viewsPerMonth: number;
  /** Of an average derivative. */
  readonly derivativeBytes: number;
  /** How long a derivative is kept before it expires. */
  readonly keptDays: number;
  readonly renderSeconds: number;
  readonly renderGigabytes: number;
  readonly viewerSeconds: number;
  readonly viewerGigabytes: number;
};

/** Sizes and times of a shop's photographs; memory as the two functions have it at least. */
export const usualAssumptions: Assumptions = {
  sources: 1_000,
  viewsPerMonth: 100_000,
  derivativeBytes: 60_000,
  keptDays: 90,
  renderSeconds: 1,
  renderGigabytes: 2,
  viewerSeconds: 0.005,
  viewerGigabytes: 0.128,
};

export type CostEstimate = {
  /** Of all sources, if every one were made, and their bytes. */
  readonly derivatives: bigint;
  readonly bytes: bigint;
  /** As many as so many views can have made within the time they are kept, and their bytes. */
  readonly keptDerivatives: bigint;
  readonly keptBytes: bigint;
  readonly usdPerMonth: {
    readonly storage: number;
    readonly renders: number;
    readonly views: number;
    readonly total: number;
  };
};

const million = 1_000_000;
const gigabyte = 1_000_000_000;
const monthDays = 30;

function lambdaUsd(calls: number, seconds: number, gigabytes: number): number {
  const each = seconds * gigabytes * prices.lambdaEdgeUsdPerGigabyteSecond;
  return calls * (prices.lambdaEdgeUsdPerMillionCalls / million + each);
}

/** A render reads its source and writes its derivative. */
function rendersUsd(renders: number, { renderSeconds, renderGigabytes }: Assumptions): number {
  const stores = renders * ((prices.s3UsdPerMillionPuts + prices.s3UsdPerMillionGets) / million);
  return lambdaUsd(renders, renderSeconds, renderGigabytes) + stores;
}

/** Every view is decided upon; none is taken to come from a browser's own cache. */
function viewsUsd(assumed: Assumptions): number {
  const { viewsPerMonth, derivativeBytes, viewerSeconds, viewerGigabytes } = assumed;
  const out = ((viewsPerMonth * derivativeBytes) / gigabyte) * prices.cloudFrontUsdPerGigabyteOut;
  const requests = (viewsPerMonth / million) * prices.cloudFrontUsdPerMillionHttpsRequests;
  return out + requests + lambdaUsd(viewsPerMonth, viewerSeconds, viewerGigabytes);
}

/**
 * What so many derivatives of each source cost at most, in bytes stored and US dollars a month. A
 * view makes one derivative at most, and each is made once while it is kept.
 */
export function costEstimate(derivativesPerSource: bigint, assumed: Assumptions): CostEstimate {
  const { sources, viewsPerMonth, derivativeBytes, keptDays } = assumed;
  const derivatives = derivativesPerSource * BigInt(sources);
  const months = keptDays / monthDays;
  const viewed = BigInt(Math.floor(viewsPerMonth * months));
  const keptDerivatives = derivatives < viewed ? derivatives : viewed;
  const keptBytes = keptDerivatives * BigInt(derivativeBytes);
  const storage = (Number(keptBytes) / gigabyte) * prices.s3UsdPerGigabyteMonth;
  const renders = rendersUsd(Number(keptDerivatives) / months, assumed);
  const views = viewsUsd(assumed);
  return {
    derivatives,
    bytes: derivatives * BigInt(derivativeBytes),
    keptDerivatives,
    keptBytes,
    usdPerMonth: { storage, renders, views, total: storage + renders + views },
  };
}
