import { createHash } from 'node:crypto';
import { readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import {
  commitFile,
  makeFolder,
  removeTemporaries,
  syncFolder,
  writeTemporary,
} from '../../state/durable-file.ts';
import { createKeyLocks } from '../../state/key-locks.ts';
import { type BucketIndex, createBucketIndex, type IndexEntry } from './bucket-index.ts';
import {
  encodeTail,
  type ObjectHead,
  type OpenObject,
  openObject,
  readHead,
} from './object-file.ts';

export type ObjectChange = {
  readonly bucket: string;
  readonly key: string;
  readonly kind: 'created' | 'removed';
};

export type StoreOptions = {
  readonly folder: string;
  readonly buckets: readonly string[];
  readonly beforeChange?: ((change: ObjectChange) => Promise<void>) | undefined;
  readonly afterChange?: ((change: ObjectChange) => Promise<void> | void) | undefined;
  readonly log: (line: string) => void;
};

/** Checks the object that is about to be replaced or removed. Throws to prevent the change. */
export type Precondition = (current: ObjectHead | undefined) => void;

/** A body on disk that is not yet an object. */
export type Upload = { readonly path: string; readonly head: ObjectHead };

export type DiskStore = {
  readonly bucket: (name: string) => StoredBucket | undefined;
  readonly buckets: () => readonly StoredBucket[];
  readonly open: (bucket: string, key: string) => Promise<OpenObject | undefined>;
  readonly receive: (chunks: AsyncIterable<Buffer>, head: () => ObjectHead) => Promise<Upload>;
  readonly commit: (
    bucket: string,
    upload: Upload,
    check: Precondition | undefined,
  ) => Promise<void>;
  readonly remove: (bucket: string, key: string, check: Precondition | undefined) => Promise<void>;
};

export type StoredBucket = {
  readonly name: string;
  readonly createdAt: Date;
  readonly index: BucketIndex;
};

/** Opens the folder: creates what is missing, removes leftovers, reads every description. */
export async function openStore(options: StoreOptions): Promise<DiskStore> {
  const incoming = join(options.folder, 'incoming');
  await makeFolder(options.folder);
  await makeFolder(incoming);
  await removeTemporaries(incoming);
  const buckets = new Map<string, StoredBucket>();
  for (const name of options.buckets) buckets.set(name, await openBucket(options, name));
  const locate = (bucket: string, key: string): ObjectLocation =>
    objectLocation(options.folder, bucket, key);
  return {
    bucket: (name) => buckets.get(name),
    buckets: () => [...buckets.values()],
    open: (bucket, key) => openObject(locate(bucket, key).path, key),
    receive: (chunks, head) => receive(incoming, chunks, head),
    ...createChanges(options, buckets, locate),
  };
}

type ObjectLocation = { readonly folder: string; readonly path: string };

/** The file name is a hash of the key, so no key can escape the folder or be too long. */
function objectLocation(root: string, bucket: string, key: string): ObjectLocation {
  const hash = createHash('sha256').update(key).digest('hex');
  const folder = join(root, 'buckets', bucket, hash.slice(0, 2));
  return { folder, path: join(folder, hash.slice(2)) };
}

async function openBucket(options: StoreOptions, name: string): Promise<StoredBucket> {
  if (!/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/.test(name)) {
    throw new Error(`${name} is not a valid bucket name.`);
  }
  const folder = join(options.folder, 'buckets', name);
  await makeFolder(folder);
  const entries: IndexEntry[] = [];
  for (const fan of (await readdir(folder)).sort()) {
    for (const file of await readdir(join(folder, fan))) {
      const path = join(folder, fan, file);
      const entry = await readEntry(path).catch((error: Error) => {
        options.log(`s3: ${path} is damaged and not listed: ${error.message}`);
      });
      if (entry !== undefined) entries.push(entry);
    }
  }
  const { birthtime } = await stat(folder);
  return { name, createdAt: birthtime, index: createBucketIndex(entries) };
}

async function readEntry(path: string): Promise<IndexEntry> {
  return indexEntry(await readHead(path));
}

function indexEntry({ key, size, etag, modified }: ObjectHead): IndexEntry {
  return { key, size, etag, modified };
}

async function receive(
  incoming: string,
  chunks: AsyncIterable<Buffer>,
  describe: () => ObjectHead,
): Promise<Upload> {
  let head: ObjectHead | undefined;
  const path = await writeTemporary(incoming, async (handle) => {
    for await (const chunk of chunks) await handle.appendFile(chunk);
    head = describe();
    await handle.appendFile(encodeTail(head));
  });
  if (head === undefined) throw new Error('the upload ended without a description');
  return { path, head };
}

function createChanges(
  options: StoreOptions,
  buckets: ReadonlyMap<string, StoredBucket>,
  locate: (bucket: string, key: string) => ObjectLocation,
): Pick<DiskStore, 'commit' | 'remove'> {
  const withLock = createKeyLocks();
  const commit = async (bucket: string, upload: Upload, check?: Precondition): Promise<void> => {
    const { key } = upload.head;
    const { folder, path } = locate(bucket, key);
    check?.(await currentHead(path, key, check));
    await options.beforeChange?.({ bucket, key, kind: 'created' });
    await makeFolder(folder);
    await commitFile(upload.path, path);
    buckets.get(bucket)?.index.put(indexEntry(upload.head));
    await notifyChanged(options, { bucket, key, kind: 'created' });
  };
  const remove = async (bucket: string, key: string, check?: Precondition): Promise<void> => {
    const { folder, path } = locate(bucket, key);
    check?.(await currentHead(path, key, check));
    if ((await stat(path).catch(() => undefined)) === undefined) return;
    await options.beforeChange?.({ bucket, key, kind: 'removed' });
    await rm(path);
    await syncFolder(folder);
    buckets.get(bucket)?.index.remove(key);
    await notifyChanged(options, { bucket, key, kind: 'removed' });
  };
  return {
    commit: (bucket, upload, check) =>
      withLock(`${bucket}/${upload.head.key}`, () => commit(bucket, upload, check)).finally(() =>
        rm(upload.path, { force: true }),
      ),
    remove: (bucket, key, check) => withLock(`${bucket}/${key}`, () => remove(bucket, key, check)),
  };
}

/** Reads the current object from its file, because a condition must hold for what is on disk. */
async function currentHead(
  path: string,
  key: string,
  check: Precondition | undefined,
): Promise<ObjectHead | undefined> {
  if (check === undefined) return undefined;
  const opened = await openObject(path, key);
  await opened?.handle.close();
  return opened?.head;
}

/** Calls the listener. The change is durable already, so its failure does not fail the request. */
async function notifyChanged(options: StoreOptions, change: ObjectChange): Promise<void> {
  try {
    await options.afterChange?.(change);
  } catch (error) {
    options.log(`s3: the listener of a change failed: ${String(error)}`);
  }
}
