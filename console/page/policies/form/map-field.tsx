import { useSignal } from '@preact/signals';
import type { Draft } from '../draft/draft.ts';
import { visible } from '../words.ts';
import { TypedInput } from './typed-input.tsx';

const entriesOf = (value: unknown): readonly (readonly [string, unknown])[] =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? Object.entries(value) : [];

type MapFieldProps = {
  readonly draft: Draft;
  /** The field of the policy. */
  readonly name: string;
  /** The pattern of the names of its entries. */
  readonly pattern: string;
  readonly value: unknown;
};

const AddEntry = ({ draft, name, pattern, value }: MapFieldProps) => {
  const typed = useSignal('');
  const isNew = !entriesOf(value).some(([own]) => own === typed.value);
  const isName = new RegExp(pattern).test(typed.value) && isNew;
  return (
    <div class="row nowrap">
      <input
        class="input"
        aria-label={`Name of another entry of ${name}`}
        placeholder="name"
        value={typed.value}
        aria-invalid={typed.value !== '' && !isName}
        onInput={({ currentTarget }) => {
          typed.value = currentTarget.value;
        }}
      />
      <button
        type="button"
        class="button"
        disabled={!isName}
        onClick={() => {
          draft.edit([name, typed.value], 'format,f_auto');
          typed.value = '';
        }}
      >
        Add
      </button>
    </div>
  );
};

/** Entries with names, such as presets. */
export const MapField = (props: MapFieldProps) => (
  <div class="stack tight">
    {entriesOf(props.value).map(([own, text]) => (
      <div key={own} class="map-entry">
        <code>{visible(own)}</code>
        <TypedInput<string>
          label={`${props.name} ${own}`}
          value={typeof text === 'string' ? text : JSON.stringify(text)}
          print={(one) => one}
          read={(one) => ({ value: one })}
          onChange={(one) => props.draft.edit([props.name, own], one ?? '')}
        />
        <button
          type="button"
          class="button slight"
          aria-label={`Remove ${own}`}
          onClick={() => props.draft.edit([props.name, own], undefined)}
        >
          Remove
        </button>
      </div>
    ))}
    <AddEntry {...props} />
  </div>
);
