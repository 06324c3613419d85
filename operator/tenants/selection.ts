import { isTenant } from '../../shared/url/path.ts';
import { tenantNames } from '../../shared/versions/tenants.ts';
import { OperatorFailure, usageFailure } from '../failure.ts';
import { resolvePolicies } from '../policy-files/policy-extends.ts';
import type { Installation } from '../target/target.ts';
import { checkTenantName } from './tenant-name.ts';

/** Tenants as they were named: by name, or by the files and folders with their policies. */
export type TenantSelection = {
  readonly operands: readonly string[];
  /** All tenants of the installation. */
  readonly all: boolean;
};

/** A name of a tenant has neither slashes nor dots, so an operand with one is a path. */
export const isPath = (operand: string): boolean => /[/.]/.test(operand);

/** The tenant, if exactly one was named by its name. */
export function onlyTenant({ operands, all }: TenantSelection): string | undefined {
  const [first] = operands;
  return !all && operands.length === 1 && first !== undefined && !isPath(first) ? first : undefined;
}

/** Throws `usage` if no tenant was named, or some and `--all`. */
export function checkSelection({ operands, all }: TenantSelection): void {
  if (all && operands.length > 0)
    throw usageFailure('--all means every tenant; leave out the names, or --all');
  if (!all && operands.length === 0)
    throw usageFailure(
      'name a tenant, several, or a folder of policies such as policies/, or --all',
    );
  for (const operand of operands) if (!isPath(operand)) checkTenantName(operand);
}

async function tenantsInFiles(paths: readonly string[]): Promise<readonly string[]> {
  if (paths.length === 0) return [];
  const policies = await resolvePolicies(paths);
  return policies.map(({ file, document: { tenant } }) => {
    if (typeof tenant === 'string' && isTenant(tenant)) return tenant;
    throw new OperatorFailure('invalid_policy', `${file}: tenant is not a tenant name`);
  });
}

/**
 * The names of the selected tenants, each once, in the order in which they were named. Throws `usage`, `unreadable_file` or
 * `invalid_policy`.
 */
export async function selectTenants(
  { config }: Pick<Installation, 'config'>,
  selection: TenantSelection,
): Promise<readonly string[]> {
  checkSelection(selection);
  const { operands, all } = selection;
  if (all) return tenantNames(config);
  const names = await Promise.all(
    operands.map(async (one) => (isPath(one) ? tenantsInFiles([one]) : [one])),
  );
  return [...new Set(names.flat())];
}
