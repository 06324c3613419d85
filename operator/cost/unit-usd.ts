import { prices } from './prices.ts';

const million = 1_000_000;
const gigabyte = 1_000_000_000;

/** Calls of a Lambda@Edge function that together ran for so many seconds. */
export const lambdaUsd = (calls: number, seconds: number, gigabytes: number): number =>
  (calls / million) * prices.lambdaEdgeUsdPerMillionCalls +
  seconds * gigabytes * prices.lambdaEdgeUsdPerGigabyteSecond;

/** Renders that together took so many seconds. Each reads a source from S3 and writes a derivative. */
export const rendersUsd = (renders: number, seconds: number, gigabytes: number): number =>
  lambdaUsd(renders, seconds, gigabytes) +
  (renders / million) * (prices.s3UsdPerMillionPuts + prices.s3UsdPerMillionGets);

/** CloudFront's price of requests. */
export const requestsUsd = (requests: number): number =>
  (requests / million) * prices.cloudFrontUsdPerMillionHttpsRequests;

/** CloudFront's price of the bytes that it sends to viewers. */
export const deliveryUsd = (bytes: number): number =>
  (bytes / gigabyte) * prices.cloudFrontUsdPerGigabyteOut;

/** Taking in the lines of a log. */
export const logLinesUsd = (lines: number, lineBytes: number): number =>
  ((lines * lineBytes) / gigabyte) * prices.cloudWatchUsdPerGigabyteIn;

/** Bytes that are stored for a month. */
export const storageUsd = (bytes: number): number =>
  (bytes / gigabyte) * prices.s3UsdPerGigabyteMonth;
