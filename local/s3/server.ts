import { listen, type WireAnswer, type WireFault } from '../http/http.ts';
import type { Identity } from '../http/sigv4.ts';
import { type ObjectChange, openStore } from './objects/object-store.ts';
import { createRequestIds, errorAnswer, standardHeaders } from './wire/answer.ts';
import { handleRequest } from './wire/request-handler.ts';
import { S3Error, type S3ErrorCode } from './wire/s3-error.ts';

export type { ObjectChange } from './objects/object-store.ts';

export type EmbeddedS3 = { readonly port: number; readonly close: () => Promise<void> };

export type S3Options = {
  /** Made 0700, its files 0600. One process at a time. */
  readonly folder: string;
  readonly host: string;
  /** 0 takes any free port. */
  readonly port: number;
  readonly buckets: readonly string[];
  readonly identities: readonly Identity[];
  /** The Region that requests must be signed for; us-east-1 unless told. */
  readonly region?: string;
  /**
   * Awaited inside the key's lock before the change is committed, so that a crash in between
   * leaves a harmless notice. If it throws, the change fails with 500.
   */
  readonly beforeChange?: (change: ObjectChange) => Promise<void>;
  /** Awaited after the commit, before the client is answered; its failure fails no request. */
  readonly afterChange?: (change: ObjectChange) => Promise<void> | void;
  readonly log?: (line: string) => void;
};

/** Starts an S3 API over a folder; rejects with EADDRINUSE when the port is taken. */
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
