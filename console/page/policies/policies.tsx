import './policies.css';
import { useComputed } from '@preact/signals';
import { address } from '../address.ts';
import { Fleet } from './fleet/fleet.tsx';
import { TenantPolicy } from './tenant-policy.tsx';

/** All tenants, or the policy of one. */
export function PoliciesView() {
  const tenant = useComputed(() => address.value.query.get('tenant') ?? '');
  return tenant.value === '' ? (
    <Fleet />
  ) : (
    <TenantPolicy key={tenant.value} tenant={tenant.value} />
  );
}
