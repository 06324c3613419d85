import {
  CompleteMultipartUploadCommand,
  CopyObjectCommand,
  CreateMultipartUploadCommand,
  DeleteObjectCommand,
  DeleteObjectsCommand,
  GetObjectCommand,
  PutObjectCommand,
  type S3Client,
} from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { localRoles } from '../../../local/roles.ts';
import { localBuckets } from '../../../shared/deployment/local-endpoints.ts';
import { startEmbedded } from '../s3/embedded-s3.ts';

/** An object that a caller must not replace, and the one that it may create beside it. */
const places = {
  'the render role, below derivatives': {
    role: 'originResponse',
    Bucket: localBuckets.derivatives,
    old: 'acme/a.jpg__op__format,f_src',
    created: 'acme/b.jpg__op__format,f_src',
  },
  'an operator, below audit/': {
    role: 'operator',
    Bucket: localBuckets.config,
    old: 'audit/acme/1.jws',
    created: 'audit/acme/2.jws',
  },
} as const;

const roles = localRoles();
/** The permissions of the S3 server itself, without which no test could create the objects. */
const root = { ...roles.operator, accessKeyId: 'root', allows: () => true };

let embedded: Awaited<ReturnType<typeof startEmbedded>>;
beforeAll(async () => {
  const identities = [...Object.values(roles), root];
  embedded = await startEmbedded({ buckets: Object.values(localBuckets), identities });
  const s3 = embedded.clientFor(root);
  for (const { Bucket, old } of Object.values(places))
    await s3.send(new PutObjectCommand({ Bucket, Key: old, Body: 'old' }));
});
afterAll(() => embedded.discard());

/** The name of the error that S3 answers, or `done`. */
async function outcomeOf(sent: Promise<unknown>): Promise<string> {
  return sent.then(
    () => 'done',
    (thrown: Error) => thrown.name,
  );
}

type Object = { readonly Bucket: string; readonly Key: string };
type Send = (s3: S3Client, at: Object) => Promise<unknown>;

const copyOf = ({ Bucket, Key }: Object) => `${Bucket}/${encodeURIComponent(Key)}`;

const refused: readonly (readonly [string, Send])[] = [
  ['a PUT', (s3, at) => s3.send(new PutObjectCommand({ ...at, Body: 'new' }))],
  [
    'a PUT of one ETag',
    (s3, at) => s3.send(new PutObjectCommand({ ...at, Body: 'new', IfMatch: '"one"' })),
  ],
  ['a copy', (s3, at) => s3.send(new CopyObjectCommand({ ...at, CopySource: copyOf(at) }))],
  ['an upload in parts', (s3, at) => s3.send(new CreateMultipartUploadCommand(at))],
  [
    'the end of an upload',
    (s3, at) => s3.send(new CompleteMultipartUploadCommand({ ...at, UploadId: 'x' })),
  ],
  ['a DELETE', (s3, at) => s3.send(new DeleteObjectCommand(at))],
  [
    'a DELETE of a version',
    (s3, at) => s3.send(new DeleteObjectCommand({ ...at, VersionId: 'null' })),
  ],
];

describe.each(Object.entries(places))('%s', (_who, { role, Bucket, old, created }) => {
  const at = { Bucket, Key: old };

  it.each(refused)('is refused %s that does not need If-None-Match', async (_what, send) => {
    const s3 = embedded.clientFor(roles[role]);
    expect(await outcomeOf(send(s3, at))).toBe('AccessDenied');
  });

  it('is refused each key of a DELETE of several', async () => {
    const s3 = embedded.clientFor(roles[role]);
    const Delete = { Objects: [{ Key: old }] };
    const { Errors } = await s3.send(new DeleteObjectsCommand({ Bucket, Delete }));
    expect(Errors).toMatchObject([{ Key: old, Code: 'AccessDenied' }]);
  });

  it('creates an object once with If-None-Match, and never replaces one', async () => {
    const s3 = embedded.clientFor(roles[role]);
    const put = (Key: string) =>
      outcomeOf(s3.send(new PutObjectCommand({ Bucket, Key, Body: 'new', IfNoneMatch: '*' })));
    expect([await put(old), await put(created), await put(created)]).toEqual([
      'PreconditionFailed',
      'done',
      'PreconditionFailed',
    ]);
    const kept = await embedded.clientFor(root).send(new GetObjectCommand(at));
    expect(await kept.Body?.transformToString()).toBe('old');
  });
});
