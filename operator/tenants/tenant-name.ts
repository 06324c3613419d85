import { isTenant } from '../../shared/url/path.ts';
import { usageFailure } from '../failure.ts';

/** Throws `usage` if the text cannot be a tenant name. */
export function checkTenantName(name: string): void {
  if (!isTenant(name))
    throw usageFailure(
      `"${name}" is not a tenant name: 1 to 63 of a-z and 0-9, with single hyphens inside`,
    );
}
