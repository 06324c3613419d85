import * as v from 'valibot';
import { type PolicyIssue, policyIssues } from '../policy/issues.ts';
import { type PolicyDocument, policySchema } from '../policy/schema.ts';
import type { ObjectStore } from '../ports.ts';
import { type PolicyBucket, policyKey } from './bucket.ts';
import { recordInForce } from './live.ts';

/** A policy as it is published: the document that was written, and its place in the chain. */
export type PublishedPolicy = {
  readonly document: PolicyDocument;
  readonly version: number;
  /** Kids that have left and never return. */
  readonly retired: readonly string[];
};

/** A policy cannot be published. The issues are all there are. */
export class PolicyInvalid extends Error {
  override readonly name = 'PolicyInvalid';
  readonly issues: readonly PolicyIssue[];
  constructor(issues: readonly PolicyIssue[]) {
    super(issues.map(({ path, message }) => `${path || 'the policy'} ${message}`).join('\n'));
    this.issues = issues;
  }
}

/** Validates a document. Throws `PolicyInvalid` with everything that is wrong with it. */
export function validPolicy(document: unknown): PolicyDocument {
  const issues = policyIssues(document);
  if (issues.length > 0) throw new PolicyInvalid(issues);
  return v.parse(policySchema, document);
}

/** The tenant's policy that is in force, or nothing for an unknown tenant. */
export async function publishedPolicy(
  bucket: PolicyBucket,
  tenant: string,
): Promise<PublishedPolicy | undefined> {
  const live = await recordInForce(bucket, tenant).catch((thrown: Error) => {
    if (thrown.name === 'PortFailure') throw thrown;
    throw new PolicyInvalid([{ path: '', message: `of ${tenant} is unusable: ${thrown.message}` }]);
  });
  if (live === undefined) return undefined;
  const { version, policy, retired } = live.record;
  return { document: validPolicy(policy), version, retired };
}

/** The tenants that have a policy, in order. */
export async function tenantNames(config: ObjectStore): Promise<readonly string[]> {
  const [prefix, suffix] = [policyKey('').replace('.jws', ''), '.jws'];
  const names: string[] = [];
  for await (const key of config.list(prefix))
    if (key.endsWith(suffix)) names.push(key.slice(prefix.length, -suffix.length));
  return names;
}
