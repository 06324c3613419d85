import { useSignal } from '@preact/signals';

/** A value that was read, or what is wrong with the text. */
export type TextReading<T> = { readonly value: T | undefined } | { readonly fault: string };

type TypedInputProps<T> = {
  readonly label: string;
  readonly value: T | undefined;
  readonly print: (value: T) => string;
  /** Reads a text that is not empty. An empty one leaves the field out. */
  readonly read: (text: string) => TextReading<T>;
  readonly onChange: (value: T | undefined) => void;
  readonly placeholder?: string;
  /** More than one line. */
  readonly rows?: number;
};

/** A text field for a value. While its text cannot be read, the draft keeps the value before. */
export function TypedInput<T>(props: TypedInputProps<T>) {
  const { label, value, print, read, onChange, placeholder = '', rows } = props;
  /** What is typed, until the field is left. */
  const typed = useSignal<string | undefined>(undefined);
  const reading = typed.value === undefined ? undefined : readText(typed.value, read);
  const fault = reading !== undefined && 'fault' in reading ? reading.fault : undefined;
  const shared = {
    class: 'input',
    value: typed.value ?? (value === undefined ? '' : print(value)),
    'aria-label': label,
    'aria-invalid': fault !== undefined,
    placeholder,
    spellcheck: false,
    onInput: ({ currentTarget }: { readonly currentTarget: { readonly value: string } }) => {
      typed.value = currentTarget.value;
      const next = readText(currentTarget.value, read);
      if ('value' in next) onChange(next.value);
    },
    onBlur: () => {
      typed.value = undefined;
    },
  };
  return (
    <span class="typed">
      {rows === undefined ? <input {...shared} /> : <textarea {...shared} rows={rows} />}
      {fault !== undefined && (
        <span class="fault small" role="alert">
          {fault}
        </span>
      )}
    </span>
  );
}

const readText = <T,>(text: string, read: (text: string) => TextReading<T>): TextReading<T> =>
  text.trim() === '' ? { value: undefined } : read(text);
