import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import type { S3Client } from '@aws-sdk/client-s3';
import type { CallName, Tool } from './tool.ts';
import { printedUrl, readObject, runCall, sendForm } from './tool-run.ts';

/** What a check needs: a tool, a picture and where it is to be stored. */
export type CheckPlace = {
  readonly tool: Tool;
  readonly s3: S3Client;
  readonly bucket: string;
  /** The key of the picture, which `upload` stores. */
  readonly key: string;
  /** The picture on disk. */
  readonly file: string;
  /** A folder for downloads. */
  readonly folder: string;
};

/** Throws what is wrong, or returns what is to be said beside `passed`. */
export type Check = (place: CheckPlace) => Promise<string | undefined>;

async function expectObject(place: CheckPlace, key: string): Promise<undefined> {
  const stored = await readObject(place.s3, place.bucket, key);
  if (stored === undefined) throw new Error(`${key} is missing`);
  if (!stored.equals(readFileSync(place.file))) throw new Error(`${key} has other bytes`);
}

async function expectNone({ s3, bucket }: CheckPlace, key: string): Promise<undefined> {
  if ((await readObject(s3, bucket, key)) !== undefined) throw new Error(`${key} is still there`);
}

async function expectDownload({ file }: CheckPlace, url: string): Promise<undefined> {
  const answer = await fetch(url);
  const body = Buffer.from(await answer.arrayBuffer());
  if (!answer.ok) throw new Error(`${answer.status} ${body.toString().slice(0, 300)}`);
  if (!body.equals(readFileSync(file))) throw new Error('the link has other bytes');
}

const uploads =
  (call: CallName): Check =>
  async (place) => {
    const key = call === 'upload' ? place.key : `${place.key}.${call.replaceAll(' ', '-')}`;
    await runCall(place.tool, call, { key, file: place.file });
    return expectObject(place, key);
  };

const copies =
  (call: CallName): Check =>
  async (place) => {
    const target = `${place.key}.${call.replaceAll(' ', '-')}`;
    await runCall(place.tool, call, { key: place.key, target });
    return expectObject(place, target);
  };

const links =
  (call: CallName): Check =>
  async (place) => {
    const url = printedUrl(await runCall(place.tool, call, { key: place.key }));
    if (!url.includes('AWSAccessKeyId=')) return expectDownload(place, url);
    // Signature Version 2 is refused as AWS refuses it for new buckets, with what to do.
    const answer = await fetch(url);
    const said = await answer.text();
    if (answer.status === 400 && said.includes('Please use Signature Version 4'))
      return 'signs with Version 2, which is refused with what to do';
    throw new Error(`${answer.status} ${said.slice(0, 300)}`);
  };

const checkMove: Check = async (place) => {
  const [key, target] = [`${place.key}.copy`, `${place.key}.moved`];
  await runCall(place.tool, 'move', { key, target });
  await expectNone(place, key);
  return expectObject(place, target);
};

const checkPresignedUpload: Check = async (place) => {
  const key = `${place.key}.presigned`;
  const url = printedUrl(await runCall(place.tool, 'presign an upload', { key }));
  const { status } = await fetch(url, { method: 'PUT', body: readFileSync(place.file) });
  if (status !== 200) throw new Error(`the upload was answered with ${status}`);
  return expectObject(place, key);
};

const checkForm: Check = async (place) => {
  const key = `${place.key}.form`;
  const status = await sendForm(await runCall(place.tool, 'sign a POST form', { key }), place.file);
  if (status !== 204) throw new Error(`the form was answered with ${status}`);
  return expectObject(place, key);
};

/** The checks of one picture, in their order. */
export const pictureChecks: readonly (readonly [CallName, Check])[] = [
  ['upload', uploads('upload')],
  ['upload in one piece', uploads('upload in one piece')],
  ['upload a stream', uploads('upload a stream')],
  [
    'list',
    async (place) => {
      const output = await runCall(place.tool, 'list', { key: place.key });
      if (!output.includes(path.basename(place.key))) throw new Error(`not in ${output}`);
      return undefined;
    },
  ],
  [
    'download',
    async (place) => {
      const file = path.join(place.folder, 'downloaded');
      rmSync(file, { force: true });
      await runCall(place.tool, 'download', { key: place.key, file });
      if (!readFileSync(file).equals(readFileSync(place.file))) throw new Error('other bytes');
      return undefined;
    },
  ],
  ['copy', copies('copy')],
  ['copy in one call', copies('copy in one call')],
  ['move', checkMove],
  ['presign a download, defaults', links('presign a download, defaults')],
  ['presign a download', links('presign a download')],
  ['presign an upload', checkPresignedUpload],
  ['sign a POST form', checkForm],
  [
    'delete',
    async (place) => {
      const key = `${place.key}.moved`;
      await runCall(place.tool, 'delete', { key });
      return expectNone(place, key);
    },
  ],
];

/** Compares two folders with their sub-folders. Throws the first difference. */
function expectSameFolder(one: string, other: string): void {
  for (const entry of readdirSync(one, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const file = path.join(entry.parentPath, entry.name);
    const twin = path.join(other, path.relative(one, file));
    if (!existsSync(twin)) throw new Error(`${twin} is missing`);
    if (!readFileSync(file).equals(readFileSync(twin))) throw new Error(`${twin} has other bytes`);
  }
}

/** Stores a folder of pictures and, if the tool can, gets it back. `file` is the folder. */
export const syncChecks: readonly (readonly [CallName, Check])[] = [
  [
    'sync up',
    async (place) => {
      await runCall(place.tool, 'sync up', { key: place.key, file: place.file });
      for (const entry of readdirSync(place.file, { recursive: true, withFileTypes: true })) {
        if (!entry.isFile()) continue;
        const file = path.join(entry.parentPath, entry.name);
        const key = place.key + path.relative(place.file, file);
        await expectObject({ ...place, file }, key);
      }
      return undefined;
    },
  ],
  [
    'sync down',
    async (place) => {
      const file = path.join(place.folder, 'synced');
      rmSync(file, { recursive: true, force: true });
      await runCall(place.tool, 'sync down', { key: place.key, file });
      expectSameFolder(place.file, file);
      return undefined;
    },
  ],
];
