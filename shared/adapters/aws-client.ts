import { PortFailure } from '../ports.ts';

/** How an SDK client reaches its service. On AWS the Region alone; locally all of it. */
export type AwsAccess = {
  readonly region: string;
  readonly endpoint?: string;
  readonly credentials?: { readonly accessKeyId: string; readonly secretAccessKey: string };
};

export type Patience = {
  /** For one attempt, in milliseconds. */
  readonly connectionTimeout: number;
  readonly requestTimeout: number;
  /** Attempts in all. */
  readonly maxAttempts: number;
};

/**
 * Options that every client of the SDK takes. The Region is always pinned: at the edge
 * AWS_REGION names the Region where the replica runs.
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
      // That one ends with the headers: a body that falls silent would be waited for for ever.
      socketTimeout: requestTimeout,
    },
    ...(endpoint === undefined ? {} : { endpoint, forcePathStyle: true }),
    ...(credentials === undefined ? {} : { credentials }),
  };
}

/** An SDK call that failed, without the service's own words: they may name what is secret. */
export function portFailure(what: string, thrown: unknown): PortFailure {
  const { name, code } = thrown as { readonly name?: string; readonly code?: string };
  const status = statusOf(thrown);
  const answered = status !== undefined;
  const outcome = answered ? `${name} ${status}` : `no answer (${code ?? name ?? 'unknown'})`;
  return new PortFailure(`${what} failed: ${outcome}`, answered);
}

/** The status of an SDK error; nothing when no answer came. */
export function statusOf(thrown: unknown): number | undefined {
  const metadata = (thrown as { $metadata?: { httpStatusCode?: number } } | undefined)?.$metadata;
  return metadata?.httpStatusCode;
}
