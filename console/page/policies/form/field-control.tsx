import type { FormField } from './form-schema.ts';
import { TypedInput } from './typed-input.tsx';

export type ControlProps = {
  readonly label: string;
  readonly field: FormField;
  readonly value: unknown;
  readonly onChange: (value: unknown) => void;
};

/** What the field is if it is left out. */
const printDefault = ({ schema }: FormField): string => {
  if (schema.default === undefined) return 'left out';
  return schema.default === null ? 'no limit' : `left out: ${String(schema.default)}`;
};

const Choice = ({ label, field, value, onChange }: ControlProps) => (
  <select
    class="input"
    aria-label={label}
    value={typeof value === 'string' ? value : ''}
    onChange={({ currentTarget }) => onChange(currentTarget.value || undefined)}
  >
    <option value="">{printDefault(field)}</option>
    {(field.schema.enum ?? []).map((one) => (
      <option key={one} value={one}>
        {one}
      </option>
    ))}
  </select>
);

const yesNo = { true: 'yes', false: 'no' } as const;

const Switch = ({ label, field, value, onChange }: ControlProps) => (
  <select
    class="input"
    aria-label={label}
    value={typeof value === 'boolean' ? String(value) : ''}
    onChange={({ currentTarget }) =>
      onChange(currentTarget.value === '' ? undefined : currentTarget.value === 'true')
    }
  >
    <option value="">
      left out: {yesNo[String(field.schema.default) as keyof typeof yesNo] ?? 'no'}
    </option>
    <option value="true">yes</option>
    <option value="false">no</option>
  </select>
);

/** Null is written as a word, for fields that know it. */
const readNull = ({ nullable }: FormField, text: string): boolean =>
  nullable && /^(?:null|none|no limit)$/.test(text.trim());

const NumberControl = ({ label, field, value, onChange }: ControlProps) => (
  <TypedInput<number | null>
    label={label}
    value={typeof value === 'number' || value === null ? value : undefined}
    print={(one) => (one === null ? 'no limit' : String(one))}
    read={(text) => {
      if (readNull(field, text)) return { value: null };
      const { minimum = 0, maximum = Number.MAX_SAFE_INTEGER } = field.schema;
      const isWhole = /^\d{1,15}$/.test(text.trim());
      if (isWhole && Number(text) >= minimum && Number(text) <= maximum)
        return { value: Number(text) };
      return { fault: `Write a whole number from ${minimum} to ${maximum}.` };
    }}
    onChange={onChange}
    placeholder={printDefault(field)}
  />
);

const Text = ({ label, field, value, onChange }: ControlProps) => (
  <TypedInput<string | null>
    label={label}
    value={typeof value === 'string' || value === null ? value : undefined}
    print={(one) => one ?? 'none'}
    read={(text) => ({ value: readNull(field, text) ? null : text })}
    onChange={onChange}
    placeholder={field.schema.default === null ? 'none' : printDefault(field)}
  />
);

const textsIn = (value: unknown): readonly string[] =>
  Array.isArray(value) ? value.filter((one) => typeof one === 'string') : [];

/** Entries are in the order in which they were chosen, because it counts for some fields. */
const Choices = ({ label, field, value, onChange }: ControlProps) => {
  const isLeftOut = value === undefined;
  const chosen = isLeftOut ? textsIn(field.schema.default) : textsIn(value);
  const toggle = (one: string): void =>
    onChange(chosen.includes(one) ? chosen.filter((other) => other !== one) : [...chosen, one]);
  return (
    <fieldset class="values">
      <legend class="hidden">{label}</legend>
      {(field.schema.items?.enum ?? []).map((one) => (
        <label key={one} class="check">
          <input type="checkbox" checked={chosen.includes(one)} onChange={() => toggle(one)} />
          {one}
          {chosen.length > 1 && chosen.includes(one) && (
            <span class="small quiet">{chosen.indexOf(one) + 1}</span>
          )}
        </label>
      ))}
      {!isLeftOut && (
        <button type="button" class="button slight" onClick={() => onChange(undefined)}>
          Leave out
        </button>
      )}
    </fieldset>
  );
};

const Lines = ({ label, value, onChange }: ControlProps) => (
  <TypedInput<readonly string[]>
    label={label}
    value={value === undefined ? undefined : textsIn(value)}
    print={(lines) => lines.join('\n')}
    read={(text) => ({ value: text.split('\n').filter((line) => line.trim() !== '') })}
    onChange={onChange}
    placeholder="left out; one in each line"
    rows={3}
  />
);

const Unfit = () => <p class="small quiet">Change it in the JSON.</p>;

const controls = {
  choice: Choice,
  choices: Choices,
  lines: Lines,
  switch: Switch,
  number: NumberControl,
  text: Text,
  json: Unfit,
} as const;

/** The control for a field that has no fields of its own. */
export function FieldControl(props: ControlProps) {
  const { kind } = props.field;
  const Control = kind === 'group' || kind === 'map' ? Unfit : controls[kind];
  return <Control {...props} />;
}
