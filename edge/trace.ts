import type { SplitUrl } from '../shared/recipe/request-url.ts';
import type { Refusal } from '../shared/refusal.ts';
import { collectStages, type Observe } from '../shared/request/stages.ts';

/** How far a request came: what the log may say about it. */
export type RequestTrace = {
  readonly observe: Observe;
  /** The URL once it is split, with the grant's kid once it is verified. */
  readonly url: () => SplitUrl | undefined;
  readonly isVerified: () => boolean;
  /** The refusal that report mode has let through. */
  readonly reported: () => Refusal | undefined;
};

/** Remembers what the stages have made, for the log line of a request that may still be refused. */
export function createTrace(): RequestTrace {
  const { observe, passed } = collectStages();
  return {
    observe,
    url: () => passed.verify ?? passed.split,
    isVerified: () => passed.verify !== undefined,
    reported: () => passed.authorize?.reported,
  };
}
