/** When the prices were read from the pages of AWS. */
export const pricesRead = '2026-04';

/**
 * What AWS asks for, in US dollars, without volume discounts and free tiers. A month is billed as
 * 30 days, a GB as a thousand million bytes: what is estimated with them is no invoice.
 */
export const prices = {
  /** Out of CloudFront, in the first and dearest tier; from S3 to CloudFront is free. */
  cloudFrontUsdPerGigabyteOut: 0.085,
  cloudFrontUsdPerMillionHttpsRequests: 1,
  cloudFrontFunctionUsdPerMillionCalls: 0.1,
  /** Beyond the first thousand of a month; each tag is one. */
  cloudFrontUsdPerInvalidation: 0.005,
  lambdaEdgeUsdPerMillionCalls: 0.6,
  lambdaEdgeUsdPerGigabyteSecond: 0.00005001,
  s3UsdPerGigabyteMonth: 0.023,
  s3UsdPerMillionPuts: 5,
  s3UsdPerMillionGets: 0.4,
  secretUsdPerMonth: 0.4,
  secretUsdPerMillionCalls: 5,
  wafUsdPerAclMonth: 5,
  wafUsdPerRuleMonth: 1,
  wafUsdPerMillionRequests: 0.6,
} as const;
