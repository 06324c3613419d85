import { call } from '../../call.ts';
import { useLoading } from '../../loading.ts';
import { ErrorNotice, Notice } from '../../parts/notice.tsx';
import { printCountOf, visible } from '../words.ts';

/** Whether the chain of versions verifies. It is verified again once `version` changes. */
export function Audit({ tenant, version }: { tenant: string; version: number }) {
  return <AuditOf key={version} tenant={tenant} />;
}

function AuditOf({ tenant }: { tenant: string }) {
  const audit = useLoading((stop) => call('audit', { tenant }, stop));
  const { value, error, busy } = audit.value;
  return (
    <section class="panel" aria-label="Audit chain" aria-busy={busy}>
      <header>
        <h2>Audit chain</h2>
        <button type="button" class="button" onClick={audit.again} disabled={busy}>
          Verify again
        </button>
      </header>
      <div class="body stack tight audit-body">
        {error !== undefined && <ErrorNotice message={error} again={audit.again} />}
        {value === undefined && error === undefined && <p class="quiet">Verified…</p>}
        {value?.verified === true && (
          <Notice tone="good">
            Intact: {printCountOf(value.versions, 'version')}, each signed and continuing the one
            before.
          </Notice>
        )}
        {value?.verified === false && (
          <Notice tone="bad">
            It does not verify: {value.faults.map((fault) => visible(fault)).join('; ')}
          </Notice>
        )}
        <ul class="small quiet">
          {value?.authors.map(({ by, identity, versions }) => (
            <li key={by}>
              {printCountOf(versions, 'version')} by {visible(by)}
              {identity === undefined ? ' (self-declared)' : ''}
            </li>
          ))}
        </ul>
      </div>
    </section>
  );
}
