import { element, textElement } from '../../s3/wire/xml.ts';

// The errors of CloudFront's API that this server can return.
const errors = {
  AccessDenied: [403, 'You are not authorized to perform this operation.'],
  BatchTooLarge: [413, 'The invalidation batch is too large.'],
  InconsistentQuantities: [400, 'The value of Quantity and the number of items do not match.'],
  InvalidArgument: [400, 'An argument is invalid.'],
  InvalidClientTokenId: [403, 'The security token included in the request is invalid.'],
  InternalFailure: [500, 'The request failed because of an internal error.'],
  InvalidationBatchAlreadyExists: [400, 'The caller reference was used for another batch.'],
  MalformedXML: [400, 'The XML document is malformed.'],
  MissingAuthenticationToken: [403, 'The request is not signed.'],
  NoSuchInvalidation: [404, 'The specified invalidation does not exist.'],
  NotImplemented: [501, 'This operation is not implemented here.'],
  SignatureDoesNotMatch: [403, 'The request signature does not match the one you provided.'],
} as const satisfies Record<string, readonly [number, string]>;

export type ControlPlaneErrorCode = keyof typeof errors;

/** An error of CloudFront's API. */
export class ControlPlaneError extends Error {
  override readonly name = 'ControlPlaneError';
  readonly code: ControlPlaneErrorCode;
  readonly status: number;

  constructor(code: ControlPlaneErrorCode, message: string = errors[code][1]) {
    super(message);
    this.code = code;
    this.status = errors[code][0];
  }
}

/** The XML namespace of all documents of this API. */
export const cloudFrontNamespace = 'http://cloudfront.amazonaws.com/doc/2020-05-31/';

/** CloudFront's error document. */
export function errorDocument(error: ControlPlaneError, requestId: string): string {
  const type = error.status < 500 ? 'Sender' : 'Receiver';
  const details = [
    textElement('Type', type),
    textElement('Code', error.code),
    textElement('Message', error.message),
  ];
  const inner = [element('Error', ...details), textElement('RequestId', requestId)].join('');
  const root = `<ErrorResponse xmlns="${cloudFrontNamespace}">${inner}</ErrorResponse>`;
  return `<?xml version="1.0"?>\n${root}`;
}
