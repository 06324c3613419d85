/**
 * The hard ceilings of the service. A policy narrows them and can never widen them.
 * Every number carries its unit in its name and the reason it is what it is.
 */
export const limits = {
  /** CloudFront refuses a longer path plus query: https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/cloudfront-limits.html */
  urlBytes: 8_191,
  /** S3's own limit on a key, in UTF-8. */
  keyBytes: 1_024,
  /** Leaves a derivative's key room for the tenant and a long recipe. */
  pathBytes: 700,
  /** A name in the host map or in a bucket is a DNS label at most. */
  tenantCharacters: 63,
  /** Long enough for any real chain of operations, short enough to bound the work. */
  operations: 16,
  /** A side that a recipe may ask for, in pixels. */
  side: 8_192,
  /** What libwebp can encode, the smallest bound of the encoders, in pixels. */
  outputSide: 16_383,
  /** sharp has no limit on what it makes: 8,192 × 4,096, over all frames. */
  outputPixels: 33_554_432,
  /** What a picture may grow to between two operations: a 50 Mpx source, turned by 45 degrees. */
  canvasPixels: 105_000_000,
  /** A side that libvips can count to (VIPS_MAX_COORD), for what is scaled before it is cut. */
  scaledSide: 10_000_000,
  sourceBytes: 52_428_800,
  /** Width × height × frames, read from the header before a pixel is decoded. */
  sourcePixels: 50_000_000,
  sourceFrames: 200,
  watermarkBytes: 2_097_152,
  /** A watermark is laid over images of this service: it need not be larger than they are. */
  watermarkPixels: 33_554_432,
  /** libvips is stopped here, so that one picture cannot hold a function for long. */
  renderSeconds: 12,
  /** Lambda@Edge stops a viewer function after 5 s and an origin function after 30; both have to answer before. */
  viewerRequestSeconds: 4.5,
  renderRequestSeconds: 25,
  /**
   * A body that fits CloudFront's 1,048,576 bytes for a generated answer when it is counted in
   * base64 (which of the two is counted is not documented) and has its headers beside it.
   */
  inlineBytes: 778_240,
  policyBytes: 65_536,
  /** A published version: the document in base64, its signature, and what stands beside it. */
  recordBytes: 131_072,
  presets: 100,
  /** Kids that a tenant accepts at the same time. */
  acceptedKids: 16,
  /** A grant travels with each request: in a URL, or in a cookie beside others. */
  grantCharacters: 2_048,
  grantScopes: 16,
  /** Cookies of that name that are looked at: each costs a signature. */
  grantCookies: 4,
  /** Each view looks at every one of them. */
  blockedScopes: 1_000,
  /** Entries of one list in a policy rule. */
  ruleValues: 1_000,
  /** Seconds a clock may be ahead when a lifetime is compared. */
  clockSkewSeconds: 60,
  /** A continuation lives a minute; twice that allows for clocks that differ. */
  continuationSeconds: 120,
  /** A refusal that depends on the source is worth asking again after this, in seconds. */
  sourceRefusalSeconds: 60,
  /** An HMAC-SHA256 key shorter than its hash is weak: RFC 2104, section 3. */
  rootKeyBytes: 32,
} as const;
