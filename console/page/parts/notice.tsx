import type { ComponentChildren } from 'preact';

export type Tone = 'good' | 'warn' | 'bad';

/** A sentence that stands out. Errors and warnings are announced to screen readers. */
export const Notice = ({ tone, children }: { tone?: Tone; children: ComponentChildren }) => (
  <p class={`notice ${tone ?? ''}`} role={tone === 'bad' ? 'alert' : 'status'}>
    {children}
  </p>
);

/** An error, with a way to try again. */
export const ErrorNotice = ({ message, again }: { message: string; again?: () => void }) => (
  <div class="stack">
    <Notice tone="bad">{message}</Notice>
    {again && (
      <div>
        <button type="button" class="button" onClick={again}>
          Try again
        </button>
      </div>
    )}
  </div>
);
