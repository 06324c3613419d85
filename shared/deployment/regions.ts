/** In this Region Lambda@Edge functions are created, and so the whole stack. */
export const stackRegion = 'us-east-1';

/**
 * The Regions that can be an Origin Shield.
 * https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/origin-shield.html
 */
export const shieldRegions = [
  ...['us-east-1', 'us-east-2', 'us-west-2', 'sa-east-1', 'eu-west-1', 'eu-west-2', 'eu-central-1'],
  ...['ap-south-1', 'ap-northeast-1', 'ap-northeast-2', 'ap-southeast-1', 'ap-southeast-2'],
  'me-central-1',
] as const;

/**
 * The Regions in which Lambda@Edge runs: those with a regional edge cache. AWS publishes no list of them. These are
 * the Regions of Origin Shield, which is a regional edge cache, and Northern California.
 * https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/HowCloudFrontWorks.html
 */
export const edgeRegions: readonly string[] = [...shieldRegions, 'us-west-1'];

/** Regions that every account has. */
const defaultRegions = [
  ...['us-east-1', 'us-east-2', 'us-west-1', 'us-west-2', 'ca-central-1', 'sa-east-1'],
  ...['eu-central-1', 'eu-north-1', 'eu-west-1', 'eu-west-2', 'eu-west-3', 'ap-south-1'],
  ...['ap-northeast-1', 'ap-northeast-2', 'ap-northeast-3', 'ap-southeast-1', 'ap-southeast-2'],
] as const;

/**
 * Regions that an account has to enable.
 * https://docs.aws.amazon.com/accounts/latest/reference/manage-acct-regions.html
 */
export const optInRegions: readonly string[] = [
  ...['af-south-1', 'ap-east-1', 'ap-east-2', 'ap-south-2', 'ap-southeast-3', 'ap-southeast-4'],
  ...['ap-southeast-5', 'ap-southeast-6', 'ap-southeast-7', 'ca-west-1', 'eu-central-2'],
  ...['eu-south-1', 'eu-south-2', 'il-central-1', 'me-central-1', 'me-south-1', 'mx-central-1'],
];

/**
 * What services answer to the credentials of an account that has not enabled their Region.
 * https://docs.aws.amazon.com/accounts/latest/reference/manage-acct-regions.html
 */
export const disabledRegionCodes: readonly string[] = [
  ...['UnrecognizedClientException', 'InvalidClientTokenId', 'AuthFailure', 'OptInRequired'],
];

/** The commercial Regions. */
export const allRegions: readonly string[] = [...defaultRegions, ...optInRegions];
