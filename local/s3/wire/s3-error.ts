import type { SignatureFault } from '../../http/sigv4.ts';

// The S3 errors that this server can return: status and default message.
const errors = {
  AccessDenied: [403, 'Access Denied'],
  AuthorizationHeaderMalformed: [400, 'The authorization header that you provided is not valid.'],
  AuthorizationQueryParametersError: [400, 'The presigned query parameters are not valid.'],
  BadDigest: [400, 'The digest or checksum you specified did not match what we received.'],
  EntityTooLarge: [400, 'Your proposed upload exceeds the maximum allowed object size.'],
  IncompleteBody: [400, 'You did not provide the number of bytes specified by your headers.'],
  InternalError: [500, 'We encountered an internal error. Please try again.'],
  InvalidAccessKeyId: [
    403,
    'The AWS access key ID that you provided does not exist in our records.',
  ],
  InvalidArgument: [400, 'Invalid argument.'],
  InvalidBucketName: [400, 'The specified bucket is not valid.'],
  InvalidDigest: [400, 'The Content-MD5 or checksum value that you specified is not valid.'],
  InvalidRange: [416, 'The requested range is not satisfiable.'],
  InvalidRequest: [400, 'The request is not valid.'],
  InvalidURI: [400, 'The URI that you specified could not be parsed.'],
  KeyTooLongError: [400, 'Your key is too long.'],
  MalformedTrailerError: [400, 'The request contained trailing data that was not well-formed.'],
  MalformedXML: [400, 'The XML that you provided was not well formed.'],
  MetadataTooLarge: [400, 'Your metadata headers exceed the maximum allowed metadata size.'],
  MissingContentLength: [411, 'You must provide the Content-Length HTTP header.'],
  NoSuchBucket: [404, 'The specified bucket does not exist.'],
  NoSuchKey: [404, 'The specified key does not exist.'],
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

/** An S3 error. It becomes the error document of the answer. */
export class S3Error extends Error {
  override readonly name = 'S3Error';
  readonly code: S3ErrorCode;
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  constructor(
    code: S3ErrorCode,
    message: string = errors[code][1],
    headers: Readonly<Record<string, string>> = {},
  ) {
    super(message);
    this.code = code;
    this.status = errors[code][0];
    this.headers = headers;
  }
}

const faults: Readonly<Record<SignatureFault, readonly [S3ErrorCode, string?]>> = {
  unsigned: ['AccessDenied'],
  two_credentials: ['InvalidArgument', 'Only one auth mechanism allowed.'],
  malformed: ['AuthorizationHeaderMalformed'],
  unknown_key: ['InvalidAccessKeyId'],
  wrong_scope: [
    'AuthorizationHeaderMalformed',
    'The credential scope names another date, region or service.',
  ],
  headers_not_signed: [
    'AccessDenied',
    'There were headers present in the request which were not signed.',
  ],
  skewed: ['RequestTimeTooSkewed'],
  expired: ['AccessDenied', 'Request has expired.'],
  mismatch: ['SignatureDoesNotMatch'],
};

/** The S3 error for a refused signature. */
export function s3SignatureError(fault: SignatureFault, presigned: boolean): S3Error {
  if (fault === 'malformed' && presigned) return new S3Error('AuthorizationQueryParametersError');
  return new S3Error(...faults[fault]);
}
