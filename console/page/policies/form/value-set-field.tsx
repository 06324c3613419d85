import type { Parameter } from '../../../../shared/operations/parameter.ts';
import { isRange, type Member, type ValueSet } from '../../../../shared/policy/value-set.ts';
import { TypedInput } from './typed-input.tsx';
import { printMembers, readMembers, readValueSet } from './value-text.ts';

type ValueSetProps = {
  readonly name: string;
  readonly parameter: Parameter;
  readonly value: unknown;
  readonly onChange: (value: ValueSet | undefined) => void;
};

const membersOf = (set: ValueSet | undefined): readonly Member[] =>
  set === undefined || isRange(set) ? [] : set;

/** No value at all is a field that is left out. */
const orNothing = (members: readonly Member[]): readonly Member[] | undefined =>
  members.length === 0 ? undefined : members;

const LeftOut = ({ name, value, onChange }: Omit<ValueSetProps, 'parameter'>) => {
  const set = readValueSet(value);
  const members = membersOf(set);
  const isOn = members.includes(null);
  return (
    <label class="check">
      <input
        type="checkbox"
        checked={isOn}
        disabled={set !== undefined && isRange(set)}
        aria-label={`${name} may be left out`}
        onChange={() =>
          onChange(orNothing(isOn ? members.filter((one) => one !== null) : [...members, null]))
        }
      />
      may be left out
    </label>
  );
};

const Options = ({
  name,
  options,
  value,
  onChange,
}: Omit<ValueSetProps, 'parameter'> & { readonly options: readonly string[] }) => {
  const members = membersOf(readValueSet(value));
  const toggle = (option: string): void =>
    onChange(
      orNothing(
        members.includes(option) ? members.filter((one) => one !== option) : [...members, option],
      ),
    );
  return (
    <>
      {options.map((option) => (
        <label key={option} class="check">
          <input
            type="checkbox"
            checked={members.includes(option)}
            aria-label={`${name} ${option}`}
            onChange={() => toggle(option)}
          />
          {option}
        </label>
      ))}
    </>
  );
};

/** The values that a rule allows one parameter, with the control of the operations table. */
export function ValueSetField({ name, parameter, value, onChange }: ValueSetProps) {
  const { control, about, expects, fallback } = parameter;
  const set = readValueSet(value);
  const keepNull = (next: ValueSet | undefined): void =>
    onChange(
      membersOf(set).includes(null) && !(next !== undefined && isRange(next))
        ? [...(next ?? []), null]
        : next,
    );
  return (
    <div class="value-set">
      <span class="name" title={`${about}; ${expects}`}>
        <code>{name}</code> <span class="small quiet">{about.replaceAll('`', '')}</span>
      </span>
      <span class="values">
        {control.control === 'select' ? (
          <Options name={name} options={control.options} value={value} onChange={onChange} />
        ) : (
          <TypedInput
            label={`Values of ${name}`}
            value={set}
            print={printMembers}
            read={(text) => readMembers(text, parameter)}
            onChange={keepNull}
            placeholder={fallback === undefined ? 'left out' : `left out: ${fallback}`}
          />
        )}
        <LeftOut name={name} value={value} onChange={onChange} />
      </span>
    </div>
  );
}
