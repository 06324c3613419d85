import { withSharedAnswers } from '../target/shared-answers.ts';
import type { Installation, OpenInstallation } from '../target/target.ts';
import { changeEach, type FleetChange } from './fleet.ts';
import { type FleetControl, quietly, type TenantOutcome, type TenantSubject } from './outcomes.ts';
import { checkSelection, selectTenants, type TenantSelection } from './selection.ts';

/** What is done to each of the selected tenants. */
type TenantChange<P, T> = Omit<FleetChange<TenantSubject, P, T>, 'subjects'>;

/**
 * Changes the selected tenants as `changeEach` does. `prepare` gets the installation and how many tenants are selected.
 * Throws `usage` for a selection of none.
 */
export async function changeSelected<P, T>(
  open: OpenInstallation,
  selection: TenantSelection,
  prepare: (installation: Installation, count: number) => Promise<TenantChange<P, T>>,
  control: FleetControl = quietly,
): Promise<readonly TenantOutcome<T>[]> {
  checkSelection(selection);
  const installation = withSharedAnswers(await open());
  const subjects = (await selectTenants(installation, selection)).map((tenant) => ({ tenant }));
  const change = await prepare(installation, subjects.length);
  return changeEach(installation, { subjects, ...change }, control);
}
