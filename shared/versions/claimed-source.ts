import * as v from 'valibot';
import { limits } from '../limits.ts';
import type { ChosenSource } from '../policy/source-place.ts';
import type { ObjectReader } from '../ports.ts';
import { decodeRecord, policyKey } from './bucket.ts';

/** The part of a policy that says where the sources are. */
const claim = v.object({
  source: v.optional(
    v.object({ from: v.optional(v.string()), prefix: v.optional(v.string()) }),
    {},
  ),
});

/** Where a policy reads sources, even if this release refuses the rest of it. */
export function claimedPlace(policy: unknown): ChosenSource | 'unreadable' {
  const read = v.safeParse(claim, policy);
  return read.success ? read.output.source : 'unreadable';
}

const version = v.object({ policy: v.unknown() });

/** The payload of a compact JWS (RFC 7515, section 7.1). Its signature is not verified. */
function readPayload(text: string): unknown {
  const [, payload = ''] = text.split('.');
  const bytes = Uint8Array.from(atob(payload.replaceAll('-', '+').replaceAll('_', '/')), (one) =>
    one.charCodeAt(0),
  );
  return JSON.parse(new TextDecoder().decode(bytes));
}

/**
 * Reads from the live policy of a tenant where its sources are, without verifying the policy: the purge function has
 * no keys, and a wrong place can only make it delete what can be made again, or delete too little. A tenant without a
 * policy has nothing elsewhere. Returns `unreadable` for a policy that is damaged.
 */
export async function claimedSource(
  config: ObjectReader,
  tenant: string,
): Promise<ChosenSource | 'unreadable'> {
  const read = await config.get(policyKey(tenant), { maxBytes: limits.recordBytes });
  if (read === 'missing') return {};
  if (typeof read === 'string') return 'unreadable';
  try {
    return claimedPlace(v.parse(version, readPayload(decodeRecord(read.body))).policy);
  } catch {
    return 'unreadable';
  }
}
