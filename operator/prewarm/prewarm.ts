import type { Policy } from '../../shared/policy/policy.ts';
import type { Clock, Crypto } from '../../shared/ports.ts';
import { seconds } from '../../shared/ports.ts';
import { roundedExpiry } from '../../shared/request/expiry.ts';
import { mint } from '../../shared/request/mint.ts';
import type { TenantSigner } from '../keys/signer.ts';
import type { Progress } from '../progress.ts';
import { runWorkers } from '../workers.ts';
import { fetchDerivative, type RetryPlan } from './derivative-request.ts';
import type { ListLine } from './list.ts';
import { type PlannedDerivative, planLine, type RefusedLine } from './plan.ts';
import type { PrewarmState } from './state.ts';
import { countOutcome, countRefused, type PrewarmTally } from './tally.ts';

/** Everything that a run needs. */
export type PrewarmRun = {
  readonly tenant: string;
  readonly policy: Policy;
  /** What to make for a line without operations. */
  readonly recipes: readonly (readonly string[])[];
  readonly lines: AsyncIterable<ListLine>;
  readonly signer: TenantSigner;
  readonly crypto: Crypto;
  readonly clock: Clock;
  readonly state: PrewarmState;
  /** Advances by one for each derivative of the list, requested or not. */
  readonly progress: Progress;
  readonly patience: RetryPlan;
  /** The number of simultaneous requests. */
  readonly concurrency: number;
  /** Once aborted, no new request is started. */
  readonly signal: AbortSignal;
};

/** The lifetime of a URL in seconds: an hour, or less if the policy requires it. */
const lifetimeFor = ({ maxLifetime }: Policy): number => Math.min(3_600, maxLifetime ?? 3_600);

/** Counts a derivative that needs no request. Returns whether it needs one. */
function needsRequest(
  { state }: PrewarmRun,
  tally: PrewarmTally,
  underWay: ReadonlySet<string>,
  one: PlannedDerivative | RefusedLine,
): one is PlannedDerivative {
  if ('refused' in one) {
    countRefused(tally, one.refused, one.example);
    return false;
  }
  const known = underWay.has(one.key) || state.has(one.key);
  if (known) tally.skipped += 1;
  return !known;
}

/** Yields the derivatives to request, one at a time, so the list is read no faster than needed. */
async function* planRun(
  run: PrewarmRun,
  tally: PrewarmTally,
  underWay: Set<string>,
): AsyncGenerator<PlannedDerivative> {
  for await (const line of run.lines) {
    if (run.signal.aborted) return;
    tally.line = line.number;
    for (const one of planLine(line, run, seconds(run.clock)))
      if (needsRequest(run, tally, underWay, one)) {
        underWay.add(one.key);
        yield one;
      } else run.progress.advance(1);
  }
}

async function requestDerivative(
  run: PrewarmRun,
  tally: PrewarmTally,
  planned: PlannedDerivative,
): Promise<void> {
  const { clock, crypto, patience, policy, signal, signer, state } = run;
  const mintUrl = (): string => {
    const exp = roundedExpiry(seconds(clock), lifetimeFor(policy));
    return mint(crypto, signer.address, { ...planned.request, exp }, signer);
  };
  tally.asked += 1;
  const request = { mintUrl, accept: planned.accept };
  const outcome = await fetchDerivative(request, patience, signal);
  countOutcome(tally, outcome, planned.example);
  if (outcome.kind === 'made' || outcome.kind === 'already') state.add(planned.key);
}

/**
 * Requests every derivative of a list that is not known to be made, a few at a time, and counts into
 * the tally. If reading the list or writing the state fails, it throws after the requests in
 * progress have ended.
 */
export async function prewarm(run: PrewarmRun, tally: PrewarmTally): Promise<void> {
  const underWay = new Set<string>();
  const planned = planRun(run, tally, underWay);
  const work = async (): Promise<void> => {
    // The workers share the generator. Leaving a loop closes it for all of them.
    for await (const one of planned) {
      if (run.signal.aborted) return;
      await requestDerivative(run, tally, one);
      underWay.delete(one.key);
      run.progress.advance(1);
    }
  };
  await runWorkers(run.concurrency, work);
}
