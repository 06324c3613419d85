import { signal } from '@preact/signals';
import { messageOf } from '../call.ts';
import { sendFile } from '../parts/sending-file.ts';
import { chosenTenant } from './model.ts';
import { choosePath, sourceRevision } from './viewing.ts';

/* Pictures of the person: dropped, pasted or picked. They are stored as `signet put` stores them. */

export type UploadState = {
  readonly busy: boolean;
  readonly said?: string | undefined;
  readonly error?: string | undefined;
};

export const uploadState = signal<UploadState>({ busy: false });
/** Counts uploads, so that lists are read again. */
export const uploaded = signal(0);

/** The name of a pasted picture, which has none of its own. */
const nameOfPasted = (): string => `pasted-${Date.now()}.png`;

async function store(file: File): Promise<string> {
  const name = file.name === 'image.png' || file.name === '' ? nameOfPasted() : file.name;
  await sendFile({ tenant: chosenTenant.value, path: name, file });
  return name;
}

/** Uploads a picture and shows it. */
export async function uploadFile(file: File | undefined): Promise<void> {
  if (file === undefined) return;
  uploadState.value = { busy: true };
  try {
    const name = await store(file);
    uploadState.value = { busy: false, said: `${name} is stored.` };
    uploaded.value += 1;
    sourceRevision.value += 1;
    choosePath(name);
  } catch (thrown) {
    uploadState.value = { busy: false, error: messageOf(thrown) };
  }
}

/** The first file of a drop or a paste. */
export const fileIn = (data: DataTransfer | null): File | undefined => data?.files[0];
