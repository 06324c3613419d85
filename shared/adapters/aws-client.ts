import { PortFailure, type StoreError } from '../ports.ts';

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
  readonly code?: string;
  /** S3 writes it into some errors about the Region. */
  readonly Region?: string;
  readonly $response?: { readonly headers?: Readonly<Record<string, string>> };
};

function storeError(thrown: SdkError): StoreError | undefined {
  const status = statusOf(thrown);
  if (status === undefined) return undefined;
  const region = thrown.$response?.headers?.['x-amz-bucket-region'] ?? thrown.Region;
  return { status, code: thrown.name ?? 'unknown', region };
}

/**
 * Makes an error for a failed SDK call. It leaves out the message of the service, which may contain
 * secrets.
 */
export function portFailure(what: string, thrown: unknown): PortFailure {
  const failed = thrown as SdkError;
  const error = storeError(failed);
  const outcome =
    error === undefined
      ? `no answer (${failed.code ?? failed.name ?? 'unknown'})`
      : `${failed.name} ${error.status}`;
  return new PortFailure(`${what} failed: ${outcome}`, error !== undefined, error);
}

/** The HTTP status of an SDK error; undefined if there was no answer. */
export function statusOf(thrown: unknown): number | undefined {
  const metadata = (thrown as { $metadata?: { httpStatusCode?: number } } | undefined)?.$metadata;
  return metadata?.httpStatusCode;
}
