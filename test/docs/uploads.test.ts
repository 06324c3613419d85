import { execFile, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { HeadObjectCommand } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sampleFile } from '../e2e/installation.ts';
import { bucket, owner, type Running, startEmbedded } from '../local/s3/embedded-s3.ts';
import { notRun } from '../not-run.ts';
import { codeBlocks } from './pages.ts';

/* The uploads of docs/deploying.md: signed by the Python that the page shows, sent by its JavaScript. */

const run = promisify(execFile);

const page = 'docs/deploying.md';
const [python = ''] = codeBlocks(page, 'python');
const [script = ''] = codeBlocks(page, 'js');
const call = `
import json, sys
print(json.dumps({"form": upload_form, "url": upload_url}[sys.argv[1]](sys.argv[2], sys.argv[3])))
`;

/** Above the size of the photograph. */
const mostBytes = 700_000;

type Form = { readonly url: string; readonly fields: Readonly<Record<string, string>> };
type Page = {
  readonly sendForm: (form: Form, file: File) => Promise<Response>;
  readonly sendPut: (url: string, file: File, focus: string) => Promise<Response>;
};

let s3: Running;
let folder = '';
let web: Page;

beforeAll(async () => {
  s3 = await startEmbedded();
  folder = mkdtempSync(path.join(tmpdir(), 'signet-uploads-'));
  const local = python
    .replace(/^BUCKET = .*$/m, `BUCKET = "${bucket}"`)
    .replace(/^MOST_BYTES = .*$/m, `MOST_BYTES = ${mostBytes}`);
  writeFileSync(path.join(folder, 'backend.py'), `${local}${call}`);
  const module = path.join(folder, 'page.mjs');
  writeFileSync(module, script);
  web = (await import(pathToFileURL(module).href)) as Page;
});
afterAll(async () => {
  await s3?.discard();
  rmSync(folder, { recursive: true, force: true });
});

/** What a function of the backend returns. The server of this process goes on while Python runs. */
async function signed<T>(what: 'form' | 'url', key: string, focus: string): Promise<T> {
  const { stdout } = await run('python3', ['backend.py', what, key, focus], {
    cwd: folder,
    env: {
      ...process.env,
      AWS_ACCESS_KEY_ID: owner.accessKeyId,
      AWS_SECRET_ACCESS_KEY: owner.secretAccessKey,
      AWS_ENDPOINT_URL_S3: `http://127.0.0.1:${s3.port}`,
    },
  });
  return JSON.parse(stdout) as T;
}

const photo = new File([readFileSync(sampleFile('alpine-lake.jpg'))], 'lake.jpg', {
  type: 'image/jpeg',
});

async function stored(Key: string) {
  const { Metadata, ContentType, ContentLength } = await s3.s3.send(
    new HeadObjectCommand({ Bucket: bucket, Key }),
  );
  return { focus: Metadata?.['focus'], type: ContentType, bytes: ContentLength };
}

const missing =
  spawnSync('python3', ['-c', 'import boto3']).status === 0 ? [] : ['boto3 for Python'];

describe.skipIf(notRun('the uploads of docs/deploying.md', missing, { optional: true }))(
  'an upload',
  () => {
    it('with a form stores the picture and its focal point', async () => {
      const form = await signed<Form>('form', 'acme/u/1/lake.jpg', '30,70');
      expect((await web.sendForm(form, photo)).status).toBe(204);
      expect(await stored('acme/u/1/lake.jpg')).toEqual({
        focus: '30,70',
        type: 'image/jpeg',
        bytes: photo.size,
      });
    });

    it('with a PUT stores the same', async () => {
      const url = await signed<string>('url', 'acme/u/2/lake.jpg', '0,100');
      expect((await web.sendPut(url, photo, '0,100')).status).toBe(200);
      expect(await stored('acme/u/2/lake.jpg')).toEqual({
        focus: '0,100',
        type: 'image/jpeg',
        bytes: photo.size,
      });
    });

    it('of another type, of more bytes, or with another focal point, is refused', async () => {
      const form = await signed<Form>('form', 'acme/u/3/lake.jpg', '30,70');
      const text = new File(['<script>'], 'page.html', { type: 'text/html' });
      // S3 may close the connection before it has read a large file that it refuses.
      const small = new File(['GIF89a'], 'small.gif', { type: 'image/gif' });
      expect((await web.sendForm(form, text)).status).toBe(403);
      const large = new File([new Uint8Array(mostBytes + 1)], 'large.jpg', { type: 'image/jpeg' });
      expect((await web.sendForm(form, large)).status).toBe(400);
      const moved = { ...form, fields: { ...form.fields, 'x-amz-meta-focus': '1,1' } };
      expect((await web.sendForm(moved, small)).status).toBe(403);
      const url = await signed<string>('url', 'acme/u/3/lake.jpg', '30,70');
      expect((await web.sendPut(url, small, '1,1')).status).toBe(403);
      await expect(stored('acme/u/3/lake.jpg')).rejects.toThrow();
    });
  },
);
