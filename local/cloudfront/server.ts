import { type Callers, localCallers } from '../http/callers.ts';
import { createObjectCache, maxCachedBytes } from './cache/object-cache.ts';
import { createDistribution } from './distribution.ts';
import { createLocationChoice } from './edge-location.ts';
import type { Delivery, LocalDelivery } from './edge-response.ts';
import type { EmulatedRequest } from './functions/edge-event.ts';
import type { EdgeFunction, LogSource } from './functions/edge-function.ts';
import { startEdgeFunctions } from './functions/edge-functions.ts';
import { findLocalPage, type LocalPage, localDelivery } from './local-pages.ts';
import { createOrigin, type OriginAddress } from './origin.ts';
import { createOriginFetch } from './origin-fetch.ts';
import { startViewerServer } from './viewer-server.ts';

export type { EdgeFunction } from './functions/edge-function.ts';

/** How long closing waits for requests in progress. */
const drainMs = 15_000;

/** A running distribution. */
export type CloudFront = {
  readonly port: number;
  /** Removes the objects that `/path`, `/path*` or `#tag` match. Returns how many copies it removed. */
  readonly invalidate: (items: readonly string[]) => number;
  readonly counts: () => {
    readonly originRequests: number;
    /** Invocations of origin-response. */
    readonly renders: number;
    readonly hits: number;
    readonly misses: number;
  };
  /** Makes the functions start anew and so forget what they hold in memory. */
  readonly replaceContainers: () => void;
  /** Stops accepting, waits for requests in progress, then stops the functions. */
  readonly close: () => Promise<void>;
};

export type CloudFrontOptions = {
  readonly host: string;
  readonly port: number;
  /** Further host names, without a port, that the server answers to. */
  readonly hosts?: readonly string[];
  /** The pages that may use credentials. Default: none, and every page may read answers without them. */
  readonly corsOrigins?: readonly string[];
  readonly viewerRequest: EdgeFunction;
  readonly originResponse: EdgeFunction;
  /** A path-style S3 endpoint: GET /<bucket><uri>, signed as origin access control does. */
  readonly origin: OriginAddress;
  /** The number of edge locations. Default: 1. */
  readonly locations?: number;
  /** The executions of functions that a location runs at once. Default: Lambda's quota. */
  readonly concurrency?: number;
  /** Milliseconds, for the ages in the cache. */
  readonly clock?: () => number;
  /** The page for GET /. No function runs for it; it belongs to the local stack. */
  readonly localPage?: () => LocalPage | Promise<LocalPage>;
  /** Receives each line that a function prints, and every failure with its reason. */
  readonly log?: (source: LogSource, line: string) => void;
  /** Receives the line of each request in CloudFront's standard log. */
  readonly accessLog?: (line: string) => void;
};

function withLocalPage(
  options: CloudFrontOptions,
  answer: (viewer: EmulatedRequest, location: number) => Promise<Delivery>,
) {
  return async (viewer: EmulatedRequest, location: number): Promise<Delivery | LocalDelivery> => {
    const page = await findLocalPage(viewer, options.localPage);
    return page === undefined ? answer(viewer, location) : localDelivery(page);
  };
}

/** Creates the distribution with its functions and its S3 origin. `stop` waits until `deadline` (epoch ms). */
function openDistribution(options: CloudFrontOptions) {
  const { clock = Date.now, log = () => undefined, locations = 1, concurrency } = options;
  const { viewerRequest, originResponse } = options;
  const traffic = { originRequests: 0, renders: 0, hits: 0, misses: 0 };
  const origin = createOrigin(options.origin);
  const edge = { viewerRequest, originResponse, locations, concurrency };
  const functions = startEdgeFunctions(edge, log);
  const { bucket } = options.origin;
  // Several locations have a shield, too. All caches together have the room of one.
  const cacheBytes = Math.floor(maxCachedBytes / (locations === 1 ? 1 : locations + 1));
  const distribution = createDistribution({
    functions,
    locations,
    createCache: () => createObjectCache(clock, cacheBytes),
    fetchOrigin: createOriginFetch({ origin, bucket, functions, traffic, log }),
    traffic,
    clock,
  });
  const stop = async (deadline: number): Promise<void> => {
    await functions.close(deadline);
    origin.close();
    await distribution.waitForFetches();
  };
  const { replaceContainers } = functions;
  return { ...distribution, replaceContainers, counts: () => ({ ...traffic }), stop };
}

/** Starts the emulator of CloudFront, with its functions and its S3 origin. */
export async function startCloudFront(options: CloudFrontOptions): Promise<CloudFront> {
  const { clock = Date.now, log = () => undefined } = options;
  // Pages of every site may show pictures.
  const callers: Callers = localCallers(options.host, options.hosts, 'all');
  const distribution = openDistribution(options);
  const { invalidate, replaceContainers, counts, stop } = distribution;
  try {
    const server = await startViewerServer({
      host: options.host,
      port: options.port,
      callers,
      corsOrigins: options.corsOrigins ?? [],
      accessLog: { clock, write: options.accessLog ?? (() => undefined) },
      chooseLocation: createLocationChoice(options.locations ?? 1),
      answer: withLocalPage(options, distribution.answer),
      onError: (error) => log('cloudfront', `the emulator failed: ${String(error)}`),
    });
    const close = async (): Promise<void> => {
      const deadline = Date.now() + drainMs;
      await server.close(deadline);
      await stop(deadline);
    };
    return { port: server.port, invalidate, replaceContainers, counts, close };
  } catch (error) {
    // The caller reports that the port is in use. The containers must stop here.
    await stop(Date.now());
    throw error;
  }
}
