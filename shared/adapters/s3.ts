import {
  DeleteObjectsCommand,
  GetObjectCommand,
  type GetObjectCommandOutput,
  HeadObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import {
  type DescribedStore,
  type GetOptions,
  type ListedObject,
  type ListedReader,
  type ObjectDescription,
  PortFailure,
  type PutOptions,
  type StoredObject,
  type StreamedReader,
} from '../ports.ts';
import {
  type AwsAccess,
  clientOptions,
  type Patience,
  portFailure,
  statusOf,
} from './aws-client.ts';

/** The most keys that S3 deletes in one request. */
const deleteBatch = 1_000;

/**
 * Reads the SDK's own variable for the endpoint. It is read here because other S3s need the bucket
 * in the path.
 */
export function s3FromEnvironment(region: string): AwsAccess {
  const endpoint = process.env['AWS_ENDPOINT_URL_S3'];
  return endpoint ? { region, endpoint } : { region };
}

/** Creates an S3 client with pinned Region, timeouts and retries. */
export function s3Client(access: AwsAccess, patience: Patience): S3Client {
  return new S3Client(clientOptions(access, patience));
}

/** The IAM action of each call. */
const permissions = {
  get: 's3:GetObject',
  head: 's3:GetObject',
  put: 's3:PutObject',
  list: 's3:ListBucket',
  delete: 's3:DeleteObject',
} as const;

const failure = (action: keyof typeof permissions, bucket: string, thrown: unknown): PortFailure =>
  portFailure(`S3 ${action} on ${bucket}`, thrown, permissions[action]);

type Body = NonNullable<GetObjectCommandOutput['Body']>;

/** Reads a body up to a limit, regardless of its Content-Length. */
async function readBody(body: Body, maxBytes: number): Promise<Uint8Array | 'too-large'> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of body as AsyncIterable<Uint8Array>) {
    bytes += chunk.length;
    if (bytes > maxBytes) return 'too-large';
    chunks.push(chunk);
  }
  return Buffer.concat(chunks, bytes);
}

/** Closes a body that is not read, because it would keep its connection busy. */
function discard(body: unknown): void {
  const stream = body as { destroy?: () => void } | undefined;
  stream?.destroy?.();
}

async function readObject(
  { Body: body, ContentLength, ETag, Metadata }: GetObjectCommandOutput,
  maxBytes: number,
): Promise<StoredObject | 'too-large'> {
  if (body === undefined || (ContentLength ?? 0) > maxBytes) {
    discard(body);
    return 'too-large';
  }
  const read = await readBody(body, maxBytes);
  if (read === 'too-large') return read;
  if (ContentLength !== undefined && read.length !== ContentLength)
    throw new PortFailure('S3 sent fewer bytes than it announced');
  return { body: read, etag: ETag ?? '', metadata: Metadata ?? {} };
}

/** A bucket, and the account that has to own it. Anyone can take the name of a bucket that was deleted. */
export type OwnedBucket = { readonly bucket: string; readonly owner?: string | undefined };

const ownedBy = (owner: string | undefined) =>
  owner === undefined ? {} : { ExpectedBucketOwner: owner };

/** A missing bucket also answers 404, but that is a failure of the store and not of the request. */
const isMissing = (thrown: unknown): boolean =>
  statusOf(thrown) === 404 && !(thrown instanceof Error && thrown.name === 'NoSuchBucket');

async function get(
  client: S3Client,
  { bucket, owner }: OwnedBucket,
  key: string,
  options: GetOptions,
) {
  try {
    const { maxBytes, unlessEtag } = options;
    const conditions = {
      ...(unlessEtag === undefined ? {} : { IfNoneMatch: unlessEtag }),
      ...ownedBy(owner),
    };
    const output = await client.send(
      new GetObjectCommand({ Bucket: bucket, Key: key, ...conditions }),
    );
    return await readObject(output, maxBytes);
  } catch (thrown) {
    if (isMissing(thrown)) return 'missing';
    if (statusOf(thrown) === 304) return 'unchanged';
    throw thrown instanceof PortFailure ? thrown : failure('get', bucket, thrown);
  }
}

async function describe(
  client: S3Client,
  { bucket, owner }: OwnedBucket,
  key: string,
): Promise<ObjectDescription | 'missing'> {
  try {
    const head = await client.send(
      new HeadObjectCommand({ Bucket: bucket, Key: key, ...ownedBy(owner) }),
    );
    return {
      bytes: head.ContentLength ?? 0,
      modified: head.LastModified?.getTime() ?? 0,
      contentType: head.ContentType,
      etag: head.ETag ?? '',
      metadata: head.Metadata ?? {},
    };
  } catch (thrown) {
    if (isMissing(thrown)) return 'missing';
    throw failure('head', bucket, thrown);
  }
}

