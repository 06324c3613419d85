import { createHmac } from 'node:crypto';
import { bucket, owner, type Reply, type Running, send } from '../embedded-s3.ts';

/*
 * A browser's POST form, made by hand from the text of AWS's reference:
 * https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-post-example.html
 */

type Fields = Readonly<Record<string, string>>;

const hmac = (key: string | Buffer, text: string): Buffer =>
  createHmac('sha256', key).update(text).digest();

/** The fields of a credential, which the policy must name, too. */
export function credentialFields(at: Date, accessKeyId = owner.accessKeyId): Fields {
  const date = `${at.toISOString().replaceAll(/[-:]|\.\d+/g, '')}`;
  return {
    'x-amz-algorithm': 'AWS4-HMAC-SHA256',
    'x-amz-credential': `${accessKeyId}/${date.slice(0, 8)}/us-east-1/s3/aws4_request`,
    'x-amz-date': date,
  };
}

export function signPolicy(policy: string, at: Date, secret = owner.secretAccessKey): string {
  const date = at.toISOString().slice(0, 10).replaceAll('-', '');
  const key = ['us-east-1', 's3', 'aws4_request'].reduce(hmac, hmac(`AWS4${secret}`, date));
  return hmac(key, policy).toString('hex');
}

export type FormOptions = {
  readonly fields?: Fields;
  readonly conditions?: readonly unknown[];
  /** From now, in seconds. */
  readonly expiresIn?: number;
  readonly at?: Date;
  readonly body?: string | Buffer;
  readonly fileName?: string;
  /** Fields that are changed after the policy was signed, or removed if they are undefined. */
  readonly change?: Readonly<Record<string, string | undefined>>;
};

/** The signed fields of a form with a key. */
export function signForm(options: FormOptions = {}): Record<string, string> {
  const { at = new Date(), expiresIn = 60, fields = {} } = options;
  const given = { key: 'posted', ...fields, ...credentialFields(at) };
  const own = Object.entries(given).map(([name, value]) => ({ [name]: value }));
  const conditions = options.conditions ?? [{ bucket }, ...own];
  const expiration = new Date(Date.now() + expiresIn * 1_000).toISOString();
  const policy = Buffer.from(JSON.stringify({ expiration, conditions })).toString('base64');
  const signature = { 'x-amz-signature': signPolicy(policy, at) };
  const changed = Object.entries({ ...given, policy, ...signature, ...options.change });
  return Object.fromEntries(
    changed.filter((pair): pair is [string, string] => pair[1] !== undefined),
  );
}

export const boundary = '----a-boundary';

/** The body of a form, whose file comes last. */
export function formBody(
  fields: Fields,
  body: string | Buffer = 'file',
  fileName = 'a.png',
): Buffer {
  const parts = Object.entries(fields).map(
    ([name, value]) =>
      `--${boundary}\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`,
  );
  const file = `--${boundary}\r\nContent-Disposition: form-data; name="file"; filename="${fileName}"\r\nContent-Type: image/png\r\n\r\n`;
  return Buffer.concat([
    Buffer.from(parts.join('') + file),
    Buffer.from(body),
    Buffer.from(`\r\n--${boundary}--\r\n`),
  ]);
}

export const postBody = (
  { port }: Running,
  body: Buffer | string,
  headers: Record<string, string> = {},
  target = `/${bucket}`,
): Promise<Reply> =>
  send(
    port,
    'POST',
    target,
    { 'content-type': `multipart/form-data; boundary=${boundary}`, ...headers },
    body,
  );

export const post = (running: Running, options: FormOptions = {}): Promise<Reply> =>
  postBody(running, formBody(signForm(options), options.body, options.fileName));
