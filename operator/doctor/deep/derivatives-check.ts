import type { Installation } from '../../target/target.ts';
import { selectTenants, type TenantSelection } from '../../tenants/selection.ts';
import { type Finding, fail, pass } from '../finding.ts';
import { type DeepControl, walkDerivatives } from './derivative-walk.ts';

/**
 * Looks at the derivatives of the selected tenants, or at all that are stored. A finding for each folder with wrong
 * ones. None without `deep`.
 */
export async function checkDerivatives(
  installation: Installation,
  selection: TenantSelection,
  deep: DeepControl | undefined,
): Promise<readonly Finding[]> {
  if (deep === undefined) return [];
  const isAll = selection.operands.length === 0;
  const tenants = isAll ? 'all' : await selectTenants(installation, selection);
  const { complete, examined, folders } = await walkDerivatives(installation, tenants, deep);
  return [
    pass({ check: 'derivatives' }, { kind: 'derivatives_match', examined, complete }),
    ...folders.map((folder) =>
      fail({ check: 'derivatives', tenant: folder.tenant }, { kind: 'derivatives_wrong', folder }),
    ),
  ];
}
