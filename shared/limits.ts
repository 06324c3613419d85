/**
 * The hard limits of the service. A policy can only lower them.
 * Each name states the unit, each comment the reason for the number.
 */
export const limits = {
  /** CloudFront refuses a longer path plus query: https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/cloudfront-limits.html */
  urlBytes: 8_191,
  /** S3's limit for a key, in UTF-8. */
  keyBytes: 1_024,
  /** Leaves room in a derivative's key for the tenant and a long recipe. */
  pathBytes: 700,
  /** The rest of a key is a path, which may have `pathBytes`. */
  sourcePrefixBytes: 324,
  /** The setting `sources`, as JSON. It is a part of two functions and of the template. */
  sourceEntriesBytes: 262_144,
  /** A tenant's name can be a label of a host name, and DNS allows 63 characters. */
  tenantCharacters: 63,
  /** Enough for any real recipe, and few enough to bound the work. */
  operations: 16,
  /** The longest side that a recipe may ask for, in pixels. */
  side: 8_192,
  /** The longest side that libwebp can encode, the smallest limit of all encoders, in pixels. */
  outputSide: 16_383,
  /** 8,192 × 4,096 over all frames, because sharp does not limit its output. */
  outputPixels: 33_554_432,
  /** The largest picture between two operations: a 50 Mpx source turned by 45 degrees. */
  canvasPixels: 105_000_000,
  /**
   * A picture with alpha is mixed in 16 bits up to this size over all frames: 200 MB before and after. A larger one is
   * mixed in 8 bits.
   */
  mixedPixels: 25_000_000,
  /** CPU time of one core that 16 bits may add to one step, over all frames. */
  mixingSeconds: 1,
  /** The longest side in libvips (VIPS_MAX_COORD), for pictures that are scaled before they are cropped. */
  scaledSide: 10_000_000,
  sourceBytes: 52_428_800,
  /** Width × height, over all frames that are drawn. Known before a pixel is decoded. */
  sourcePixels: 50_000_000,
  /** Enough for 20 s at 10 frames a second. Later frames are dropped, because each costs as much as a picture. */
  sourceFrames: 200,
  /** Colour profiles have 0.5 to 600 KB. Of compressed data only they are inflated, up to this size. */
  profileBytes: 1_048_576,
  /**
   * The most bytes of lossless compressed pixels: this share of the raw pixels and so many bytes more. Encoders stay
   * below 1.01 of the raw pixels; the rest leaves room for bad ones and for tiny pictures.
   */
  compressedShare: 1.25,
  compressedBytes: 65_536,
  /** Enough for one chunk per row of the tallest PNG. The usual chunk has 8 KB or more. */
  pngChunks: 100_000,
  /** The longest side of a JPEG or GIF, in pixels. libvips buffers whole rows of a PNG: one of 10,000,000×5 took 26 CPU seconds and 8 GB. */
  pngSide: 65_535,
  /**
   * libvips keeps an interlaced PNG whole in memory, and passes over each row up to seven times.
   * 50 Mpx of 8-bit RGBA take 2 CPU seconds, of 16-bit RGBA 3 to 4.
   */
  interlacedBytes: 200_000_000,
  /** A JPEG of `sourceBytes` has 801 full segments. Real files have fewer than 200, so small ones fit, too. */
  jpegSegments: 4_096,
  /** Encoders write up to 20 scans. Each costs the decoder time, even without data. */
  jpegScans: 100,
  /**
   * Coefficients that the scans of a JPEG make the decoder look at; a block that can be skipped counts
   * as 8. Measured: 2 ns each, so 1.2 s. A progressive JPEG of 50 Mpx as libjpeg writes it has 260 million.
   */
  jpegScanCoefficients: 600_000_000,
  /** The largest CMYK profiles of printers' associations have less than 3 MB. */
  jpegProfileBytes: 4_194_304,
  /**
   * Chunks and blocks of one WebP or GIF. Each costs a step of the walk, however small it is. An
   * animation of 200,000 frames stays below; its frames are cut, not refused.
   */
  sourceParts: 500_000,
  /** WebP stores the number of plays in 16 bits, and sharp accepts no more. */
  sourceLoops: 65_535,
  /** The longest time that sharp accepts for one frame. Animations rarely use a second. */
  sourceDelayMilliseconds: 65_535,
  /** Of a file that is no source, so many bytes are read to say what it is. Prologs of SVG have fewer. */
  sniffedBytes: 16_384,
  watermarkBytes: 2_097_152,
  /** An object name with its processing, as OSS and BOS put it into a URL in base64. Real ones have fewer than 80. */
  watermarkObjectBytes: 256,
  /** A watermark need not be larger than the images it is drawn on. */
  watermarkPixels: 33_554_432,
  /** Drawing stops here, so that one picture cannot occupy a function for long. */
  renderSeconds: 12,
  /** libvips does not look at the clock everywhere. A drawing process that is later than this is killed. */
  drawingGraceMilliseconds: 500,
  /** A drawing process keeps the memory for its next source. Most sources are smaller. */
  drawingKeptBytes: 16_777_216,
  /** A recipe fits into a key, so the JSON of a drawing request or answer is far smaller. */
  drawingHeadBytes: 16_384,
  /** 4 bytes for each pixel of `outputPixels`, with room for the container. No encoder makes more. */
  drawnBytes: 150_000_000,
  /** A refusal's reason is one sentence. It comes from a process that reads hostile bytes. */
  drawingReasonCharacters: 500,
  /** CPU time of one core for the encoder. The rest of `renderSeconds` is for decoding and the steps. */
  encodeSeconds: 6,
  /**
   * Lambda@Edge stops a viewer function after 5 s and an origin function after 30 s. Both must
   * answer earlier.
   */
  viewerRequestSeconds: 4.5,
  /**
   * All reads of a request to a viewer function. When they fail, there is half a second to use the last
   * good keys and policy.
   */
  viewerReadSeconds: 4,
  /**
   * One try of a read in a viewer function, of two: connection, headers and body. That takes three round
   * trips with a new connection, and a round trip around the world takes up to 0.3 s.
   */
  viewerTrySeconds: 1,
  renderRequestSeconds: 25,
  /**
   * Fits into CloudFront's 1,048,576 bytes for a generated answer in base64, with room for the headers.
   * AWS does not document whether the bytes or their base64 count.
   */
  inlineBytes: 778_240,
  policyBytes: 65_536,
  /** An answer of Secrets Manager. A secret has at most 64 KB, and JSON may write a byte with six. */
  secretAnswerBytes: 400_000,
  /** A published version: the document in base64, its signature and its other fields. */
  recordBytes: 131_072,
  /** Changes that the list of changes keeps: 1,000 of the longest tenant names fit into `recordBytes`. */
  listedChanges: 1_000,
  /** A view may compare its recipe with all of them. The widest policy we know has fewer than 50. */
  operationRules: 100,
  policyRules: 500,
  presets: 100,
  /** Kids that a tenant accepts at the same time. */
  acceptedKids: 16,
  /** Each request carries the grant, in its URL or next to other cookies. */
  grantCharacters: 2_048,
  grantScopes: 16,
  /** Grant cookies to read per request. Each costs a signature check. */
  grantCookies: 4,
  /** The pages of one tenant that may read what a grant in a cookie covers. Far more than a tenant's sites. */
  policyOrigins: 100,
  /** The pages of all tenants. Each view with an Origin is compared with them. */
  corsOrigins: 100,
  /** A takedown list fits into the policy, and `prefix/*` covers more. */
  blockedScopes: 1_000,
  /** Entries of one list in a policy rule. */
  ruleValues: 1_000,
  /** How far the minting clock may be ahead when a lifetime is checked. */
  clockSkewSeconds: 60,
  /** A continuation is valid for one minute. Twice that allows for clocks that differ. */
  continuationSeconds: 120,
  /** How long caches keep a refusal that depends on the source. */
  sourceRefusalSeconds: 60,
  /** An HMAC-SHA256 key shorter than its hash is weak: RFC 2104, section 3. */
  rootKeyBytes: 32,
} as const;
