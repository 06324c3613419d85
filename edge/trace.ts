import type { SplitUrl } from '../shared/recipe/request-url.ts';
import type { Refusal } from '../shared/refusal.ts';
import { collectStages, type Observe } from '../shared/request/stages.ts';

/** The stages that a request has passed, for its log line. */
export type RequestTrace = {
  readonly observe: Observe;
  /** The URL after `split`, with the kid of its grant after `verify`. */
  readonly url: () => SplitUrl | undefined;
  readonly isVerified: () => boolean;
  /** The refusal that report mode did not enforce. */
  readonly reported: () => Refusal | undefined;
};

/** Records the results of the stages, so that the log line of a refused request has them too. */
export function createTrace(): RequestTrace {
  const { observe, passed } = collectStages();
  return {
    observe,
    url: () => passed.verify ?? passed.split,
    isVerified: () => passed.verify !== undefined,
    reported: () => passed.authorize?.reported,
  };
}
