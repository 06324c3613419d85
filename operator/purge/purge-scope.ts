import { tenantTag } from '../../shared/objects/derivatives.ts';
import {
  purgeBelow,
  purgeSource,
  purgeWatermark,
  requestSecondPurge,
} from '../../shared/objects/purge.ts';
import { watermarkIdIn } from '../../shared/operations/watermark-object.ts';
import type { Policy } from '../../shared/policy/policy.ts';
import { malformed } from '../../shared/refusal.ts';
import { sourceKey } from '../../shared/url/path.ts';
import {
  covers,
  explainedScopeFault,
  isWatermarkScope,
  scopePrefix,
} from '../../shared/url/scope.ts';
import { policyKey } from '../../shared/versions/bucket.ts';
import { requestTenantPurge } from '../../shared/versions/source-move.ts';
import { policyOf } from '../keys/signer.ts';
import { isPolicyLost } from '../policies/policy-change.ts';
import {
  type CheckedScope,
  checkScope,
  type ScopeReport,
  scopeReport,
} from '../scopes/check-scope.ts';
import { showsMarkIn } from '../scopes/coverage.ts';
import { readScope } from '../scopes/named-scope.ts';
import type { Installation, OpenInstallation } from '../target/target.ts';
import { checkTenantName } from '../tenants/tenant-name.ts';

/** A purge that was done. `derivatives` and `sources` are counts of what was deleted. */
export type ScopePurge = ScopeReport & {
  readonly tenant: string;
  readonly scope: string;
  readonly derivatives: number;
  readonly sources: number;
};

/** Throws `malformed` if the text is neither a source path, a watermark, `prefix/*` nor `*`. */
function checkPurgeable(scope: string): void {
  if (watermarkIdIn(scope) !== undefined) return;
  if (isWatermarkScope(scope))
    throw malformed(
      `${scope} is not one watermark; write _watermarks/ID.png, or '*' for all images of the tenant`,
    );
  const fault = explainedScopeFault(scope);
  if (fault !== undefined) throw malformed(fault);
}

async function deleteDerivatives(installation: Installation, tenant: string, scope: string) {
  const watermark = watermarkIdIn(scope);
  if (watermark !== undefined) return purgeWatermark(installation, tenant, watermark);
  if (isWatermarkScope(scope)) return purgeBelow(installation, tenant, '', showsMarkIn(scope));
  const prefix = scopePrefix(scope);
  if (prefix !== undefined) return purgeBelow(installation, tenant, prefix);
  const source = { tenant, path: scope };
  // An object with this name is no derivative, and somebody else has put it there.
  await installation.derivatives.remove([sourceKey(source)]);
  return { derivatives: await purgeSource(installation, source), sources: [source] };
}

/** Deletes the derivatives in a checked scope, invalidates the caches and requests the second purge. */
export async function purgeCovered(
  installation: Installation,
  { fallback, tenant }: Pick<Policy, 'fallback' | 'tenant'>,
  scope: string,
): Promise<{ readonly derivatives: number; readonly sources: number }> {
  const { derivatives, sources } = await deleteDerivatives(installation, tenant, scope);
  if (fallback !== null && covers(scope, fallback))
    await installation.invalidate([tenantTag(tenant)]);
  await requestSecondPurge(installation.config, sources);
  return { derivatives, sources: sources.length };
}

/** What a purge covers, and what an operator has to know before it. */
export type PurgePlan = ScopeReport & {
  readonly scope: string;
  readonly checked: CheckedScope;
};

/** Finds what `purgeScope` would delete, and changes nothing. Throws as it does. */
export async function planPurge(
  open: OpenInstallation,
  tenant: string,
  written: string,
): Promise<PurgePlan> {
  const { installation, scope } = await readScope(open, tenant, written, checkPurgeable);
  const checked = await checkScope(installation, await policyOf(installation, tenant), scope);
  return { scope, checked, ...scopeReport(checked) };
}

/**
 * Deletes what is stored below the name of a tenant that was deleted or never was. Undefined if there is such a tenant,
 * or nothing to delete.
 */
async function purgeLeftovers(
  installation: Installation,
  tenant: string,
): Promise<ScopePurge | undefined> {
  checkTenantName(tenant);
  const { config } = installation;
  const isLive = (await config.get(policyKey(tenant), { maxBytes: 0 })) !== 'missing';
  if (isLive || (await isPolicyLost(installation, tenant))) return undefined;
  const { derivatives, sources } = await purgeBelow(installation, tenant, '');
  if (derivatives === 0) return undefined;
  await requestTenantPurge(config, tenant);
  return {
    ...{ tenant, scope: '*', derivatives, sources: sources.length },
    covers: { sources: null, derivatives: { count: derivatives, more: false }, names: [] },
    ...{ doubts: [], unlisted: null, meant: null },
  };
}

/**
 * Deletes every derivative in a scope and invalidates the caches; a second purge follows later. The scope of a
 * watermark is every source of which a stored image shows it. Answers for
 * missing sources show the fallback, so purging it invalidates the caches of the whole tenant. The scope may be a URL
 * of the tenant. Throws `usage` as `blockScope` does.
 */
export async function purgeScope(
  open: OpenInstallation,
  tenant: string,
  written: string,
  onChecked?: (scope: string, checked: CheckedScope) => void,
): Promise<ScopePurge> {
  const { installation, scope } = await readScope(open, tenant, written, checkPurgeable);
  const rest = scope === '*' ? await purgeLeftovers(installation, tenant) : undefined;
  if (rest !== undefined) return rest;
  const policy = await policyOf(installation, tenant);
  const checked = await checkScope(installation, policy, scope);
  onChecked?.(scope, checked);
  const { derivatives, sources: named } = await purgeCovered(installation, policy, scope);
  // A source that is named alone is purged from the caches although none of its derivatives is stored.
  const purged = { derivatives, sources: derivatives === 0 ? 0 : named };
  return { tenant, scope, ...purged, ...scopeReport(checked) };
}
