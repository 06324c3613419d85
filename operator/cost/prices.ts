/** When the prices were taken from the AWS pricing pages. */
export const pricesRead = '2026-04';

/**
 * AWS prices in US dollars, without volume discounts and free tiers. Estimates count a month as 30
 * days and a GB as 10^9 bytes, so they differ from an invoice.
 */
export const prices = {
  /** From CloudFront to viewers, in the first and most expensive tier. S3 to CloudFront is free. */
  cloudFrontUsdPerGigabyteOut: 0.085,
  cloudFrontUsdPerMillionHttpsRequests: 1,
  cloudFrontFunctionUsdPerMillionCalls: 0.1,
  /** After the first thousand of a month; each tag counts as one. */
  cloudFrontUsdPerInvalidation: 0.005,
  lambdaEdgeUsdPerMillionCalls: 0.6,
  lambdaEdgeUsdPerGigabyteSecond: 0.00005001,
  /** Taking in lines of logs. Keeping them costs 0.03 a month. */
  cloudWatchUsdPerGigabyteIn: 0.5,
  cloudWatchUsdPerAlarmMetricMonth: 0.1,
  cloudWatchUsdPerDashboardMonth: 3,
  /** Of the log lines, and CloudFront's additional metrics of a distribution. */
  cloudWatchUsdPerMetricMonth: 0.3,
  s3UsdPerGigabyteMonth: 0.023,
  s3UsdPerMillionPuts: 5,
  s3UsdPerMillionGets: 0.4,
  secretUsdPerMonth: 0.4,
  secretUsdPerMillionCalls: 5,
  wafUsdPerAclMonth: 5,
  wafUsdPerRuleMonth: 1,
  wafUsdPerMillionRequests: 0.6,
} as const;