function putInput(bucket: string, key: string, body: Uint8Array, options: PutOptions) {
  const { only } = options;
  return {
    Bucket: bucket,
    Key: key,
    Body: body,
    ContentType: options.contentType,
    CacheControl: options.cacheControl,
    ContentDisposition: options.contentDisposition,
    Metadata: options.metadata === undefined ? undefined : { ...options.metadata },
    ...(only === 'absent' ? { IfNoneMatch: '*' } : {}),
    ...(typeof only === 'object' ? { IfMatch: only.etag } : {}),
  };
}

/** Retries on 409, which S3 answers while another write of the same key is running. */
async function put(
  client: S3Client,
  bucket: string,
  key: string,
  body: Uint8Array,
  options: PutOptions,
  conflictsLeft = 2,
): Promise<{ readonly etag: string } | 'taken'> {
  try {
    const output = await client.send(new PutObjectCommand(putInput(bucket, key, body, options)));
    return { etag: output.ETag ?? '' };
  } catch (thrown) {
    if (statusOf(thrown) === 412) return 'taken';
    if (statusOf(thrown) === 409 && conflictsLeft > 0)
      return put(client, bucket, key, body, options, conflictsLeft - 1);
    throw failure('put', bucket, thrown);
  }
}

async function* listSizes(
  client: S3Client,
  { bucket, owner }: OwnedBucket,
  prefix: string,
): AsyncGenerator<ListedObject> {
  const of = { Bucket: bucket, ...ownedBy(owner) };
  let token: string | undefined;
  do {
    const page = await client
      .send(new ListObjectsV2Command({ ...of, Prefix: prefix, ContinuationToken: token }))
      .catch((thrown: unknown) => {
        throw failure('list', bucket, thrown);
      });
    for (const { Key, Size = 0 } of page.Contents ?? [])
      if (Key !== undefined) yield { key: Key, bytes: Size };
    token = page.NextContinuationToken;
  } while (token !== undefined);
}

async function* list(
  client: S3Client,
  bucket: OwnedBucket,
  prefix: string,
): AsyncGenerator<string> {
  for await (const { key } of listSizes(client, bucket, prefix)) yield key;
}

async function* read(client: S3Client, bucket: string, key: string): AsyncGenerator<Uint8Array> {
  try {
    const { Body } = await client.send(new GetObjectCommand({ Bucket: bucket, Key: key }));
    if (Body !== undefined) yield* Body as AsyncIterable<Uint8Array>;
  } catch (thrown) {
    throw failure('get', bucket, thrown);
  }
}

/** The error of one key. The request itself succeeds although no policy allows the deletion. */
function deletionError(code = 'unknown'): Error {
  const httpStatusCode = code === 'AccessDenied' ? 403 : 500;
  return Object.assign(new Error(code), { name: code, $metadata: { httpStatusCode } });
}

async function remove(client: S3Client, bucket: string, keys: readonly string[]): Promise<void> {
  for (let at = 0; at < keys.length; at += deleteBatch) {
    const Objects = keys.slice(at, at + deleteBatch).map((Key) => ({ Key }));
    try {
      const { Errors = [] } = await client.send(
        new DeleteObjectsCommand({ Bucket: bucket, Delete: { Objects, Quiet: true } }),
      );
      if (Errors.length > 0) throw deletionError(Errors[0]?.Code);
    } catch (thrown) {
      throw failure('delete', bucket, thrown);
    }
  }
}

/** Implements `DescribedStore` for one bucket. */
export function s3Store(client: S3Client, bucket: string): DescribedStore {
  return {
    get: (key, options) => get(client, { bucket }, key, options),
    put: (key, body, options) => put(client, bucket, key, body, options),
    list: (prefix) => list(client, { bucket }, prefix),
    listSizes: (prefix) => listSizes(client, { bucket }, prefix),
    remove: (keys) => remove(client, bucket, keys),
    describe: (key) => describe(client, { bucket }, key),
  };
}

/** Implements `StreamedReader` for one bucket. */
export function streamedReader(client: S3Client, bucket: string): StreamedReader {
  return {
    listSizes: (prefix) => listSizes(client, { bucket }, prefix),
    read: (key) => read(client, bucket, key),
  };
}

/** Implements `ListedReader` for a bucket of a given owner. */
export function ownedBucketReader(client: S3Client, bucket: OwnedBucket): ListedReader {
  return {
    get: (key, options) => get(client, bucket, key, options),
    list: (prefix) => list(client, bucket, prefix),
    describe: (key) => describe(client, bucket, key),
  };
}
