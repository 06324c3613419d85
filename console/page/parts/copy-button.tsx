import { useSignal } from '@preact/signals';

/** Copies a text. Says that it did, and what to do where the browser does not allow it. */
export function CopyButton({ text, name = 'Copy' }: { text: string; name?: string }) {
  const said = useSignal<string | undefined>(undefined);
  const copy = async (): Promise<void> => {
    try {
      await navigator.clipboard.writeText(text);
      said.value = 'Copied';
    } catch {
      said.value = 'Select it and copy it';
    }
    setTimeout(() => {
      said.value = undefined;
    }, 2_000);
  };
  return (
    <button type="button" class="button slight" onClick={() => void copy()}>
      <span aria-live="polite">{said.value ?? name}</span>
    </button>
  );
}
