import { useSignal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import { Notice } from '../parts/notice.tsx';
import { fileIn, uploadFile, uploadState } from './uploading.ts';

/** Text that is pasted into a field is none of our business. */
function onPaste(event: ClipboardEvent): void {
  const file = fileIn(event.clipboardData);
  if (file === undefined) return;
  event.preventDefault();
  void uploadFile(file);
}

/** A file that is dropped beside the panel would replace the page. */
function keepPage(event: DragEvent): void {
  event.preventDefault();
}

/** Takes a picture of the person: dropped anywhere, pasted, or picked. */
export function UploadPanel() {
  const over = useSignal(false);
  const input = useRef<HTMLInputElement>(null);
  useEffect(() => {
    const onDrop = (event: DragEvent): void => {
      event.preventDefault();
      over.value = false;
      void uploadFile(fileIn(event.dataTransfer));
    };
    const onOver = (event: DragEvent): void => {
      keepPage(event);
      over.value = true;
    };
    const onLeave = (event: DragEvent): void => {
      if (event.relatedTarget === null) over.value = false;
    };
    const control = new AbortController();
    const { signal } = control;
    addEventListener('paste', onPaste, { signal });
    addEventListener('drop', onDrop, { signal });
    addEventListener('dragover', onOver, { signal });
    addEventListener('dragleave', onLeave, { signal });
    return () => control.abort();
  }, []);
  const { busy, error, said } = uploadState.value;
  return (
    <div class={`drop ${over.value ? 'over' : ''}`}>
      <button type="button" class="button" disabled={busy} onClick={() => input.current?.click()}>
        {busy ? 'Uploading…' : 'Choose a picture'}
      </button>
      <p class="quiet small">or drop or paste one. It is stored as a source of this tenant.</p>
      <input
        ref={input}
        type="file"
        class="hidden"
        tabIndex={-1}
        aria-label="A picture"
        accept="image/jpeg,image/png,image/webp,image/gif"
        onChange={({ currentTarget }) => {
          void uploadFile(currentTarget.files?.[0]);
          currentTarget.value = '';
        }}
      />
      {error !== undefined && <Notice tone="bad">{error}</Notice>}
      {said !== undefined && <Notice tone="good">{said}</Notice>}
    </div>
  );
}
