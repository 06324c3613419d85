/**
 * Lambda's quota of executions at once in a Region, for all functions together.
 * https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html
 */
export const lambdaConcurrency = 1_000;

/** Counts the executions in a Region, including those that wait here for a container. */
export type Concurrency = {
  readonly limit: number;
  /** Begins an execution. Returns false if as many run as the quota allows. */
  readonly begin: () => boolean;
  readonly end: () => void;
};

export function createConcurrency(limit = lambdaConcurrency): Concurrency {
  let running = 0;
  return {
    limit,
    begin: () => {
      if (running >= limit) return false;
      running += 1;
      return true;
    },
    end: () => {
      running -= 1;
    },
  };
}
