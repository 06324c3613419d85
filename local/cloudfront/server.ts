import { createObjectCache } from './cache/object-cache.ts';
import { createDistribution } from './distribution.ts';
import type { Delivery } from './edge-response.ts';
import type { EmulatedRequest } from './functions/edge-event.ts';
import type { EdgeFunction, LogSource } from './functions/edge-function.ts';
import { startEdgeFunctions } from './functions/edge-functions.ts';
import { createOrigin, type OriginAddress } from './origin.ts';
import { createOriginFetch } from './origin-fetch.ts';
import { startViewerServer } from './viewer-server.ts';

export type { EdgeFunction } from './functions/edge-function.ts';

/** How long closing waits for what is under way. */
const drainMs = 15_000;

/** A running distribution. */
export type CloudFront = {
  readonly port: number;
  /** Drops what `/path`, `/path*` or `#tag` covers; returns how many cached objects that was. */
  readonly invalidate: (items: readonly string[]) => number;
  readonly counts: () => {
    readonly originRequests: number;
    /** Invocations of origin-response. */
    readonly renders: number;
    readonly hits: number;
    readonly misses: number;
  };
  /** Stops accepting, lets requests in flight finish, then stops the functions. */
  readonly close: () => Promise<void>;
};

export type CloudFrontOptions = {
  readonly host: string;
  readonly port: number;
  readonly viewerRequest: EdgeFunction;
  readonly originResponse: EdgeFunction;
  /** A path-style S3 endpoint: GET /<bucket><uri>, signed as origin access control does. */
  readonly origin: OriginAddress;
  /** Milliseconds, for the ages in the cache. */
  readonly clock?: () => number;
  /** Answered to GET / before any function: a page of the local stack, not of the service. */
  readonly localPage?: () => LocalPage | Promise<LocalPage>;
  /** Each line a function printed, and every failure with its reason. */
  readonly log?: (source: LogSource, line: string) => void;
};

export type LocalPage = { readonly contentType: string; readonly body: string };

/** The page shows images of the service and styles them; it runs nothing. */
const localPagePolicy = "default-src 'none'; img-src 'self'; style-src 'unsafe-inline'";

function localDelivery(page: LocalPage): Delivery {
  return {
    response: {
      status: 200,
      headers: [
        ['content-type', page.contentType],
        ['cache-control', 'no-store'],
        ['content-security-policy', localPagePolicy],
        ['x-content-type-options', 'nosniff'],
      ],
      body: Buffer.from(page.body),
    },
    xCache: '',
    local: true,
  };
}

function answering(
  options: CloudFrontOptions,
  answer: (viewer: EmulatedRequest) => Promise<Delivery>,
) {
  return async (viewer: EmulatedRequest): Promise<Delivery> => {
    const local = viewer.method === 'GET' && viewer.uri === '/' ? options.localPage : undefined;
    return local ? localDelivery(await local()) : answer(viewer);
  };
}

/** Starts the emulator: viewers on one side, the functions and the S3 origin on the other. */
export async function startCloudFront(options: CloudFrontOptions): Promise<CloudFront> {
  const { clock = Date.now, log = () => undefined } = options;
  const traffic = { originRequests: 0, renders: 0, hits: 0, misses: 0 };
  const origin = createOrigin(options.origin);
  const functions = startEdgeFunctions(options.viewerRequest, options.originResponse, log);
  const { bucket } = options.origin;
  const distribution = createDistribution({
    functions,
    cache: createObjectCache(clock),
    fetchOrigin: createOriginFetch({ origin, bucket, functions, traffic, log }),
    traffic,
    clock,
  });
  const stop = async (deadline: number): Promise<void> => {
    await functions.close(deadline);
    origin.close();
    await distribution.settled();
  };
  try {
    const server = await startViewerServer({
      host: options.host,
      port: options.port,
      answer: answering(options, distribution.answer),
      failed: (error) => log('cloudfront', `the emulator failed: ${String(error)}`),
    });
    const close = async (): Promise<void> => {
      const deadline = Date.now() + drainMs;
      await server.close(deadline);
      await stop(deadline);
    };
    return {
      port: server.port,
      invalidate: distribution.invalidate,
      counts: () => ({ ...traffic }),
      close,
    };
  } catch (error) {
    // The port is taken: the caller words it, but no worker may outlive the attempt.
    await stop(Date.now());
    throw error;
  }
}
