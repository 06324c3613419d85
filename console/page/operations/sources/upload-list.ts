import { signal } from '@preact/signals';
import { messageOf } from '../../call.ts';
import { sendFile } from '../../parts/sending-file.ts';
import { noteChange } from './source-model.ts';

/** A file that is uploaded, and how far it has come. */
export type UploadItem = {
  readonly path: string;
  readonly state: 'waiting' | 'sending' | 'stored' | 'refused';
  /** What is sent, from 0 to 1. */
  readonly part: number;
  /** Why it was refused, or why no image is made of it. */
  readonly message?: string | undefined;
};

type Job = { readonly at: number; readonly tenant: string; readonly file: File };

/** Files that are uploaded one after another. */
export function createUploads() {
  const items = signal<readonly UploadItem[]>([]);
  const jobs: Job[] = [];
  let control = new AbortController();
  let running = false;
  const change = (at: number, changed: Partial<UploadItem>): void => {
    items.value = items.value.map((item, index) => (index === at ? { ...item, ...changed } : item));
  };
  const send = async ({ at, file, tenant }: Job): Promise<void> => {
    const path = items.value[at]?.path ?? file.name;
    change(at, { state: 'sending' });
    const onProgress = (part: number): void => change(at, { part });
    try {
      const message = await sendFile({ tenant, path, file, onProgress, signal: control.signal });
      change(at, { state: 'stored', part: 1, message });
    } catch (thrown) {
      change(at, { state: 'refused', message: messageOf(thrown) });
    }
  };
  const work = async (): Promise<void> => {
    if (running) return;
    running = true;
    for (let job = jobs.shift(); job !== undefined; job = jobs.shift()) await send(job);
    running = false;
    noteChange();
  };
  return {
    items,
    add: (tenant: string, folder: string, files: readonly File[]): void => {
      const begin = items.value.length;
      items.value = [
        ...items.value,
        ...files.map(
          (file) => ({ path: `${folder}${file.name}`, state: 'waiting', part: 0 }) as const,
        ),
      ];
      jobs.push(...files.map((file, index) => ({ at: begin + index, tenant, file })));
      void work();
    },
    stop: (): void => {
      for (const { at } of jobs.splice(0)) change(at, { state: 'refused', message: 'stopped' });
      control.abort();
      control = new AbortController();
    },
    /** Forgets what has ended. */
    clear: (): void => {
      if (!running) items.value = [];
    },
  };
}
