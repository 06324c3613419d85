import { usualLogOneIn } from '../../shared/deployment/edge-logs.ts';
import {
  deliveryUsd,
  lambdaUsd,
  logLinesUsd,
  rendersUsd,
  requestsUsd,
  storageUsd,
} from './unit-usd.ts';

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

/** An estimate counts a month as so many days. */
export const monthDays = 30;

/** Every view is a request and runs viewer-request. Browser caches are not taken into account. */
function viewsUsd(assumed: Assumptions) {
  const { viewsPerMonth: views, derivativeBytes, viewerSeconds, viewerGigabytes } = assumed;
  return {
    requests: requestsUsd(views),
    delivery: deliveryUsd(views * derivativeBytes),
    invocations: lambdaUsd(views, views * viewerSeconds, viewerGigabytes),
  };
}

/**
 * The upper bound of the cost for a number of derivatives per source, in stored bytes and US dollars
 * per month. A view makes at most one derivative, and each is made once while it is stored.
 */
export function costEstimate(derivativesPerSource: bigint, assumed: Assumptions): CostEstimate {
  const { sources, viewsPerMonth, derivativeBytes, keptDays } = assumed;
  const { logLineBytes, logOneIn, renderGigabytes, renderSeconds } = assumed;
  const derivatives = derivativesPerSource * BigInt(sources);
  const months = keptDays / monthDays;
  const viewed = BigInt(Math.floor(viewsPerMonth * months));
  const keptDerivatives = derivatives < viewed ? derivatives : viewed;
  const keptBytes = keptDerivatives * BigInt(derivativeBytes);
  const rendersPerMonth = Number(keptDerivatives) / months;
  const parts = {
    ...viewsUsd(assumed),
    logs: logLinesUsd(viewsPerMonth / logOneIn + rendersPerMonth, logLineBytes),
    renders: rendersUsd(rendersPerMonth, rendersPerMonth * renderSeconds, renderGigabytes),
    storage: storageUsd(Number(keptBytes)),
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
