import type { SignatureFault } from '../http/sigv4.ts';

export type SecretErrorCode =
  | 'AccessDeniedException'
  | 'IncompleteSignatureException'
  | 'InternalServiceError'
  | 'InvalidParameterException'
  | 'InvalidRequestException'
  | 'InvalidSignatureException'
  | 'MissingAuthenticationTokenException'
  | 'RequestExpired'
  | 'ResourceExistsException'
  | 'ResourceNotFoundException'
  | 'SerializationException'
  | 'UnknownOperationException'
  | 'UnrecognizedClientException'
  | 'ValidationException';

/** An error of Secrets Manager. */
export class SecretError extends Error {
  override readonly name = 'SecretError';
  readonly code: SecretErrorCode;
  constructor(code: SecretErrorCode, message: string) {
    super(message);
    this.code = code;
  }
}

const faults: Readonly<Record<SignatureFault, readonly [SecretErrorCode, string]>> = {
  unsigned: ['MissingAuthenticationTokenException', 'Missing Authentication Token'],
  version_2: [
    'IncompleteSignatureException',
    'Signature Version 2 is not supported. Sign with Signature Version 4 (AWS4-HMAC-SHA256).',
  ],
  two_credentials: ['IncompleteSignatureException', 'Only one auth mechanism allowed.'],
  malformed: ['IncompleteSignatureException', 'The Authorization header is not well-formed.'],
  unknown_key: [
    'UnrecognizedClientException',
    'The security token included in the request is invalid.',
  ],
  wrong_scope: [
    'InvalidSignatureException',
    'The credential scope names another date, region or service.',
  ],
  headers_not_signed: ['InvalidSignatureException', 'host and every x-amz-* must be signed.'],
  skewed: ['InvalidSignatureException', 'Signature expired or not yet current.'],
  expired: ['RequestExpired', 'Request has expired.'],
  mismatch: [
    'InvalidSignatureException',
    'The request signature we calculated does not match the signature you provided.',
  ],
};

/** The Secrets Manager error for a refused signature. */
export function secretSignatureError(fault: SignatureFault): SecretError {
  return new SecretError(...faults[fault]);
}

/** The status of an error: 400, as the JSON protocol requires, or 500 for internal errors. */
export function secretErrorStatus(code: SecretErrorCode): number {
  return code === 'InternalServiceError' ? 500 : 400;
}
