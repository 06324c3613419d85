import { type CredentialsFault, PortFailure, type StoreError } from '../ports.ts';

/** How an SDK client reaches its service. On AWS only the Region is set, locally everything. */
export type AwsAccess = {
  readonly region: string;
  readonly endpoint?: string;
  readonly credentials?: { readonly accessKeyId: string; readonly secretAccessKey: string };
};

/** Timeouts and retries of an SDK client. */
export type Patience = {
  /** Per attempt, in milliseconds. */
  readonly connectionTimeout: number;
  readonly requestTimeout: number;
  /** Attempts in total. */
  readonly maxAttempts: number;
};

/**
 * Options for every SDK client. The Region is always set, because at the edge AWS_REGION is the Region
 * in which the replica runs.
 */
export function clientOptions(
  { region, endpoint, credentials }: AwsAccess,
  { connectionTimeout, requestTimeout, maxAttempts }: Patience,
) {
  return {
    region,
    maxAttempts,
    requestHandler: {
      connectionTimeout,
      requestTimeout,
      throwOnRequestTimeout: true,
      // requestTimeout ends with the headers. Without this, a stalled body would be waited for endlessly.
      socketTimeout: requestTimeout,
    },
    ...(endpoint === undefined ? {} : { endpoint, forcePathStyle: true }),
    ...(credentials === undefined ? {} : { credentials }),
  };
}

type SdkError = {
  readonly name?: string;
  readonly message?: string;
  readonly code?: string;
  /** S3 writes it into some errors about the Region. */
  readonly Region?: string;
  readonly $response?: { readonly headers?: Readonly<Record<string, string>> };
};

/** What services answer if no policy allows a call. The answer to a HEAD has no body and so no better name. */
const denials = /^(?:AccessDenied|AuthorizationError|Forbidden|UnauthorizedOperation|403$)/;

function storeError(thrown: SdkError, permission: string | undefined): StoreError | undefined {
  const status = statusOf(thrown);
  if (status === undefined) return undefined;
  const region = thrown.$response?.headers?.['x-amz-bucket-region'] ?? thrown.Region;
  const code = thrown.name ?? 'unknown';
  return { status, code, region, denied: denials.test(code) ? permission : undefined };
}

/**
 * How services name credentials that they do not take. S3 and the query services have names of their own.
 * https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html
 * https://docs.aws.amazon.com/STS/latest/APIReference/CommonErrors.html
 */
const expiredCodes = /^(?:ExpiredToken|ExpiredTokenException|RequestExpired|TokenRefreshRequired)$/;
const unknownCodes =
  /^(?:InvalidClientTokenId|UnrecognizedClientException|InvalidAccessKeyId|InvalidToken|SignatureDoesNotMatch|InvalidSignatureException)$/;
/** The SDK finds no credentials, or cannot renew them. Its message says which. */
const providerErrors = /^(?:CredentialsProviderError|TokenProviderError)$/;

function credentialsFault({ name = '', message = '' }: SdkError): CredentialsFault | undefined {
  if (expiredCodes.test(name)) return 'expired';
  if (unknownCodes.test(name)) return 'unknown';
  if (!providerErrors.test(name)) return undefined;
  return /expired/i.test(message) ? 'expired' : 'missing';
}

/**
 * Makes an error for a failed SDK call. It leaves out the message of the service, which may contain
 * secrets. `permission` is the IAM action of the call, which is named if it was denied.
 */
export function portFailure(what: string, thrown: unknown, permission?: string): PortFailure {
  const failed = thrown as SdkError;
  const error = storeError(failed, permission);
  const credentials = credentialsFault(failed);
  if (error === undefined) {
    const why = failed.code ?? failed.name ?? 'unknown';
    return new PortFailure(`${what} failed: no answer (${why})`, false, undefined, credentials);
  }
  const todo = error.denied === undefined ? '' : `; add the permission ${error.denied}`;
  const message = `${what} failed: ${failed.name} ${error.status}${todo}`;
  return new PortFailure(message, true, error, credentials);
}

/** The HTTP status of an SDK error; undefined if there was no answer. */
export function statusOf(thrown: unknown): number | undefined {
  const metadata = (thrown as { $metadata?: { httpStatusCode?: number } } | undefined)?.$metadata;
  return metadata?.httpStatusCode;
}
