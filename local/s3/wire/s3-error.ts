import type { SignatureFault } from '../../http/sigv4.ts';

// The S3 errors that this server can return: status and default message.
const errors = {
  AccessControlListNotSupported: [
    400,
    'The bucket does not allow ACLs. Leave the ACL out, or send private or bucket-owner-full-control.',
  ],
  AccessDenied: [403, 'Access Denied'],
  AccessForbidden: [
    403,
    'This origin may not use the local S3. List it in SIGNET_ORIGINS and start again.',
  ],
  AuthorizationHeaderMalformed: [400, 'The authorization header that you provided is not valid.'],
  AuthorizationQueryParametersError: [400, 'The presigned query parameters are not valid.'],
  BadDigest: [400, 'The digest or checksum you specified did not match what we received.'],
  BucketAlreadyOwnedByYou: [409, 'The bucket exists already, and you own it.'],
  EntityTooLarge: [400, 'Your proposed upload exceeds the maximum allowed object size.'],
  EntityTooSmall: [400, 'Your proposed upload is smaller than the minimum allowed size.'],
  IncompleteBody: [400, 'You did not provide the number of bytes specified by your headers.'],
  InternalError: [500, 'We encountered an internal error. Please try again.'],
  InvalidAccessKeyId: [
    403,
    'The AWS access key ID that you provided does not exist in our records.',
  ],
  InvalidArgument: [400, 'Invalid argument.'],
  InvalidBucketName: [400, 'The specified bucket is not valid.'],
  InvalidDigest: [400, 'The Content-MD5 or checksum value that you specified is not valid.'],
  InvalidPart: [
    400,
    'One or more of the specified parts could not be found. A part may not have been uploaded, or its ETag or checksum differs.',
  ],
  InvalidPartOrder: [400, 'The list of parts was not in ascending order of part numbers.'],
  InvalidPolicyDocument: [400, 'The policy of the form is not a valid policy document.'],
  InvalidRange: [416, 'The requested range is not satisfiable.'],
  InvalidRequest: [400, 'The request is not valid.'],
  InvalidStorageClass: [400, 'The storage class you specified is not valid.'],
  InvalidTag: [400, 'The tags that you provided are not valid.'],
  InvalidURI: [400, 'The URI that you specified could not be parsed.'],
  KeyTooLongError: [400, 'Your key is too long.'],
  MalformedPOSTRequest: [400, 'The body of your POST request is not well-formed form data.'],
  MalformedTrailerError: [400, 'The request contained trailing data that was not well-formed.'],
  MalformedXML: [400, 'The XML that you provided was not well formed.'],
  MaxPostPreDataLengthExceededError: [
    400,
    'The fields of your POST request that precede the file are too large.',
  ],
  MetadataTooLarge: [400, 'Your metadata headers exceed the maximum allowed metadata size.'],
  MissingContentLength: [411, 'You must provide the Content-Length HTTP header.'],
  NoSuchBucket: [404, 'The specified bucket does not exist.'],
  NoSuchKey: [404, 'The specified key does not exist.'],
  NoSuchUpload: [
    404,
    'The specified multipart upload does not exist. It may have been aborted, completed or expired.',
  ],
  NoSuchVersion: [404, 'The specified version does not exist. The local buckets keep no versions.'],
  NotImplemented: [501, 'A header, parameter or method you sent is not implemented here.'],
  PreconditionFailed: [412, 'At least one of the preconditions that you specified did not hold.'],
  RequestHeaderSectionTooLarge: [400, 'Your request header exceeds the maximum allowed size.'],
  RequestTimeTooSkewed: [
    403,
    "The difference between the request time and the server's time is too large.",
  ],
  RequestTimeout: [400, 'Your socket connection to the server was not read from in time.'],
  SignatureDoesNotMatch: [
    403,
    'The request signature that the server calculated does not match the one you provided.',
  ],
  XAmzContentSHA256Mismatch: [
    400,
    "The provided 'x-amz-content-sha256' header does not match what was computed.",
  ],
} as const satisfies Record<string, readonly [number, string]>;

export type S3ErrorCode = keyof typeof errors;

export type ErrorExtras = {
  readonly headers?: Readonly<Record<string, string>>;
  readonly region?: string;
};

/** An S3 error. It becomes the error document of the answer. */
export class S3Error extends Error {
  override readonly name = 'S3Error';
  readonly code: S3ErrorCode;
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** The Region that the request should have been signed for. */
  readonly region: string | undefined;
  constructor(
    code: S3ErrorCode,
    message: string = errors[code][1],
    { headers = {}, region }: ErrorExtras = {},
  ) {
    super(message);
    this.code = code;
    this.status = errors[code][0];
    this.headers = headers;
    this.region = region;
  }
}

const faults: Readonly<Record<SignatureFault, readonly [S3ErrorCode, string?]>> = {
  unsigned: [
    'AccessDenied',
    'The request is not signed, and every bucket is private. Sign it with Signature Version 4, or use a presigned URL.',
  ],
  version_2: [
    'InvalidRequest',
    'The authorization mechanism you have provided is not supported. Please use Signature Version 4 (AWS4-HMAC-SHA256). ' +
      "boto3: Config(signature_version='s3v4'). aws: aws configure set default.s3.signature_version s3v4. " +
      's3cmd: signature_v2 = False (its signurl has no Version 4). rclone: v2_auth = false.',
  ],
  two_credentials: ['InvalidArgument', 'Only one auth mechanism allowed.'],
  malformed: ['AuthorizationHeaderMalformed'],
  unknown_key: ['InvalidAccessKeyId'],
  wrong_scope: ['AuthorizationHeaderMalformed'],
  headers_not_signed: [
    'AccessDenied',
    'There were headers present in the request which were not signed.',
  ],
  skewed: ['RequestTimeTooSkewed'],
  expired: ['AccessDenied', 'Request has expired.'],
  mismatch: ['SignatureDoesNotMatch'],
};

/** The S3 error for a refused signature. A wrong scope names the Region, so that clients try again. */
export function s3SignatureError(
  fault: SignatureFault,
  presigned: boolean,
  region: string,
): S3Error {
  if (fault === 'wrong_scope') {
    const message = `The credential scope names another date, region or service; expecting region '${region}' and service 's3'.`;
    return new S3Error('AuthorizationHeaderMalformed', message, { region });
  }
  if (fault === 'malformed' && presigned) return new S3Error('AuthorizationQueryParametersError');
  return new S3Error(...faults[fault]);
}
