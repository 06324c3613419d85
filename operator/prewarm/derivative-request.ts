import { setTimeout as sleep } from 'node:timers/promises';

/** What became of asking for a derivative. */
export type Outcome =
  | { readonly kind: 'made' | 'already' }
  | { readonly kind: 'refused'; readonly code: string }
  /** Nobody answered, or not for the request's own sake: it may be well the next time. */
  | { readonly kind: 'failed'; readonly reason: string };

export type DerivativeUrl = {
  /** Mints the URL anew for each try. */
  readonly url: () => string;
  readonly accept: string | undefined;
};

export type RetryPlan = {
  /** How long to wait before each further try, in milliseconds. */
  readonly pauses: readonly number[];
  /** How long a try may take, in milliseconds. */
  readonly most: number;
};

/** A render may take 25 s, and a request may stand in line. */
export const requestRetries: RetryPlan = { pauses: [250, 500, 1_000], most: 60_000 };

type Try = { readonly outcome: Outcome; readonly again: boolean };

/** What a gateway says when what stands behind it is away for a moment. */
const passing: ReadonlySet<number> = new Set([502, 503, 504]);

function readResponse({ headers, redirected, status }: Response): Try {
  const code = headers.get('x-signet-error') ?? undefined;
  if (passing.has(status))
    return { outcome: { kind: 'failed', reason: code ?? `HTTP ${status}` }, again: true };
  if (code !== undefined) return { outcome: { kind: 'refused', code }, again: false };
  if (status !== 200)
    return { outcome: { kind: 'failed', reason: `HTTP ${status}` }, again: false };
  // A cached answer still tells what making it once cost.
  const cached = headers.get('x-cache')?.includes('Hit') ?? false;
  // What is too large to be answered at once is redirected to when it has just been made.
  const made = redirected || (!cached && headers.has('server-timing'));
  return { outcome: { kind: made ? 'made' : 'already' }, again: false };
}

function describeNoAnswer(thrown: unknown, most: number): string {
  if (!(thrown instanceof Error)) return String(thrown);
  if (thrown.name === 'TimeoutError') return `no answer within ${most / 1_000} s`;
  const { code } = (thrown.cause ?? {}) as NodeJS.ErrnoException;
  return code === undefined ? thrown.message : `no answer (${code})`;
}

async function tryOnce({ url, accept }: DerivativeUrl, most: number): Promise<Try> {
  const headers: Record<string, string> = accept === undefined ? {} : { accept };
  // Outside: what cannot be minted is no fault of the connection.
  const minted = url();
  try {
    const answer = await fetch(minted, { headers, signal: AbortSignal.timeout(most) });
    await answer.body?.pipeTo(new WritableStream());
    return readResponse(answer);
  } catch (thrown) {
    return { outcome: { kind: 'failed', reason: describeNoAnswer(thrown, most) }, again: true };
  }
}

/**
 * Asks for a derivative until there is an answer that stands, and drops the image. Where nobody
 * answers it is asked for again after each pause, unless the signal is aborted.
 */
export async function fetchDerivative(
  asked: DerivativeUrl,
  { pauses, most }: RetryPlan,
  signal: AbortSignal,
): Promise<Outcome> {
  let { outcome, again } = await tryOnce(asked, most);
  for (const pause of pauses) {
    if (!again || signal.aborted) break;
    await sleep(pause);
    ({ outcome, again } = await tryOnce(asked, most));
  }
  return outcome;
}
