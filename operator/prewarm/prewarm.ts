import type { Policy } from '../../shared/policy/policy.ts';
import type { Clock, Crypto } from '../../shared/ports.ts';
import { seconds } from '../../shared/ports.ts';
import { roundedExpiry } from '../../shared/request/expiry.ts';
import { mint } from '../../shared/request/mint.ts';
import type { TenantSigner } from '../keys/signer.ts';
import type { Progress } from '../progress.ts';
import { fetchDerivative, type RetryPlan } from './derivative-request.ts';
import type { ListLine } from './list.ts';
import { planLine, type Unwanted, type Wanted } from './plan.ts';
import type { PrewarmState } from './state.ts';
import { countOutcome, countRefused, type PrewarmTally } from './tally.ts';

/** All that a run needs. */
export type Prewarming = {
  readonly tenant: string;
  readonly policy: Policy;
  /** What a line without operations is made into. */
  readonly recipes: readonly (readonly string[])[];
  readonly lines: AsyncIterable<ListLine>;
  readonly signer: TenantSigner;
  readonly crypto: Crypto;
  readonly clock: Clock;
  readonly state: PrewarmState;
  readonly progress: Progress;
  readonly patience: RetryPlan;
  /** How many requests are under way at a time. */
  readonly concurrency: number;
  /** Aborted, nothing new is begun. */
  readonly signal: AbortSignal;
};

/** A URL lives for an hour, or for as long as the policy lets it. */
const lifetime = ({ maxLifetime }: Policy): number => Math.min(3_600, maxLifetime ?? 3_600);

/** Counts what needs no request; whether one is left to be asked for. */
function isLeft(
  { state }: Prewarming,
  tally: PrewarmTally,
  underWay: ReadonlySet<string>,
  one: Wanted | Unwanted,
): one is Wanted {
  if ('refused' in one) {
    countRefused(tally, one.refused, one.example);
    return false;
  }
  const known = underWay.has(one.key) || state.has(one.key);
  if (known) tally.skipped += 1;
  return !known;
}

/** What is to be asked for, one at a time: the list is read no further than it is worked off. */
async function* toAsk(
  run: Prewarming,
  tally: PrewarmTally,
  underWay: Set<string>,
): AsyncGenerator<Wanted> {
  for await (const line of run.lines) {
    if (run.signal.aborted) return;
    tally.line = line.number;
    for (const one of planLine(line, run, seconds(run.clock)))
      if (isLeft(run, tally, underWay, one)) {
        underWay.add(one.key);
        yield one;
      }
    run.progress.advance(line.bytes);
  }
}

async function requestDerivative(
  run: Prewarming,
  tally: PrewarmTally,
  wanted: Wanted,
): Promise<void> {
  const { clock, crypto, patience, policy, signal, signer, state } = run;
  const url = (): string => {
    const exp = roundedExpiry(seconds(clock), lifetime(policy));
    return mint(crypto, signer.address, { ...wanted.request, exp }, signer);
  };
  tally.asked += 1;
  const outcome = await fetchDerivative({ url, accept: wanted.accept }, patience, signal);
  countOutcome(tally, outcome, wanted.example);
  if (outcome.kind === 'made' || outcome.kind === 'already') state.add(wanted.key);
}

/**
 * Asks for every derivative of a list that is not yet known to be made, a few at a time, and
 * counts into the tally. Throws what reading the list or keeping the state throws, once the
 * requests under way are done.
 */
export async function prewarm(run: Prewarming, tally: PrewarmTally): Promise<void> {
  const underWay = new Set<string>();
  const wanted = toAsk(run, tally, underWay);
  const work = async (): Promise<void> => {
    // Leaving the loop, in whatever way, ends the list for all.
    for await (const one of wanted) {
      if (run.signal.aborted) return;
      await requestDerivative(run, tally, one);
      underWay.delete(one.key);
    }
  };
  const ended = await Promise.allSettled(Array.from({ length: run.concurrency }, work));
  const broken = ended.find((one) => one.status === 'rejected');
  if (broken !== undefined) throw broken.reason;
}
