/*
 * Runs one call of a JavaScript client with its defaults: js-calls.mjs CALL BUCKET KEY [FILE or TARGET]. The
 * packages are those of the folder in TOOL_FOLDER.
 */
import { createReadStream, createWriteStream } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { pipeline } from 'node:stream/promises';

const require = createRequire(path.join(process.env['TOOL_FOLDER'], 'calls.js'));
const aws = require('@aws-sdk/client-s3');
const { Upload } = require('@aws-sdk/lib-storage');
const { getSignedUrl } = require('@aws-sdk/s3-request-presigner');
const { createPresignedPost } = require('@aws-sdk/s3-presigned-post');
const Minio = require('minio');

const [call, Bucket, Key, rest] = process.argv.slice(2);
const at = { Bucket, Key };
const s3 = new aws.S3Client({ forcePathStyle: true });
const { hostname: endPoint, port } = new URL(process.env['AWS_ENDPOINT_URL']);
const minio = new Minio.Client({
  endPoint,
  port: Number(port),
  useSSL: false,
  accessKey: process.env['AWS_ACCESS_KEY_ID'],
  secretKey: process.env['AWS_SECRET_ACCESS_KEY'],
});

const copy = (target) =>
  s3.send(new aws.CopyObjectCommand({ Bucket, Key: target, CopySource: `${Bucket}/${Key}` }));
const keysOf = async (stream) => (await stream.toArray()).map(({ name }) => name);

const calls = {
  upload: (file) =>
    new Upload({ client: s3, params: { ...at, Body: createReadStream(file) } }).done(),
  put_object: (file) => s3.send(new aws.PutObjectCommand({ ...at, Body: createReadStream(file) })),
  list: async () => {
    const page = await s3.send(new aws.ListObjectsV2Command({ Bucket, Prefix: Key }));
    return page.Contents.map((one) => one.Key);
  },
  download: async (file) => {
    const { Body } = await s3.send(new aws.GetObjectCommand(at));
    await pipeline(Body, createWriteStream(file));
  },
  copy,
  move: async (target) => {
    await copy(target);
    await s3.send(new aws.DeleteObjectCommand(at));
  },
  presign_4: () => getSignedUrl(s3, new aws.GetObjectCommand(at)),
  presign_put: () => getSignedUrl(s3, new aws.PutObjectCommand(at)),
  post: () => createPresignedPost(s3, at),
  delete: () => s3.send(new aws.DeleteObjectCommand(at)),
  minio_upload: (file) => minio.fPutObject(Bucket, Key, file),
  minio_stream: (file) => minio.putObject(Bucket, Key, createReadStream(file)),
  minio_list: () => keysOf(minio.listObjectsV2(Bucket, Key, true)),
  minio_download: (file) => minio.fGetObject(Bucket, Key, file),
  minio_copy: (target) => minio.copyObject(Bucket, target, `/${Bucket}/${Key}`),
  minio_move: async (target) => {
    await minio.copyObject(Bucket, target, `/${Bucket}/${Key}`);
    await minio.removeObject(Bucket, Key);
  },
  minio_presign_4: () => minio.presignedGetObject(Bucket, Key),
  minio_presign_put: () => minio.presignedPutObject(Bucket, Key),
  minio_delete: () => minio.removeObject(Bucket, Key),
};
const result = await calls[call](rest);
process.stdout.write(JSON.stringify(result ?? null));
