import { STATUS_CODES } from 'node:http';
import type { CloudFrontHeaders, CloudFrontRequest } from 'aws-lambda';
import type { EdgeResponse } from '../edge-response.ts';
import { errorPage, faultMessages } from '../error-page.ts';
import { type ContainerPool, startContainerPool } from './container-pool.ts';
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
  readonly viewerRequest: (viewer: EmulatedRequest) => Promise<ViewerRequestResult | FaultPage>;
  readonly originResponse: (
    requestId: string,
    request: CloudFrontRequest,
    answer: EdgeResponse,
  ) => Promise<{ readonly kind: 'response'; readonly response: FunctionResponse } | FaultPage>;
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

/** Starts the containers of both functions. */
export function startEdgeFunctions(
  viewerRequest: EdgeFunction,
  originResponse: EdgeFunction,
  log: FunctionLog,
): EdgeFunctions {
  const viewerPool = startContainerPool(viewerRequest, 'viewer-request', log);
  const originPool = startContainerPool(originResponse, 'origin-response', log);
  return {
    viewerRequest: async (viewer) => {
      const event = viewerRequestEvent(viewer);
      const [record] = event.Records;
      try {
        const result = await viewerPool.invoke(event, viewer.requestId);
        if (!record) throw new Error('an event without a record');
        return viewerRequestResult(result, record.cf.request, viewerRequest.maxBodyBytes);
      } catch (error) {
        return reportFault(log, 'viewer-request', viewer.requestId)(error);
      }
    },
    originResponse: (requestId, request, answer) =>
      runOriginResponse(originPool, originResponse, requestId, request, answer).catch(
        reportFault(log, 'origin-response', requestId),
      ),
    close: async (deadline) => {
      await Promise.all([viewerPool.close(deadline), originPool.close(deadline)]);
    },
  };
}
