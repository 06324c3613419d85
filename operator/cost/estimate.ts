import { usualLogOneIn } from '../../shared/deployment/edge-logs.ts';
import { prices } from './prices.ts';

/** The assumptions of an estimate. */
export type Assumptions = {
  readonly sources: number;
  readonly viewsPerMonth: number;
  /** Size of an average derivative. */
  readonly derivativeBytes: number;
  /** How long a derivative is stored before it expires. */
  readonly keptDays: number;
  readonly renderSeconds: number;
  readonly renderGigabytes: number;
  readonly viewerSeconds: number;
  readonly viewerGigabytes: number;
  /** Of allowed views, 1 in this many has a line in the log. Every render has one. */
  readonly logOneIn: number;
  /** Size of a line, with what CloudWatch adds to it. */
  readonly logLineBytes: number;
};

/** Typical for product photos of a shop, with the minimum memory of the two functions. */
export const usualAssumptions: Assumptions = {
  sources: 1_000,
  viewsPerMonth: 100_000,
  derivativeBytes: 60_000,
  keptDays: 90,
  renderSeconds: 1,
  renderGigabytes: 2,
  viewerSeconds: 0.005,
  viewerGigabytes: 0.128,
  logOneIn: usualLogOneIn,
  logLineBytes: 700,
};

export type CostEstimate = {
  /** The derivatives of all sources if all are made, and their size. */
  readonly derivatives: bigint;
  readonly bytes: bigint;
  /** The derivatives that the views can have made within the storage time, and their size. */
  readonly keptDerivatives: bigint;
  readonly keptBytes: bigint;
  readonly usdPerMonth: {
    /** CloudFront's price of the requests. */
    readonly requests: number;
    /** CloudFront's price of the bytes that it sends to viewers. */
    readonly delivery: number;
    /** The calls of viewer-request and their time. */
    readonly invocations: number;
    readonly logs: number;
    readonly renders: number;
    readonly storage: number;
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

/** Each render reads a source from S3 and writes a derivative. */
function rendersUsd(renders: number, { renderSeconds, renderGigabytes }: Assumptions): number {
  const stores = renders * ((prices.s3UsdPerMillionPuts + prices.s3UsdPerMillionGets) / million);
  return lambdaUsd(renders, renderSeconds, renderGigabytes) + stores;
}

/** Every view is a request and runs viewer-request. Browser caches are not taken into account. */
function viewsUsd(assumed: Assumptions) {
  const { viewsPerMonth, derivativeBytes, viewerSeconds, viewerGigabytes } = assumed;
  const sent = (viewsPerMonth * derivativeBytes) / gigabyte;
  return {
    requests: (viewsPerMonth / million) * prices.cloudFrontUsdPerMillionHttpsRequests,
    delivery: sent * prices.cloudFrontUsdPerGigabyteOut,
    invocations: lambdaUsd(viewsPerMonth, viewerSeconds, viewerGigabytes),
  };
}

function logsUsd(renders: number, { viewsPerMonth, logOneIn, logLineBytes }: Assumptions): number {
  const lines = viewsPerMonth / logOneIn + renders;
  return ((lines * logLineBytes) / gigabyte) * prices.cloudWatchUsdPerGigabyteIn;
}

/**
 * The upper bound of the cost for a number of derivatives per source, in stored bytes and US dollars
 * per month. A view makes at most one derivative, and each is made once while it is stored.
 */
export function costEstimate(derivativesPerSource: bigint, assumed: Assumptions): CostEstimate {
  const { sources, viewsPerMonth, derivativeBytes, keptDays } = assumed;
  const derivatives = derivativesPerSource * BigInt(sources);
  const months = keptDays / monthDays;
  const viewed = BigInt(Math.floor(viewsPerMonth * months));
  const keptDerivatives = derivatives < viewed ? derivatives : viewed;
  const keptBytes = keptDerivatives * BigInt(derivativeBytes);
  const rendersPerMonth = Number(keptDerivatives) / months;
  const parts = {
    ...viewsUsd(assumed),
    logs: logsUsd(rendersPerMonth, assumed),
    renders: rendersUsd(rendersPerMonth, assumed),
    storage: (Number(keptBytes) / gigabyte) * prices.s3UsdPerGigabyteMonth,
  };
  const total = Object.values(parts).reduce((sum, one) => sum + one, 0);
  return {
    derivatives,
    bytes: derivatives * BigInt(derivativeBytes),
    keptDerivatives,
    keptBytes,
    usdPerMonth: { ...parts, total },
  };
}
