import { edgeFunctionNames } from '../shared/deployment/edge-logs.ts';
import { type SecretIds, secretIdsOf } from '../shared/keys/store.ts';

const bucketKinds = ['sources', 'derivatives', 'config', 'logs'] as const;
export type BucketKind = (typeof bucketKinds)[number];

/** Resource names that are fixed before the template exists, because the functions contain them. */
export type Names = {
  readonly stack: string;
  readonly account: string;
  readonly buckets: Readonly<Record<BucketKind, string>>;
  readonly viewerRequest: string;
  readonly originResponse: string;
  /** The role of origin-response. The owners of other buckets name it in their policies. */
  readonly renderRole: string;
  /** The bus that receives the events of other buckets. */
  readonly sourceEvents: string;
  /** Functions read secrets by these names. */
  readonly secrets: SecretIds;
};

/** What the names are derived from. */
export type Naming = {
  /** The stack name. */
  readonly name: string;
  readonly account: string;
  readonly secretsPrefix: string;
};

/** Derives all names, so that installations with different names and prefixes share none. */
export function namesFor({ name: stack, account, secretsPrefix }: Naming): Names {
  const buckets = bucketKinds.map((kind) => [kind, `${stack}-${kind}-${account}`] as const);
  return {
    stack,
    account,
    buckets: Object.fromEntries(buckets) as Names['buckets'],
    ...edgeFunctionNames(stack),
    renderRole: `${stack}-render`,
    sourceEvents: `${stack}-sources`,
    secrets: secretIdsOf(secretsPrefix),
  };
}
