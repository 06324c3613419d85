import { boundedCache } from '../shared/bounded-cache.ts';
import type { Clock, Random } from '../shared/ports.ts';
import type { LogLine } from './log-line.ts';

/** How many lines of each kind are left out. */
export type Sampling = {
  /** Of allowed views and of stored derivatives, write 1 in this many. */
  readonly allowedOneIn: number;
  /** The same for requests without a valid signature, so that a flood cannot fill the log. */
  readonly unverifiedOneIn: number;
  /** The same for other refusals, beyond the first of each second. */
  readonly refusedOneIn: number;
};

/** What decides whether a line is written. */
export type SampledLine = Pick<LogLine, 'outcome' | 'level' | 'reported' | 'tenant' | 'kid'>;

/** Returns how many requests a line counts for; 0 if it is not written. */
export type Sampler = (line: SampledLine, verified: boolean) => number;

/** So many refusals in a second have a line each. Those beyond are sampled. */
const refusalsPerSecond = 10;
/** Enough for the tenants that one container serves. A kid that was forgotten is written again. */
const heldKids = 5_000;
const hour = 3_600_000;

type SamplerOptions = Sampling & { readonly clock: Clock; readonly random: Random };

/** Counts the first refusals of each second. */
function limitRefusals(clock: Clock): () => boolean {
  let second = 0;
  let seen = 0;
  return () => {
    const now = Math.floor(clock() / 1_000);
    if (now !== second) [second, seen] = [now, 0];
    seen += 1;
    return seen <= refusalsPerSecond;
  };
}

/** Whether a kid is used for the first time in an hour, so that its last use is known to the hour. */
function noteKids(clock: Clock): (line: SampledLine) => boolean {
  const hours = boundedCache<number>(heldKids);
  return ({ tenant, kid }) => {
    if (kid === undefined) return false;
    const name = `${tenant} ${kid}`;
    const now = Math.floor(clock() / hour);
    if (hours.get(name) === now) return false;
    hours.set(name, now);
    return true;
  };
}

/**
 * Makes the sampler of a container. Renders are always written. What is always written counts for one
 * request, and of the rest each line for as many as it stands for, so that sums stay right on average.
 */
export function createSampler({ clock, random, ...sampling }: SamplerOptions): Sampler {
  const isAmongFirst = limitRefusals(clock);
  const isFirstUse = noteKids(clock);
  const rateOf = (line: SampledLine): number => {
    if (line.level !== 'info' || line.reported !== undefined)
      return isAmongFirst() ? 1 : sampling.refusedOneIn;
    return line.outcome === 'rendered' || isFirstUse(line) ? 1 : sampling.allowedOneIn;
  };
  return (line, verified) => {
    const rate = verified || line.level === 'error' ? rateOf(line) : sampling.unverifiedOneIn;
    return random() * rate < 1 ? rate : 0;
  };
}
