import { judgePolicy } from '../policy/issues.ts';
import type { ValidPolicy } from '../policy/schema.ts';
import { PolicyInvalid, printIssueText } from '../policy/validation.ts';
import type { ObjectStore } from '../ports.ts';
import { PortFailure } from '../ports.ts';
import { type PolicyBucket, policyKey } from './bucket.ts';
import { readLive } from './live.ts';

/** A published policy: the document as written, and its place in the chain. */
export type PublishedPolicy = {
  readonly document: ValidPolicy;
  readonly version: number;
  /** Kids that have left and never return. */
  readonly retired: readonly string[];
};

/** The live version of a tenant. Undefined for an unknown tenant. Throws `PolicyInvalid` if it is damaged. */
async function readLiveRecord(bucket: PolicyBucket, tenant: string) {
  const live = await readLive(bucket, tenant).catch((thrown: Error) => {
    if (thrown instanceof PortFailure) throw thrown;
    throw new PolicyInvalid([{ path: '', message: `of ${tenant} is unusable: ${thrown.message}` }]);
  });
  return live?.record;
}

/** The live policy of a tenant. Undefined for an unknown tenant. Throws `PolicyInvalid`. */
export async function publishedPolicy(
  bucket: PolicyBucket,
  tenant: string,
): Promise<PublishedPolicy | undefined> {
  const record = await readLiveRecord(bucket, tenant);
  if (record === undefined) return undefined;
  const { version, policy, retired } = record;
  const verdict = judgePolicy(policy);
  if ('policy' in verdict) return { document: verdict.policy, version, retired };
  const refused = verdict.issues.map(printIssueText).join('; ');
  const message = `of ${tenant} is refused by this release (version ${version}: ${refused}); publish a valid one`;
  throw new PolicyInvalid([{ path: '', message }]);
}

/** The tenants that have a policy, in order. */
export async function tenantNames(config: ObjectStore): Promise<readonly string[]> {
  const [prefix, suffix] = [policyKey('').replace('.jws', ''), '.jws'];
  const names: string[] = [];
  for await (const key of config.list(prefix))
    if (key.endsWith(suffix)) names.push(key.slice(prefix.length, -suffix.length));
  return names;
}
