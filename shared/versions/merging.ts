import type { ReadablePolicy } from '../policy/diff/published-diff.ts';
import type { Keys } from '../policy/policy.ts';
import type { ValidPolicy } from '../policy/schema.ts';
import { type PolicyFields, validPolicy } from '../policy/validation.ts';
import { kidsUpTo } from './audit.ts';
import type { StoredRecord } from './bucket.ts';
import type { LiveVersion } from './live.ts';

/* What a policy that is published takes over from the live version: its keys and its takedowns. */

export type MergeOptions = {
  /** The root key for a tenant without keys. Its generation is higher than any the tenant has had. */
  readonly root: string;
  /** A rollback keeps takedowns: sources that are blocked now stay blocked. */
  readonly restoring?: true;
};

/** A recreated tenant continues the count, so URLs of the deleted tenant stay invalid. */
function firstKeys(root: string, had: readonly string[]): Keys {
  const generations = had
    .filter((kid) => kid.startsWith(`${root}.`))
    .map((kid) => Number(kid.slice(root.length + 1)));
  const kid = `${root}.${Math.max(0, ...generations) + 1}`;
  return { active: kid, accept: [kid] };
}

function liveKeys(last: StoredRecord | undefined): Keys | undefined {
  return (last?.record.policy as { readonly keys?: Keys } | null | undefined)?.keys;
}

/**
 * The document to store. Defaults are not written into it, so a new default applies to old documents.
 * If the document has no keys or takedowns, the live ones are kept: a file in git does not know them.
 */
export function mergeWithLive(
  document: PolicyFields,
  { last }: LiveVersion,
  { root, restoring }: MergeOptions,
): PolicyFields & { readonly keys: Keys } {
  const had = last === undefined ? [] : kidsUpTo(last.record);
  const keys = (document['keys'] as Keys | undefined) ?? liveKeys(last) ?? firstKeys(root, had);
  const live = last?.record.policy;
  const stays = live && (restoring || document['blocked'] === undefined);
  const blocked = stays ? live['blocked'] : document['blocked'];
  const { blocked: _written, ...others } = document;
  return blocked === undefined ? { ...others, keys } : { ...document, keys, blocked };
}

/**
 * The merged policy. It is valid if the document and the live policy are. If this release refuses the live
 * policy, what it adds is validated. Throws `PolicyInvalid`.
 */
export function validMerged(
  policy: ValidPolicy,
  merged: PolicyFields & { readonly keys: Keys },
  before: ReadablePolicy | undefined,
): ValidPolicy {
  if (before !== undefined && before.issues.length > 0) return validPolicy(merged);
  const { active, accept } = merged.keys;
  const blocked = merged['blocked'] as ValidPolicy['blocked'] | undefined;
  return { ...policy, keys: { active, accept: [...accept] }, blocked: blocked ?? [] };
}
