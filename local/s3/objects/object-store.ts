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
import { storageClassOf } from '../wire/stored-headers.ts';
import { type BucketIndex, createBucketIndex, type IndexEntry } from './bucket-index.ts';
import { encodeTail, readSpan } from './described-file.ts';
import { type ObjectHead, type OpenObject, openObject, readHead } from './object-file.ts';

/** How an object was created, as S3 names it in events. */
export type Creation = 'Put' | 'Post' | 'Copy' | 'CompleteMultipartUpload';

export type ObjectChange = {
  readonly bucket: string;
  readonly key: string;
  readonly kind: 'created' | 'removed';
  /** How it was created. Default: Put. */
  readonly by?: Creation;
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

/** A body with its description in a temporary file. It is not visible yet. */
export type ReceivedFile<D> = { readonly path: string; readonly head: D };

/** An object that is to become visible, if `check` agrees. */
export type Commit = {
  readonly bucket: string;
  readonly received: ReceivedFile<ObjectHead>;
  readonly by: Creation;
  readonly check?: Precondition | undefined;
};

/** Makes the description of an object from the current one. Throws to prevent the change. */
export type Describe = (current: ObjectHead) => ObjectHead;

export type DiskStore = {
  readonly bucket: (name: string) => StoredBucket | undefined;
  readonly buckets: () => readonly StoredBucket[];
  readonly open: (bucket: string, key: string) => Promise<OpenObject | undefined>;
  /** Writes a body to a temporary file. `describe` is called after the last chunk. */
  readonly receive: <D extends object>(
    chunks: AsyncIterable<Buffer>,
    describe: () => D,
  ) => Promise<ReceivedFile<D>>;
  readonly commit: (commit: Commit) => Promise<void>;
  /** Replaces the description and keeps the bytes. Reports no change. False if there is no object. */
  readonly redescribe: (bucket: string, key: string, describe: Describe) => Promise<boolean>;
  readonly remove: (bucket: string, key: string, check: Precondition | undefined) => Promise<void>;
};

export type StoredBucket = {
  readonly name: string;
  readonly createdAt: Date;
  readonly index: BucketIndex;
};

/** The folder of bodies that are still arriving. */
export const incomingFolder = (folder: string): string => join(folder, 'incoming');

/** Opens the folder: creates what is missing, removes leftovers, reads every description. */
export async function openStore(options: StoreOptions): Promise<DiskStore> {
  const incoming = incomingFolder(options.folder);
  await makeFolder(options.folder);
  await makeFolder(incoming);
  await removeTemporaries(incoming);
  const buckets = new Map<string, StoredBucket>();
  for (const name of options.buckets) buckets.set(name, await openBucket(options, name));
  const locate: Locate = (bucket, key) => objectLocation(options.folder, bucket, key);
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

function indexEntry({ key, size, etag, modified, headers }: ObjectHead): IndexEntry {
  return { key, size, etag, modified, storageClass: storageClassOf(headers) };
}

async function receive<D extends object>(
  incoming: string,
  chunks: AsyncIterable<Buffer>,
  describe: () => D,
): Promise<ReceivedFile<D>> {
  let head: D | undefined;
  const path = await writeTemporary(incoming, async (handle) => {
    for await (const chunk of chunks) await handle.appendFile(chunk);
    head = describe();
    await handle.appendFile(encodeTail(head));
  });
  if (head === undefined) throw new Error('the upload ended without a description');
  return { path, head };
}

type Locate = (bucket: string, key: string) => ObjectLocation;

function createChanges(
  options: StoreOptions,
  buckets: ReadonlyMap<string, StoredBucket>,
  locate: Locate,
): Pick<DiskStore, 'commit' | 'remove' | 'redescribe'> {
  const withLock = createKeyLocks();
  const place = async (bucket: string, { path, head }: ReceivedFile<ObjectHead>): Promise<void> => {
    const location = locate(bucket, head.key);
    await makeFolder(location.folder);
    await commitFile(path, location.path);
    buckets.get(bucket)?.index.put(indexEntry(head));
  };
  const commit = async ({ bucket, received, by, check }: Commit): Promise<void> => {
    const { key } = received.head;
    const change: ObjectChange = { bucket, key, kind: 'created', by };
    check?.(await currentHead(locate(bucket, key).path, key, check));
    await options.beforeChange?.(change);
    await place(bucket, received);
    await notifyChanged(options, change);
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
  const redescribe = async (bucket: string, key: string, describe: Describe): Promise<boolean> => {
    const opened = await openObject(locate(bucket, key).path, key);
    if (opened === undefined) return false;
    const received = await copyDescribed(options, opened, describe);
    await place(bucket, received).finally(() => rm(received.path, { force: true }));
    return true;
  };
  return {
    commit: (one) =>
      withLock(`${one.bucket}/${one.received.head.key}`, () => commit(one)).finally(() =>
        rm(one.received.path, { force: true }),
      ),
    remove: (bucket, key, check) => withLock(`${bucket}/${key}`, () => remove(bucket, key, check)),
    redescribe: (bucket, key, describe) =>
      withLock(`${bucket}/${key}`, () => redescribe(bucket, key, describe)),
  };
}

/** Copies an object's bytes to a temporary file with another description. Closes the object. */
async function copyDescribed(
  { folder }: StoreOptions,
  { head, handle }: OpenObject,
  describe: Describe,
): Promise<ReceivedFile<ObjectHead>> {
  try {
    const bytes = readSpan(handle, { start: 0, length: head.size });
    return await receive(incomingFolder(folder), bytes, () => describe(head));
  } finally {
    await handle.close();
  }
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
