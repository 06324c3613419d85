import { randomBytes } from 'node:crypto';
import { readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { commitFile, makeFolder, syncFolder, writeTemporary } from '../../state/durable-file.ts';
import { createKeyLocks } from '../../state/key-locks.ts';
import { incomingFolder, type ReceivedFile } from '../objects/object-store.ts';
import { uploadLifeMillis } from '../wire/limits.ts';
import { S3Error } from '../wire/s3-error.ts';
import { type PartHead, readPartHead } from './part-file.ts';
import { parseUploadHead, type Upload, type UploadHead } from './upload.ts';

/*
 * A folder for each upload: upload.json describes it, and each part is a file named by its number. A
 * folder without upload.json is a leftover, because that file is written first and removed first.
 */

export type UploadStoreOptions = {
  /** The folder of the store of objects. */
  readonly folder: string;
  readonly log: (line: string) => void;
  /** Whether the upload has become its object already, and only its folder is left. */
  readonly isCompleted: (upload: Upload) => Promise<boolean>;
};

export type UploadStore = {
  /** The upload of a key. Throws NoSuchUpload. */
  readonly find: (bucket: string, key: string, id: string) => Upload;
  /** The uploads of a bucket, in no order. */
  readonly list: (bucket: string) => readonly Upload[];
  readonly create: (head: UploadHead) => Promise<Upload>;
  /** Adds or replaces a part. Throws NoSuchUpload if the upload has ended meanwhile. */
  readonly addPart: (upload: Upload, received: ReceivedFile<PartHead>) => Promise<void>;
  /** The file of a part. */
  readonly partPath: (upload: Upload, number: number) => string;
  /** Runs work that no part and no other end of the upload can interrupt. */
  readonly withLock: <T>(id: string, work: () => Promise<T>) => Promise<T>;
  /** Removes an upload. Call it inside the lock. */
  readonly remove: (id: string) => Promise<void>;
  /** Removes uploads that were not completed in time. */
  readonly expire: () => Promise<void>;
};

type MutableUpload = UploadHead & { readonly id: string; readonly parts: Map<number, PartHead> };

const descriptionName = 'upload.json';

/** Opens the uploads of a folder. Removes leftovers, and uploads that have expired or are completed. */
export async function openUploadStore(options: UploadStoreOptions): Promise<UploadStore> {
  const root = join(options.folder, 'uploads');
  await makeFolder(root);
  const uploads = new Map<string, MutableUpload>();
  for (const id of await readdir(root)) {
    const upload = await readUpload(root, id, options);
    if (upload === undefined) await rm(join(root, id), { recursive: true, force: true });
    else uploads.set(id, upload);
  }
  const store = createUploadStore(options, root, uploads);
  await store.expire();
  return store;
}

async function readUpload(
  root: string,
  id: string,
  { isCompleted, log }: UploadStoreOptions,
): Promise<MutableUpload | undefined> {
  const folder = join(root, id);
  const text = await readFile(join(folder, descriptionName), 'utf8').catch(() => undefined);
  if (text === undefined) return undefined;
  try {
    const upload = { ...parseUploadHead(text), id, parts: new Map<number, PartHead>() };
    if (await isCompleted(upload)) return undefined;
    for (const name of await readdir(folder)) {
      if (!/^[0-9]+$/.test(name)) continue;
      const part = await readPartHead(join(folder, name));
      upload.parts.set(part.number, part);
    }
    return upload;
  } catch (error) {
    log(`s3: the multipart upload ${id} is damaged and was removed: ${String(error)}`);
    return undefined;
  }
}

function createUploadStore(
  options: UploadStoreOptions,
  root: string,
  uploads: Map<string, MutableUpload>,
): UploadStore {
  const withLock = createKeyLocks();
  const partPath = ({ id }: Upload, number: number): string => join(root, id, String(number));
  const requireUpload = (id: string): MutableUpload => {
    const upload = uploads.get(id);
    if (upload === undefined) throw new S3Error('NoSuchUpload');
    return upload;
  };
  const remove = async (id: string): Promise<void> => {
    uploads.delete(id);
    await removeFolder(root, id);
  };
  return {
    find: (bucket, key, id) => {
      const upload = requireUpload(id);
      if (upload.bucket !== bucket || upload.key !== key) throw new S3Error('NoSuchUpload');
      return upload;
    },
    list: (bucket) => [...uploads.values()].filter((one) => one.bucket === bucket),
    create: async (head) => {
      const upload = { ...head, id: randomBytes(24).toString('hex'), parts: new Map() };
      await writeDescription(options.folder, join(root, upload.id), head);
      uploads.set(upload.id, upload);
      return upload;
    },
    addPart: (upload, received) =>
      withLock(upload.id, async () => {
        const current = requireUpload(upload.id);
        await commitFile(received.path, partPath(upload, received.head.number));
        current.parts.set(received.head.number, received.head);
      }).finally(() => rm(received.path, { force: true })),
    partPath,
    withLock,
    remove,
    expire: async () => {
      const oldest = Date.now() - uploadLifeMillis;
      const late = [...uploads.values()].filter(({ initiated }) => initiated < oldest);
      for (const { id } of late)
        await withLock(id, async () => {
          if (uploads.has(id)) await remove(id);
        });
    },
  };
}

async function writeDescription(store: string, folder: string, head: UploadHead): Promise<void> {
  const temporary = await writeTemporary(incomingFolder(store), async (handle) => {
    await handle.writeFile(JSON.stringify(head));
  });
  try {
    await makeFolder(folder);
    await commitFile(temporary, join(folder, descriptionName));
  } catch (error) {
    await rm(temporary, { force: true });
    await rm(folder, { recursive: true, force: true });
    throw error;
  }
}

async function removeFolder(root: string, id: string): Promise<void> {
  const folder = join(root, id);
  await rm(join(folder, descriptionName), { force: true });
  await syncFolder(folder);
  await rm(folder, { recursive: true, force: true });
}
