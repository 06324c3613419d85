import { tenantTag } from '../../shared/objects/derivatives.ts';
import { malformed } from '../../shared/refusal.ts';
import { blockedScopeFault, covers, isWatermarkScope } from '../../shared/url/scope.ts';
import { OperatorFailure } from '../failure.ts';
import { policyOf } from '../keys/signer.ts';
import {
  type CheckedScope,
  checkScope,
  type ScopeReport,
  scopeReport,
} from '../scopes/check-scope.ts';
import { readScope } from '../scopes/named-scope.ts';
import type { Installation, OpenInstallation } from '../target/target.ts';
import { changePolicy, liveRecord, type PolicyDocumentText } from './policy-change.ts';
import { type BlockCheck, type VerifyOptions, verifyBlock } from './verify-block.ts';

export type BlockRequest = {
  readonly tenant: string;
  /** A scope, or a URL of the tenant. */
  readonly scope: string;
  readonly reason: string;
};

export type BlockedScope = {
  readonly tenant: string;
  readonly scope: string;
  /** The policy version that was published, or the live one if it blocks the scope already. */
  readonly version: number;
};

/** A block, and whether the live policy had it already. */
type AppliedBlock = BlockedScope & { readonly already: boolean };

export type UnblockedScope = BlockedScope & {
  /** A wider scope that still blocks this one, or null. */
  readonly blockedBy: string | null;
};

/** A block with what it covers, and whether it was seen to work. */
export type Takedown = AppliedBlock & ScopeReport & { readonly check: BlockCheck };

/** How a door takes part in a block. */
export type BlockControl = {
  /** Receives what the scope covers, before anything is published. */
  readonly onChecked?: (scope: string, checked: CheckedScope) => void;
  /** Undefined not to ask whether the block works. */
  readonly verify: VerifyOptions | undefined;
};

type LivePolicyRecord = Awaited<ReturnType<typeof liveRecord>>;

const blockedIn = ({ blocked }: PolicyDocumentText): readonly string[] =>
  (blocked as readonly string[] | undefined) ?? [];

function checkBlockable(scope: string): void {
  const fault = blockedScopeFault(scope);
  if (fault !== undefined) throw malformed(fault);
}

/** Whether images of other sources can show what the scope covers: a fallback or a watermark. */
function isShownElsewhere(scope: string, { fallback }: PolicyDocumentText): boolean {
  const isFallback = typeof fallback === 'string' && covers(scope, fallback);
  return isFallback || isWatermarkScope(scope) || scope === '*';
}

/** Publishes a version that blocks a scope. Throws `conflict` if somebody else has blocked it meanwhile. */
async function publishBlock(
  installation: Installation,
  { tenant, scope, reason }: BlockRequest,
): Promise<BlockedScope> {
  const { version } = await changePolicy(installation, tenant, reason, ({ policy }) => {
    const blocked = blockedIn(policy);
    if (blocked.includes(scope))
      throw new OperatorFailure('conflict', `${scope} of ${tenant} is already blocked`);
    return { ...policy, blocked: [...blocked, scope] };
  });
  return { tenant, scope, version };
}

/** Blocks a scope, and invalidates the caches of the tenant if other images may show what it covers. */
async function applyBlock(
  installation: Installation,
  live: LivePolicyRecord,
  request: BlockRequest,
): Promise<AppliedBlock> {
  const { tenant, scope } = request;
  const already = blockedIn(live.policy).includes(scope);
  const done = already
    ? { tenant, scope, version: live.version }
    : await publishBlock(installation, request);
  if (isShownElsewhere(scope, live.policy)) await installation.invalidate([tenantTag(tenant)]);
  return { ...done, already };
}

/**
 * Blocks a scope, then views a stored derivative that no other scope blocks, to see that it is refused. If it covers the fallback or a
 * watermark, the caches of the whole tenant are invalidated, since answers for other sources may show it. Repeating
 * a block publishes nothing, and does the rest again. Throws `usage` for a scope that covers
 * nothing while a corrected spelling covers something, and for a URL of another tenant.
 */
export async function blockScope(
  open: OpenInstallation,
  request: BlockRequest,
  { onChecked, verify }: BlockControl = { verify: {} },
): Promise<Takedown> {
  const { tenant, reason } = request;
  const { installation, scope } = await readScope(open, tenant, request.scope, checkBlockable);
  // It says how to repair a policy that is damaged.
  const live = await liveRecord(installation, tenant);
  const checked = await checkScope(installation, await policyOf(installation, tenant), scope);
  onChecked?.(scope, checked);
  const done = await applyBlock(installation, live, { tenant, scope, reason });
  const check: BlockCheck =
    verify === undefined
      ? { state: 'not_verified' }
      : await verifyBlock(installation, checked.coverage, verify);
  return { ...done, ...scopeReport(checked), check };
}

function checkBlockedNow(
  { tenant, scope }: BlockRequest,
  blocked: readonly string[],
  wider: string | undefined,
): void {
  if (blocked.includes(scope)) return;
  throw new OperatorFailure(
    'not_found',
    wider === undefined
      ? `${scope} of ${tenant} is not blocked`
      : `${scope} of ${tenant} is blocked by ${wider}; unblock that`,
  );
}

/** Unblocks a scope. Throws `not_found` if that very scope is not blocked, and `usage` for a URL of another tenant. */
export async function unblockScope(
  open: OpenInstallation,
  request: BlockRequest,
): Promise<UnblockedScope> {
  const { tenant, reason } = request;
  const { installation, scope } = await readScope(open, tenant, request.scope, () => undefined);
  let wider: string | undefined;
  const { version } = await changePolicy(installation, tenant, reason, ({ policy }) => {
    const blocked = blockedIn(policy);
    wider = blocked.find((one) => one !== scope && covers(one, scope));
    checkBlockedNow({ tenant, scope, reason }, blocked, wider);
    return { ...policy, blocked: blocked.filter((one) => one !== scope) };
  });
  return { tenant, scope, version, blockedBy: wider ?? null };
}
