import { randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import {
  CompleteMultipartUploadCommand,
  CopyObjectCommand,
  CreateMultipartUploadCommand,
  PutObjectCommand,
  S3Client,
  UploadPartCommand,
} from '@aws-sdk/client-s3';
import sharp, { type Sharp } from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { demoUrl } from '../../../../local/demo/page.ts';
import { type Stack, startStack } from '../../../../local/stack.ts';
import {
  localAccess,
  localAddress,
  localBuckets,
} from '../../../../shared/deployment/local-endpoints.ts';
import { countCases, isProof } from '../../../proof/cases.ts';
import { send } from '../embedded-s3.ts';
import { formBody, signForm } from '../forms/post-form.ts';
import { commandMakers } from './command-line-tools.ts';
import { sdkMakers } from './sdk-tools.ts';
import { makeToolFolder, type Tool, type ToolMaker } from './tool.ts';
import { type CheckPlace, pictureChecks, syncChecks } from './tool-checks.ts';
import { type ToolRow, toolsPage } from './tools-page.ts';

/*
 * The tools that people upload with, against the stack on one machine. The proof installs all of them; `npm test` has
 * the SDK of this project, and each way of uploading.
 */

const root = fileURLToPath(new URL('../../../..', import.meta.url));
const Bucket = localBuckets.sources;

let home = '';
let stack: Stack;
let s3: S3Client;
beforeAll(async () => {
  home = mkdtempSync(path.join(tmpdir(), 'signet-tools-'));
  const settings = { home: path.join(home, 'state'), host: '127.0.0.1', port: 0, origins: [] };
  stack = await startStack(settings, () => undefined);
  s3 = new S3Client({ ...localAccess(stack, 's3'), forcePathStyle: true } as object);
});
afterAll(async () => {
  s3.destroy();
  await stack.close();
  rmSync(home, { recursive: true, force: true });
});

/** The picture of a source of the demo tenant, as the CDN serves it. */
async function fetchPicture(name: string): Promise<Sharp> {
  const address = localAddress(stack.host, stack.ports.cdn);
  const url = demoUrl(await stack.demo(), address, name, ['resize,w_32', 'format,f_png']);
  const answer = await fetch(url);
  const body = Buffer.from(await answer.arrayBuffer());
  if (!answer.ok) throw new Error(`${answer.status} ${answer.headers.get('x-signet-error')}`);
  return sharp(body);
}

/** A picture of noise, which cannot be compressed, so its size is known. */
const noise = (side: number): Promise<Buffer> =>
  sharp(randomBytes(side * side * 3), { raw: { width: side, height: side, channels: 3 } })
    .png({ compressionLevel: 0 })
    .toBuffer();

const colours = { red: 0xff, blue: 0x00 } as const;
type Colour = keyof typeof colours;

const picture = (background: Colour): Promise<Buffer> =>
  sharp({ create: { width: 64, height: 64, channels: 3, background } })
    .png()
    .toBuffer();

async function fetchColour(name: string): Promise<Colour> {
  const [red] = await (await fetchPicture(name)).removeAlpha().raw().toBuffer();
  return red === colours.red ? 'red' : 'blue';
}

const ways: readonly [string, (Key: string, Body: Buffer) => Promise<unknown>][] = [
  ['PutObject', (Key, Body) => s3.send(new PutObjectCommand({ Bucket, Key, Body }))],
  [
    'CopyObject',
    async (Key, Body) => {
      await s3.send(new PutObjectCommand({ Bucket, Key: `${Key}.source`, Body }));
      return s3.send(new CopyObjectCommand({ Bucket, Key, CopySource: `${Bucket}/${Key}.source` }));
    },
  ],
  [
    'a multipart upload',
    async (Key, Body) => {
      const { UploadId } = await s3.send(new CreateMultipartUploadCommand({ Bucket, Key }));
      const at = { Bucket, Key, UploadId };
      const part = await s3.send(new UploadPartCommand({ ...at, PartNumber: 1, Body }));
      const MultipartUpload = { Parts: [{ PartNumber: 1, ETag: part.ETag }] };
      return s3.send(new CompleteMultipartUploadCommand({ ...at, MultipartUpload }));
    },
  ],
  [
    'a POST form',
    async (key, body) => {
      const form = formBody(signForm({ fields: { key } }), body);
      const type = { 'content-type': 'multipart/form-data; boundary=----a-boundary' };
      const { status } = await send(stack.ports.s3, 'POST', `/${Bucket}`, type, form);
      expect(status).toBe(204);
    },
  ],
];

describe('each way to upload', () => {
  it.each(ways)(
    '%s stores a picture that the CDN shows, and replaces what it shows',
    async (_, upload) => {
      const name = 'ways.png';
      for (const colour of ['red', 'blue', 'red'] as const) {
        await upload(`demo/${name}`, await picture(colour));
        expect(await fetchColour(name)).toBe(colour);
      }
    },
  );
});

const rows: ToolRow[] = [];
const sizes = [
  ['1 kB', 18],
  ['9 MB', 1_732],
  ['40 MB', 3_652],
] as const;

/** Runs the checks that a tool has calls for, notes their results, and returns what failed. */
async function runChecks(
  { name, version }: ToolMaker,
  place: CheckPlace,
  size: string,
  checks: typeof pictureChecks,
): Promise<readonly string[]> {
  const failed: string[] = [];
  const run = async (call: string, work: () => Promise<string | undefined>): Promise<void> => {
    const result = await work().catch((error: Error) => error);
    countCases();
    const said = result instanceof Error ? `**failed**: ${result.message}` : (result ?? 'passed');
    if (result instanceof Error) failed.push(`${call}, ${size}: ${result.message}`);
    rows.push({ tool: name, version, call, size, result: said });
  };
  for (const [call, check] of checks) {
    if (place.tool.calls[call] === undefined) continue;
    await run(call, () => check(place));
    if (call !== 'upload') continue;
    await run('the picture through the CDN', async () => {
      const shown = await fetchPicture(place.key.slice('demo/'.length));
      const { width = 0 } = await shown.metadata();
      if (width === 0 || width > 32) throw new Error(`it is ${width} pixels wide`);
      return undefined;
    });
  }
  return failed;
}

async function writePictures(folder: string): Promise<readonly string[]> {
  const files: string[] = [];
  for (const [size, side] of sizes) {
    const file = path.join(folder, `${size.replace(' ', '-')}.png`);
    writeFileSync(file, await noise(side));
    files.push(file);
  }
  return files;
}

async function writeTree(folder: string): Promise<string> {
  mkdirSync(path.join(folder, 'sub folder'), { recursive: true });
  writeFileSync(path.join(folder, 'a.png'), await noise(18));
  writeFileSync(path.join(folder, 'sub folder', 'ü + b (1).png'), await noise(1_732));
  return folder;
}

const makers = isProof ? [...sdkMakers, ...commandMakers] : [];

describe.skipIf(makers.length === 0)('a tool with its defaults', () => {
  let files: readonly string[] = [];
  let tree = '';
  beforeAll(async () => {
    files = await writePictures(home);
    tree = await writeTree(path.join(home, 'tree'));
  });
  afterAll(() => {
    const page = toolsPage(rows);
    console.log(page);
    // A tool that could not be installed is missing in the table.
    if (new Set(rows.map(({ tool }) => tool)).size < makers.length) return;
    writeFileSync(path.join(root, 'docs', 'proof-s3.md'), page);
  });

  it.each(makers)(
    '$name $version uploads, lists, copies, moves, presigns and deletes',
    async (maker) => {
      const folder = makeToolFolder(home, maker.name);
      const endpoint = localAddress(stack.host, stack.ports.s3);
      const tool: Tool = maker.make({ endpoint, bucket: Bucket, folder });
      const place = { tool, s3, bucket: Bucket, folder };
      const name = path.basename(folder);
      const failed: string[] = [];
      for (const [at, [size]] of sizes.entries()) {
        const key = `demo/${name}/${size.replace(' ', '-')}.png`;
        const one = { ...place, key, file: files[at] ?? '' };
        failed.push(...(await runChecks(maker, one, size, pictureChecks)));
      }
      const synced = { ...place, key: `demo/${name}/synced/`, file: tree };
      failed.push(...(await runChecks(maker, synced, 'a folder of 1 kB and 9 MB', syncChecks)));
      expect(failed).toEqual([]);
    },
  );
});
