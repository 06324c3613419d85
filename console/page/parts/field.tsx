import type { ComponentChildren } from 'preact';

type FieldProps = {
  readonly name: string;
  readonly hint?: string | undefined;
  readonly fault?: string | undefined;
  readonly children: ComponentChildren;
};

/** A control with its name, a hint, and what is wrong with its value. */
export const Field = ({ name, hint, fault, children }: FieldProps) => (
  // biome-ignore lint/a11y/noLabelWithoutControl: the control is the child
  <label class="field">
    <span class="name">{name}</span>
    {children}
    {hint !== undefined && <span class="hint">{hint}</span>}
    {fault !== undefined && (
      <span class="fault" role="alert">
        {fault}
      </span>
    )}
  </label>
);
