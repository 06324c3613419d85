import { purgeBelow, purgeSource, requestSecondPurge } from '../../shared/objects/purge.ts';
import { malformed } from '../../shared/refusal.ts';
import { scopeFault, scopePrefix } from '../../shared/url/scope.ts';
import { policyOf } from '../keys/signer.ts';
import type { Installation, OpenInstallation } from '../target/target.ts';

/** A purge that was done. `derivatives` and `sources` are counts. */
export type ScopePurge = {
  readonly tenant: string;
  readonly scope: string;
  readonly derivatives: number;
  readonly sources: number;
};

/** Throws `malformed` if the text is neither a source path, `prefix/*` nor `*`. */
export function checkScope(scope: string): void {
  const fault = scopeFault(scope);
  if (fault !== undefined) throw malformed(fault);
}

async function deleteDerivatives(installation: Installation, tenant: string, scope: string) {
  const prefix = scopePrefix(scope);
  if (prefix !== undefined) return purgeBelow(installation, tenant, prefix);
  const source = { tenant, path: scope };
  return { derivatives: await purgeSource(installation, source), sources: [source] };
}

/** Deletes every derivative in a scope and invalidates the caches; a second purge follows later. */
export async function purgeScope(
  open: OpenInstallation,
  tenant: string,
  scope: string,
): Promise<ScopePurge> {
  checkScope(scope);
  const installation = await open();
  await policyOf(installation, tenant);
  const { derivatives, sources } = await deleteDerivatives(installation, tenant, scope);
  await requestSecondPurge(installation.config, sources);
  return { tenant, scope, derivatives, sources: sources.length };
}
