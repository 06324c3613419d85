import { secretIds } from '../shared/keys/store.ts';

const bucketKinds = ['sources', 'derivatives', 'config', 'logs'] as const;
export type BucketKind = (typeof bucketKinds)[number];

/** Names that are known before there is a template: the functions have them written in. */
export type Names = {
  readonly stack: string;
  readonly buckets: Readonly<Record<BucketKind, string>>;
  readonly viewerRequest: string;
  readonly originResponse: string;
  /** Functions find secrets by these, so one account holds one installation. */
  readonly secrets: typeof secretIds;
};

/** All names follow from the stack's and the account's, and from nothing else. */
export function namesFor(stack: string, account: string): Names {
  const buckets = bucketKinds.map((kind) => [kind, `${stack}-${kind}-${account}`] as const);
  return {
    stack,
    buckets: Object.fromEntries(buckets) as Names['buckets'],
    viewerRequest: `${stack}-viewer-request`,
    originResponse: `${stack}-origin-response`,
    secrets: secretIds,
  };
}

/** Where a function writes its lines; with a name of its own it is the same in every Region. */
export const logGroupOf = (functionName: string): string => `/signet/${functionName}`;
