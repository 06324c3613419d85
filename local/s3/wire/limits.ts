const mebibyte = 1024 * 1024;

/** Larger objects are EntityTooLarge. Twice the largest source that the service accepts. */
export const maxBodyBytes = 100 * mebibyte;
/** S3's limit for every part of a multipart upload but the last. */
export const minPartBytes = 5 * mebibyte;
/** S3's limit for the parts of an upload. */
export const maxParts = 10_000;
/** As the deployed buckets, which abort uploads that are not completed after a day. */
export const uploadLifeMillis = 24 * 60 * 60 * 1000;
/** S3's limit for the fields of a POST form without the file. */
export const maxFormFieldBytes = 20 * 1024;
/** S3's limit for a key, in bytes of UTF-8. */
export const maxKeyBytes = 1024;
/** S3's limit for all names and values of x-amz-meta-* together. */
export const maxMetadataBytes = 2048;
/** Enough for a thousand keys of 1,024 escaped characters, or for 10,000 parts. */
export const maxXmlBytes = 8 * mebibyte;
/** S3's limit for one page of a listing and for one DeleteObjects. */
export const maxPageKeys = 1000;
/** Chunk headers and trailer lines of aws-chunked are much shorter. */
export const maxChunkLineBytes = 4096;
/** A sender that pauses longer than this in a body is treated as a slow-body attack. */
export const bodyIdleMillis = 15_000;
/** Whole reads up to this size are checked against their MD5 before the first byte is sent. */
export const maxVerifiedBytes = 8 * mebibyte;
