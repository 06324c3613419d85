import { useEffect, useMemo, useRef } from 'preact/hooks';
import { printCount } from '../../../../operator/quantity.ts';
import { escapeForTerminal } from '../../../../shared/terminal.ts';
import { VirtualList } from '../../parts/virtual-list.tsx';
import { tenantOfPart } from '../part.ts';
import { folder } from './source-model.ts';
import { createUploads, type UploadItem } from './upload-list.ts';

const rowHeight = 64;

const tones = { waiting: '', sending: '', stored: 'good', refused: 'bad' } as const;

/** Most messages name the file. */
function textOf(path: string, message: string | undefined): string {
  if (message === undefined) return path;
  return message.includes(path) ? message : `${path}: ${message}`;
}

const UploadRow = ({ item: { message, part, path, state } }: { item: UploadItem }) => (
  <div class="upload">
    <span class={`tag ${tones[state]}`}>
      {state === 'sending' ? `${Math.round(part * 100)} %` : state}
    </span>
    <span class="upload-name small" title={message}>
      {escapeForTerminal(textOf(path, message))}
    </span>
  </div>
);

function summaryOf(items: readonly UploadItem[]): string {
  const count = (state: UploadItem['state']): number =>
    items.filter((item) => item.state === state).length;
  const refused = count('refused');
  const rest = refused === 0 ? '' : `, ${refused} not`;
  return `${count('stored')} of ${printCount(items.length, 'file')} stored${rest}`;
}

type QueueProps = {
  readonly items: readonly UploadItem[];
  readonly stop: () => void;
  readonly clear: () => void;
};

const Queue = ({ items, stop, clear }: QueueProps) => {
  const isWorking = items.some(({ state }) => state === 'waiting' || state === 'sending');
  const done = items.filter(({ state }) => state === 'stored' || state === 'refused').length;
  return (
    <div class="stack upload-queue">
      <div class="row">
        <progress aria-label="Files" value={done} max={items.length} />
        <span role="status">{summaryOf(items)}</span>
        <button type="button" class="button slight" onClick={isWorking ? stop : clear}>
          {isWorking ? 'Stop' : 'Clear the list'}
        </button>
      </div>
      <VirtualList
        items={items}
        rowHeight={rowHeight}
        height="9rem"
        label="Uploads"
        render={(item) => <UploadRow item={item} />}
      />
    </div>
  );
};

/** Files that are dropped beside the button would replace the page. */
function useDrop(onFiles: (files: readonly File[]) => void): void {
  useEffect(() => {
    const control = new AbortController();
    const { signal } = control;
    const onDrop = (event: DragEvent): void => {
      event.preventDefault();
      onFiles([...(event.dataTransfer?.files ?? [])]);
    };
    addEventListener('drop', onDrop, { signal });
    addEventListener('dragover', (event) => event.preventDefault(), { signal });
    return () => control.abort();
  }, []);
}

/** Uploads files into the folder that is shown. */
export function UploadQueue() {
  const uploads = useMemo(createUploads, []);
  const input = useRef<HTMLInputElement>(null);
  const add = (files: readonly File[]): void => uploads.add(tenantOfPart.value, folder(), files);
  useDrop(add);
  const items = uploads.items.value;
  return (
    <div class="drop">
      <div class="row">
        <button type="button" class="button" onClick={() => input.current?.click()}>
          Upload files
        </button>
        <p class="quiet small">{`or drop them here. They are stored ${folder() === '' ? 'without a folder' : `in ${escapeForTerminal(folder())}`}, and replace what has the same name.`}</p>
      </div>
      <input
        ref={input}
        type="file"
        multiple
        class="hidden"
        tabIndex={-1}
        aria-label="Files"
        onChange={({ currentTarget }) => {
          add([...(currentTarget.files ?? [])]);
          currentTarget.value = '';
        }}
      />
      {items.length > 0 && <Queue items={items} stop={uploads.stop} clear={uploads.clear} />}
    </div>
  );
}
