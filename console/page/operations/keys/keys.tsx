import { useSignal } from '@preact/signals';
import { setQuery } from '../../address.ts';
import { overview } from '../../installation.ts';
import { TenantSelect } from '../../parts/tenant-select.tsx';
import { tenantOfPart } from '../part.ts';
import { RootKeys } from './root-keys.tsx';
import { TenantKeys } from './tenant-keys.tsx';

/** The signing keys: those of a tenant, and the root keys that they are derived from. */
export function KeysPart() {
  const isRead = useSignal(false);
  if (overview.value?.tenants.length === 0)
    return <p class="empty">There is no tenant yet. Create one: npx signet tenant create NAME</p>;
  return (
    <div class="stack">
      <section class="panel" aria-label="Keys of a tenant">
        <header>
          <h2>Keys of a tenant</h2>
          <TenantSelect
            value={tenantOfPart.value}
            onChoose={(tenant) => setQuery({ tenant }, 'push')}
          />
        </header>
        <div class="body">
          <TenantKeys
            onRead={() => {
              isRead.value = true;
            }}
          />
        </div>
      </section>
      {/* Later, so that it does not move when the kids above are known. */}
      {isRead.value && <RootKeys />}
    </div>
  );
}
