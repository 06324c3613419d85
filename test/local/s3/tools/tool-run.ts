import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { GetObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import type { CallName, Tool } from './tool.ts';

/** Variables of the machine that would change how a tool reaches the local S3. */
const foreign = ['AWS_CA_BUNDLE', 'AWS_PROFILE', 'AWS_SESSION_TOKEN', 'http_proxy', 'HTTP_PROXY'];

type Given = Readonly<Partial<Record<'key' | 'file' | 'target', string>>>;

/** Runs a call of a tool and returns its output. Throws the end of its errors. */
export async function runCall(tool: Tool, call: CallName, given: Given): Promise<string> {
  const words = (tool.calls[call] ?? []).map((word) =>
    word.replaceAll(/\{(key|file|target)\}/g, (_, name: keyof Given) => given[name] ?? ''),
  );
  const [program = '', ...args] = words;
  const env: NodeJS.ProcessEnv = { ...process.env, ...tool.environment };
  for (const name of foreign) delete env[name];
  const child = spawn(program, args, { env, stdio: ['ignore', 'pipe', 'pipe'] });
  let [output, errors] = ['', ''];
  child.stdout.on('data', (chunk: Buffer) => {
    output += chunk.toString();
  });
  child.stderr.on('data', (chunk: Buffer) => {
    errors += chunk.toString();
  });
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  if (code !== 0) throw new Error(errors.trim().split('\n').slice(-2).join(' ') || `exit ${code}`);
  return output.trim();
}

/** The bytes of an object, read with the SDK of this project; undefined if there is none. */
export async function readObject(
  s3: S3Client,
  Bucket: string,
  Key: string,
): Promise<Buffer | undefined> {
  try {
    const { Body } = await s3.send(new GetObjectCommand({ Bucket, Key }));
    return Buffer.from((await Body?.transformToByteArray()) ?? []);
  } catch (thrown) {
    if ((thrown as Error).name === 'NoSuchKey') return undefined;
    throw thrown;
  }
}

/** The URL that a call has printed, as text or as JSON. */
export function printedUrl(output: string): string {
  const [url] = /http:\/\/[^\s"]+/.exec(output) ?? [];
  if (url === undefined) throw new Error(`no URL in ${output.slice(0, 200)}`);
  return url;
}

type SignedForm = { readonly url: string; readonly fields: Readonly<Record<string, string>> };

/** Sends a file with the fields of a form, as a page does. Returns the status. */
export async function sendForm(output: string, file: string): Promise<number> {
  const { url, fields } = JSON.parse(output) as SignedForm;
  const form = new FormData();
  for (const [name, value] of Object.entries(fields)) form.set(name, value);
  form.set('file', new Blob([readFileSync(file)]), 'picture.png');
  const answer = await fetch(url, { method: 'POST', body: form });
  await answer.arrayBuffer();
  return answer.status;
}
