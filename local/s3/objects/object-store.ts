import { createHash } from 'node:crypto';
import { readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import {
  commitFile,
  makeFolder,
  sweepTemporaries,
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

/** Looks at the object that is about to be replaced or removed; throws to prevent it. */
export type Precondition = (current: ObjectHead | undefined) => void;

/** A body on disk that no key points to yet. */
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

/** Opens the folder: makes what is missing, sweeps what was left, reads every description. */
export async function openStore(options: StoreOptions): Promise<DiskStore> {
  const incoming = join(options.folder, 'incoming');
  await makeFolder(options.folder);
  await makeFolder(incoming);
  await sweepTemporaries(incoming);
  const buckets = new Map<string, StoredBucket>();
  for (const name of options.buckets) buckets.set(name, await openBucket(options, name));
  const fileOf = (bucket: string, key: string): FilePlace => filePlace(options.folder, bucket, key);
  return {
    bucket: (name) => buckets.get(name),
    buckets: () => [...buckets.values()],
    open: (bucket, key) => openObject(fileOf(bucket, key).path, key),
    receive: (chunks, head) => receive(incoming, chunks, head),
    ...createChanges(options, buckets, fileOf),
  };
}

type FilePlace = { readonly folder: string; readonly path: string };

/** A key's file is named by its hash: no key can name a path, and no length is too long. */
function filePlace(root: string, bucket: string, key: string): FilePlace {
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
  if (head === undefined) throw new Error('an upload ended without a description');
  return { path, head };
}

function createChanges(
  options: StoreOptions,
  buckets: ReadonlyMap<string, StoredBucket>,
  fileOf: (bucket: string, key: string) => FilePlace,
): Pick<DiskStore, 'commit' | 'remove'> {
  const locked = createKeyLocks();
  const commit = async (bucket: string, upload: Upload, check?: Precondition): Promise<void> => {
    const { key } = upload.head;
    const { folder, path } = fileOf(bucket, key);
    check?.(await currentHead(path, key, check));
    await options.beforeChange?.({ bucket, key, kind: 'created' });
    await makeFolder(folder);
    await commitFile(upload.path, path);
    buckets.get(bucket)?.index.put(indexEntry(upload.head));
    await announce(options, { bucket, key, kind: 'created' });
  };
  const remove = async (bucket: string, key: string, check?: Precondition): Promise<void> => {
    const { folder, path } = fileOf(bucket, key);
    check?.(await currentHead(path, key, check));
    if ((await stat(path).catch(() => undefined)) === undefined) return;
    await options.beforeChange?.({ bucket, key, kind: 'removed' });
    await rm(path);
    await syncFolder(folder);
    buckets.get(bucket)?.index.remove(key);
    await announce(options, { bucket, key, kind: 'removed' });
  };
  return {
    commit: (bucket, upload, check) =>
      locked(`${bucket}/${upload.head.key}`, () => commit(bucket, upload, check)).finally(() =>
        rm(upload.path, { force: true }),
      ),
    remove: (bucket, key, check) => locked(`${bucket}/${key}`, () => remove(bucket, key, check)),
  };
}

/** Read from the file, not from the index: a condition must hold against what is on disk. */
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

/** The change is already durable, so a failing listener must not fail the request. */
async function announce(options: StoreOptions, change: ObjectChange): Promise<void> {
  try {
    await options.afterChange?.(change);
  } catch (error) {
    options.log(`s3: a listener failed after a change: ${String(error)}`);
  }
}
