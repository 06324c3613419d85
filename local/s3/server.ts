import { localCallers, localOrigins } from '../http/callers.ts';
import { type Distance, withDistance } from '../http/distance.ts';
import { listen, type WireAnswer, type WireFault } from '../http/http.ts';
import type { Identity } from '../http/sigv4.ts';
import { openUploadStore, type UploadStore } from './multipart/upload-store.ts';
import { type DiskStore, type ObjectChange, openStore } from './objects/object-store.ts';
import { createRequestIds, errorAnswer, standardHeaders } from './wire/answer.ts';
import { handleRequest, type PlacedBucket } from './wire/request-handler.ts';
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
  /** Further host names, without a port, that the server answers to. */
  readonly hosts?: readonly string[];
  /** The origins of the web pages that may call the server. Default: `localOrigins`. */
  readonly origins?: readonly string[];
  /** The Region that requests must be signed for. Default: us-east-1. */
  readonly region?: string;
  /** The Region and the owner of buckets that have others. */
  readonly placed?: ReadonlyMap<string, PlacedBucket>;
  /** Delays the requests of some callers. Default: none. */
  readonly distance?: Distance;
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
  const { beforeChange, afterChange, origins = localOrigins } = options;
  const store = await openStore({ folder, buckets, beforeChange, afterChange, log });
  const uploads = await openUploads(store, folder, log);
  const { placed = new Map() } = options;
  const handlerOptions = { store, uploads, origins, identities, region, placed, log };
  const listener = await listen({
    host,
    port,
    callers: localCallers(host, options.hosts, origins),
    handle: withDistance(
      (request, response) => handleRequest(handlerOptions, request, response),
      options.distance,
    ),
    refuse: wireAnswer,
  });
  const expiry = setInterval(() => void expireUploads(uploads, log), expiryMillis).unref();
  const close = (): Promise<void> => {
    clearInterval(expiry);
    return listener.close();
  };
  return { port: listener.port, close };
}

/** How often uploads that were not completed in time are removed, in milliseconds. */
const expiryMillis = 60 * 60 * 1000;

function openUploads(
  store: DiskStore,
  folder: string,
  log: (line: string) => void,
): Promise<UploadStore> {
  return openUploadStore({
    folder,
    log,
    isCompleted: async ({ bucket, key, id }) => {
      const opened = await store.open(bucket, key);
      await opened?.handle.close();
      return opened?.head.upload?.id === id;
    },
  });
}

async function expireUploads(uploads: UploadStore, log: (line: string) => void): Promise<void> {
  await uploads.expire().catch((error: unknown) => {
    log(`s3: old multipart uploads could not be removed: ${String(error)}`);
  });
}

const wireCodes: Readonly<Record<WireFault, S3ErrorCode>> = {
  method: 'NotImplemented',
  headers_too_large: 'RequestHeaderSectionTooLarge',
  timeout: 'RequestTimeout',
  malformed: 'InvalidRequest',
  foreign: 'AccessDenied',
};

function wireAnswer(fault: WireFault, reason?: string): WireAnswer {
  const ids = createRequestIds();
  const { status, headers, body } = errorAnswer(new S3Error(wireCodes[fault], reason), '', ids);
  const text = typeof body === 'string' ? body : '';
  return { status, headers: { ...headers, ...standardHeaders(ids) }, body: text };
}
