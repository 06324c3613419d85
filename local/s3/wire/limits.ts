const mebibyte = 1024 * 1024;

/** A body over this is EntityTooLarge: twice the largest source the service accepts. */
export const maxBodyBytes = 100 * mebibyte;
/** S3's own limit on a key, in bytes of UTF-8. */
export const maxKeyBytes = 1024;
/** S3's own limit on the names and values of x-amz-meta-* together. */
export const maxMetadataBytes = 2048;
/** A thousand keys of 1,024 bytes, each character escaped, fit; a bomb of XML does not. */
export const maxXmlBytes = 8 * mebibyte;
/** S3's own limit on one page of a listing and on one DeleteObjects. */
export const maxPageKeys = 1000;
/** A chunk header or trailer line of aws-chunked is far shorter. */
export const maxChunkLineBytes = 4096;
/** Silence of a sender in the middle of a body that is taken for a slow-body attack. */
export const bodyIdleMillis = 15_000;
/** Whole reads up to this are checked against their MD5 before the first byte goes out. */
export const maxVerifiedBytes = 8 * mebibyte;
