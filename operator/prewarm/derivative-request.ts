import { setTimeout as sleep } from 'node:timers/promises';

/** How the request for a derivative ended. */
export type Outcome =
  | { readonly kind: 'made' | 'already' }
  | { readonly kind: 'refused'; readonly code: string }
  /** No answer, or one that does not depend on the request. Another run may succeed. */
  | { readonly kind: 'failed'; readonly reason: string };

export type DerivativeFetch = {
  /** Mints a URL for each try, so that none has expired. */
  readonly mintUrl: () => string;
  readonly accept: string | undefined;
};

export type RetryPlan = {
  /** The pause before each further try, in milliseconds. */
  readonly pauses: readonly number[];
  /** The time limit of a try, in milliseconds. */
  readonly timeout: number;
};

/** A render can take 25 s, and the request may have to wait for others. */
export const requestRetries: RetryPlan = { pauses: [250, 500, 1_000], timeout: 60_000 };

type Try = { readonly outcome: Outcome; readonly retry: boolean };

/** Statuses of a gateway whose backend is briefly unavailable. */
const transientStatuses: ReadonlySet<number> = new Set([502, 503, 504]);

function readResponse({ headers, redirected, status }: Response): Try {
  const code = headers.get('x-signet-error') ?? undefined;
  if (transientStatuses.has(status))
    return { outcome: { kind: 'failed', reason: code ?? `HTTP ${status}` }, retry: true };
  if (code !== undefined) return { outcome: { kind: 'refused', code }, retry: false };
  if (status !== 200)
    return { outcome: { kind: 'failed', reason: `HTTP ${status}` }, retry: false };
  // A cached response keeps the server-timing header of its render.
  const cached = headers.get('x-cache')?.includes('Hit') ?? false;
  // A new derivative that is too large for one response is redirected to.
  const made = redirected || (!cached && headers.has('server-timing'));
  return { outcome: { kind: made ? 'made' : 'already' }, retry: false };
}

function describeNoAnswer(thrown: unknown, timeout: number): string {
  if (!(thrown instanceof Error)) return String(thrown);
  if (thrown.name === 'TimeoutError') return `no answer within ${timeout / 1_000} s`;
  const { code } = (thrown.cause ?? {}) as NodeJS.ErrnoException;
  return code === undefined ? thrown.message : `no answer (${code})`;
}

async function tryOnce({ mintUrl, accept }: DerivativeFetch, timeout: number): Promise<Try> {
  const headers: Record<string, string> = accept === undefined ? {} : { accept };
  // Outside of the try block: a URL that cannot be minted is not a connection failure.
  const url = mintUrl();
  try {
    const answer = await fetch(url, { headers, signal: AbortSignal.timeout(timeout) });
    await answer.body?.pipeTo(new WritableStream());
    return readResponse(answer);
  } catch (thrown) {
    return { outcome: { kind: 'failed', reason: describeNoAnswer(thrown, timeout) }, retry: true };
  }
}

/**
 * Requests a derivative and discards the image. Transient failures are retried after each pause,
 * unless the signal is aborted.
 */
export async function fetchDerivative(
  request: DerivativeFetch,
  { pauses, timeout }: RetryPlan,
  signal: AbortSignal,
): Promise<Outcome> {
  let { outcome, retry } = await tryOnce(request, timeout);
  for (const pause of pauses) {
    if (!retry || signal.aborted) break;
    await sleep(pause);
    ({ outcome, retry } = await tryOnce(request, timeout));
  }
  return outcome;
}
