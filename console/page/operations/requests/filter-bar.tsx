import { refusals } from '../../../../shared/refusal.ts';
import { setQuery } from '../../address.ts';
import { Field } from '../../parts/field.tsx';
import { TenantSelect } from '../../parts/tenant-select.tsx';
import { namedTenant, queryText } from '../part.ts';
import { answerGroups } from './filter.ts';

const codes = Object.keys(refusals);

/** Which requests are listed and counted. */
export const FilterBar = () => (
  <div class="filter-bar">
    <TenantSelect
      value={namedTenant.value}
      all="All tenants"
      onChoose={(tenant) => setQuery({ tenant })}
    />
    <Field name="Answer">
      <select
        class="input"
        value={queryText('code')}
        onChange={({ currentTarget }) => setQuery({ code: currentTarget.value })}
      >
        <option value="">All answers</option>
        {Object.entries(answerGroups).map(([group, name]) => (
          <option key={group} value={group}>
            {name}
          </option>
        ))}
        {codes.map((code) => (
          <option key={code}>{code}</option>
        ))}
      </select>
    </Field>
    <Field name="Text">
      <input
        class="input"
        type="search"
        placeholder="path, recipe, reason, kid"
        value={queryText('text')}
        onInput={({ currentTarget }) => setQuery({ text: currentTarget.value })}
      />
    </Field>
  </div>
);
