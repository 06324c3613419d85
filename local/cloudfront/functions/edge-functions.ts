import { STATUS_CODES } from 'node:http';
import type { CloudFrontHeaders, CloudFrontRequest } from 'aws-lambda';
import type { EdgeResponse } from '../edge-response.ts';
import { errorPage, faultMessages } from '../error-page.ts';
import { createConcurrency } from './concurrency.ts';
import { type ContainerPool, createContainerPool } from './container-pool.ts';
import {
  type EmulatedRequest,
  originHeaders,
  originResponseEvent,
  viewerRequestEvent,
} from './edge-event.ts';
import type { EdgeFunction, FunctionLog, LogSource } from './edge-function.ts';
import {
  type FunctionResponse,
  originResponseResult,
  type ViewerRequestResult,
  viewerRequestResult,
} from './function-result.ts';
import { LambdaFault, type LambdaFaultKind } from './lambda-fault.ts';

/** CloudFront's error page for a function that failed. */
export type FaultPage = {
  readonly kind: 'fault';
  readonly fault: LambdaFaultKind;
  readonly response: EdgeResponse;
};

/** The two functions of the distribution. Their results are checked by CloudFront's rules. */
export type EdgeFunctions = {
  /** Runs viewer-request at the edge location of that index. */
  readonly viewerRequest: (
    viewer: EmulatedRequest,
    location: number,
  ) => Promise<ViewerRequestResult | FaultPage>;
  readonly originResponse: (
    requestId: string,
    request: CloudFrontRequest,
    answer: EdgeResponse,
  ) => Promise<{ readonly kind: 'response'; readonly response: FunctionResponse } | FaultPage>;
  /** Makes all functions start anew, when their events are done. */
  readonly replaceContainers: () => void;
  /** Waits for running events until the deadline (epoch ms), then stops the containers. */
  readonly close: (deadline: number) => Promise<void>;
};

function reportFault(log: FunctionLog, source: LogSource, requestId: string) {
  return (error: unknown): FaultPage => {
    if (!(error instanceof LambdaFault)) throw error;
    log('cloudfront', `${error.kind} in ${source} ${requestId}: ${error.message}`);
    const response = errorPage(error.status, faultMessages[error.kind], requestId);
    return { kind: 'fault', fault: error.kind, response };
  };
}

async function runOriginResponse(
  pool: ContainerPool,
  fn: EdgeFunction,
  requestId: string,
  request: CloudFrontRequest,
  answer: EdgeResponse,
) {
  const headers: CloudFrontHeaders = originHeaders(answer.status, answer.headers);
  const reason = STATUS_CODES[answer.status] ?? '';
  const event = originResponseEvent(requestId, request, { ...answer, headers, reason });
  const result = await pool.invoke(event, requestId);
  return {
    kind: 'response' as const,
    response: originResponseResult(result, headers, fn.maxBodyBytes),
  };
}

async function runViewerRequest(pool: ContainerPool, fn: EdgeFunction, viewer: EmulatedRequest) {
  const event = viewerRequestEvent(viewer);
  const [record] = event.Records;
  const result = await pool.invoke(event, viewer.requestId);
  if (!record) throw new Error('an event without a record');
  return viewerRequestResult(result, record.cf.request, fn.maxBodyBytes);
}

type Functions = {
  readonly viewerRequest: EdgeFunction;
  readonly originResponse: EdgeFunction;
  /** The number of edge locations. */
  readonly locations: number;
  /** The executions that a location runs at once. Default: Lambda's quota. */
  readonly concurrency: number | undefined;
};

/**
 * Creates the pools: one of viewer-request for each location, and one of origin-response. Every location is in a
 * Region of its own. Origin-response runs in the Region of the shield, which is that of the first location.
 * https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/origin-shield.html
 */
function createPools(functions: Functions, log: FunctionLog) {
  const { viewerRequest, originResponse, locations, concurrency } = functions;
  const shieldRegion = createConcurrency(concurrency);
  const viewers = Array.from({ length: locations }, (_, at) => {
    const region = at === 0 ? shieldRegion : createConcurrency(concurrency);
    return createContainerPool(viewerRequest, 'viewer-request', log, region);
  });
  const origin = createContainerPool(originResponse, 'origin-response', log, shieldRegion);
  return { viewers, origin };
}

/** Starts a container of each function. The other locations start theirs at their first request. */
export function startEdgeFunctions(functions: Functions, log: FunctionLog): EdgeFunctions {
  const { viewers, origin } = createPools(functions, log);
  const pools = [...viewers, origin];
  for (const pool of [viewers[0], origin]) pool?.warmUp();
  return {
    viewerRequest: async (viewer, location) => {
      const pool = viewers[location];
      if (!pool) throw new Error(`there is no edge location ${location}`);
      return runViewerRequest(pool, functions.viewerRequest, viewer).catch(
        reportFault(log, 'viewer-request', viewer.requestId),
      );
    },
    originResponse: (requestId, request, answer) =>
      runOriginResponse(origin, functions.originResponse, requestId, request, answer).catch(
        reportFault(log, 'origin-response', requestId),
      ),
    replaceContainers: () => {
      for (const pool of pools) pool.replaceContainers();
    },
    close: async (deadline) => {
      await Promise.all(pools.map((pool) => pool.close(deadline)));
    },
  };
}
