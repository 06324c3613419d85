import type { ListedSources } from '../../../shared/objects/source-buckets.ts';
import type { ObjectReader } from '../../../shared/ports.ts';

/** The readers of a deployment that lists no other bucket. */
export const ownSources = (own: ObjectReader): ListedSources => ({
  own,
  entries: {},
  open: () => {
    throw new Error('there is no other bucket');
  },
});
