import { overview } from '../installation.ts';

type TenantSelectProps = {
  readonly value: string;
  readonly onChoose: (tenant: string) => void;
  /** What stands for all tenants, if they can be chosen together. */
  readonly all?: string;
};

/** A choice of one tenant of the installation. */
export const TenantSelect = ({ value, onChoose, all }: TenantSelectProps) => (
  <label class="field">
    <span class="name">Tenant</span>
    <select
      class="input"
      value={value}
      onChange={({ currentTarget }) => onChoose(currentTarget.value)}
    >
      {all !== undefined && <option value="">{all}</option>}
      {(overview.value?.tenants ?? []).map((name) => (
        <option key={name}>{name}</option>
      ))}
    </select>
  </label>
);
