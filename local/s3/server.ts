import { listen, type WireAnswer, type WireFault } from '../http/http.ts';
import type { Identity } from '../http/sigv4.ts';
import { type ObjectChange, openStore } from './objects/object-store.ts';
import { createRequestIds, errorAnswer, standardHeaders } from './wire/answer.ts';
import { handleRequest } from './wire/request-handler.ts';
import { S3Error, type S3ErrorCode } from './wire/s3-error.ts';

export type { ObjectChange } from './objects/object-store.ts';

export type EmbeddedS3 = { readonly port: number; readonly close: () => Promise<void> };

export type S3Options = {
  /** Created with mode 0700, its files with 0600. Only one process may use it. */
  readonly folder: string;
  readonly host: string;
  /** 0 chooses a free port. */
  readonly port: number;
  readonly buckets: readonly string[];
  readonly identities: readonly Identity[];
  /** The Region that requests must be signed for. Default: us-east-1. */
  readonly region?: string;
  /**
   * Awaited inside the key's lock before the change is committed. If it throws, the change fails
   * with 500. After a crash it may have reported a change that did not happen.
   */
  readonly beforeChange?: (change: ObjectChange) => Promise<void>;
  /** Awaited after the commit, before the answer. A failure is only logged. */
  readonly afterChange?: (change: ObjectChange) => Promise<void> | void;
  readonly log?: (line: string) => void;
};

/** Starts an S3 API on a folder. Throws EADDRINUSE if the port is in use. */
export async function startS3(options: S3Options): Promise<EmbeddedS3> {
  const { folder, host, port, buckets, identities, region = 'us-east-1' } = options;
  const log = options.log ?? (() => undefined);
  const { beforeChange, afterChange } = options;
  const store = await openStore({ folder, buckets, beforeChange, afterChange, log });
  return listen({
    host,
    port,
    handle: (request, response) =>
      handleRequest({ store, identities, region, log }, request, response),
    refuse: wireAnswer,
  });
}

const wireCodes: Readonly<Record<WireFault, S3ErrorCode>> = {
  method: 'NotImplemented',
  headers_too_large: 'RequestHeaderSectionTooLarge',
  timeout: 'RequestTimeout',
  malformed: 'InvalidRequest',
};

function wireAnswer(fault: WireFault): WireAnswer {
  const ids = createRequestIds();
  const { status, headers, body } = errorAnswer(new S3Error(wireCodes[fault]), '', ids);
  const text = typeof body === 'string' ? body : '';
  return { status, headers: { ...headers, ...standardHeaders(ids) }, body: text };
}
