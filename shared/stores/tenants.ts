import * as v from 'valibot';
import { limits } from '../limits.ts';
import type { Keys } from '../policy.ts';
import { type PolicyIssue, parsePolicyText, policyIssues } from '../policy-issues.ts';
import { type PolicyDocument, policySchema } from '../policy-schema.ts';
import { type ObjectStore, PortFailure } from '../ports.ts';
import { policyKey } from './policies.ts';

/** A policy as it is published: the document that was written, and the version of the object. */
export type PublishedPolicy = { readonly document: PolicyDocument; readonly etag: string };

/** A policy cannot be published. The issues are all there are. */
export class PolicyInvalid extends Error {
  override readonly name = 'PolicyInvalid';
  readonly issues: readonly PolicyIssue[];
  constructor(issues: readonly PolicyIssue[]) {
    super(issues.map(({ path, message }) => `${path || 'the policy'} ${message}`).join('\n'));
    this.issues = issues;
  }
}

/** Somebody else was faster: nothing was written. */
export class PublishConflict extends Error {
  override readonly name = 'PublishConflict';
}

const decoder = new TextDecoder('utf-8', { fatal: true });

/** Validates a document. Throws `PolicyInvalid` with everything that is wrong with it. */
export function validPolicy(document: unknown): PolicyDocument {
  const issues = policyIssues(document);
  if (issues.length > 0) throw new PolicyInvalid(issues);
  return v.parse(policySchema, document);
}

/** The tenant's published policy, or nothing for an unknown tenant. */
export async function publishedPolicy(
  config: ObjectStore,
  tenant: string,
): Promise<PublishedPolicy | undefined> {
  const read = await config.get(policyKey(tenant), { maxBytes: limits.policyBytes });
  if (read === 'missing') return undefined;
  if (typeof read === 'string') throw new PortFailure(`policy ${tenant} is ${read}`);
  const parsed = parsePolicyText(decoder.decode(read.body));
  if ('issue' in parsed) throw new PolicyInvalid([parsed.issue]);
  return { document: validPolicy(parsed.document), etag: read.etag };
}

/** The tenants that have a policy, in order. */
export async function tenantNames(config: ObjectStore): Promise<readonly string[]> {
  const [prefix, suffix] = [policyKey('').replace('.json', ''), '.json'];
  const names: string[] = [];
  for await (const key of config.list(prefix))
    if (key.endsWith(suffix)) names.push(key.slice(prefix.length, -suffix.length));
  return names;
}

export type PublishOptions = {
  /** What a tenant without keys gets: the newest root's first generation. */
  readonly firstKeys: Keys;
  /** Refuse when the tenant exists already. */
  readonly create?: boolean;
  /** Why; stored with the policy. */
  readonly reason?: string;
};

export type Publication = {
  readonly tenant: string;
  readonly keys: Keys;
  /** Whether there was no such tenant before. */
  readonly created: boolean;
};

type Live = { readonly keys: Keys | undefined; readonly etag: string };

/**
 * What is published now. A document that cannot be read may be replaced, but not without keys:
 * nobody knows any more which ones its tenant accepts.
 */
async function livePolicy(config: ObjectStore, wanted: PolicyDocument): Promise<Live | undefined> {
  const { tenant, keys } = wanted;
  const read = await config.get(policyKey(tenant), { maxBytes: Number.MAX_SAFE_INTEGER });
  if (read === 'missing') return undefined;
  if (typeof read === 'string') throw new PortFailure(`policy ${tenant} is ${read}`);
  if (keys !== undefined) return { keys, etag: read.etag };
  const published = await publishedPolicy(config, tenant).catch(() => {
    const message = `is missing, and the published policy of ${tenant} cannot be read to keep its own; add the kids its URLs carry, such as "keys": {"active": "r1.1", "accept": ["r1.1"]}`;
    throw new PolicyInvalid([{ path: 'keys', message }]);
  });
  return { keys: published?.document.keys, etag: read.etag };
}

/**
 * Publishes a policy. Without a `keys` block the live one stays. Throws `PolicyInvalid`, and
 * `PublishConflict` when the tenant exists or somebody else has published in between.
 */
export async function publishPolicy(
  config: ObjectStore,
  document: unknown,
  { firstKeys, create, reason }: PublishOptions,
): Promise<Publication> {
  const wanted = validPolicy(document);
  const live = create ? undefined : await livePolicy(config, wanted);
  const keys = wanted.keys ?? live?.keys ?? firstKeys;
  // Stored as it was written: a default that is not spelled out stays the default of the reader.
  const text = JSON.stringify({ ...(document as object), keys });
  const put = await config.put(policyKey(wanted.tenant), new TextEncoder().encode(text), {
    contentType: 'application/json',
    // Metadata travels in headers, which are ASCII.
    metadata: reason === undefined ? {} : { reason: encodeURIComponent(reason).slice(0, 1_500) },
    only: live === undefined ? 'absent' : { etag: live.etag },
  });
  if (put === 'taken')
    throw new PublishConflict(
      create
        ? `tenant ${wanted.tenant} exists already`
        : `somebody else has just published ${wanted.tenant}; look at it and publish again`,
    );
  return { tenant: wanted.tenant, keys, created: live === undefined };
}
