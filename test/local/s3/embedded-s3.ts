import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { request as httpRequest } from 'node:http';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Sha256 } from '@aws-crypto/sha256-js';
import { GetObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { SignatureV4 } from '@smithy/signature-v4';
import type { Identity } from '../../../local/http/sigv4.ts';
import { type S3Options, startS3 } from '../../../local/s3/server.ts';

export const bucket = 'signet-sources';
export const otherBucket = 'signet-config';
export const owner: Identity = {
  accessKeyId: 'signet',
  secretAccessKey: 'signet-local',
  allows: () => true,
};
/** May read objects but not list, so it must not learn which keys are missing. */
export const reader: Identity = {
  accessKeyId: 'reader',
  secretAccessKey: 'reader-local',
  allows: (action, resource) => action === 's3:GetObject' && resource.startsWith(`${bucket}/`),
};

export type Running = Awaited<ReturnType<typeof startEmbedded>>;

export function credentials({ accessKeyId, secretAccessKey }: Identity) {
  return { accessKeyId, secretAccessKey };
}

/** A server on a temporary folder, with a client of the AWS SDK. */
export async function startEmbedded(options: Partial<S3Options> = {}) {
  const folder = options.folder ?? (await mkdtemp(join(tmpdir(), 'signet-s3-')));
  const lines: string[] = [];
  const server = await startS3({
    folder,
    host: '127.0.0.1',
    port: 0,
    buckets: [bucket, otherBucket],
    identities: [owner, reader],
    log: (line) => lines.push(line),
    ...options,
  });
  const clients: S3Client[] = [];
  const clientFor = (identity: Identity): S3Client => {
    const client = new S3Client({
      region: 'us-east-1',
      endpoint: `http://127.0.0.1:${server.port}`,
      forcePathStyle: true,
      credentials: credentials(identity),
      maxAttempts: 1,
    });
    clients.push(client);
    return client;
  };
  const stop = async (): Promise<void> => {
    for (const client of clients) client.destroy();
    await server.close();
  };
  const discard = async (): Promise<void> => {
    await stop();
    await rm(folder, { recursive: true, force: true });
  };
  return { ...server, folder, lines, clientFor, s3: clientFor(owner), stop, discard };
}

/** The text of an object; undefined if it has no body. */
export async function readText({ s3 }: Running, key: string): Promise<string | undefined> {
  const got = await s3.send(new GetObjectCommand({ Bucket: bucket, Key: key }));
  return got.Body?.transformToString();
}

/** The files of uploads that are not complete. */
export const listIncoming = ({ folder }: Running): Promise<readonly string[]> =>
  readdir(join(folder, 'incoming'));

export type Outgoing = {
  readonly port: number;
  readonly method?: string;
  /** The path as it is sent. */
  readonly path: string;
  readonly query?: Record<string, string>;
  readonly headers?: Record<string, string>;
  readonly body?: Buffer | string;
  readonly identity?: Identity;
  readonly at?: Date;
};

export type Reply = {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: Buffer;
};

/** Signs with AWS's own signer. The path is signed unchanged. */
export function signerFor(identity: Identity, service = 's3'): SignatureV4 {
  return new SignatureV4({
    service,
    region: 'us-east-1',
    credentials: credentials(identity),
    sha256: Sha256,
    uriEscapePath: false,
  });
}

/** Sends a signed request that the SDK would not send. */
export async function signedRequest(outgoing: Outgoing): Promise<Reply> {
  const { port, method = 'GET', path, query = {}, body = '', identity = owner } = outgoing;
  const host = `127.0.0.1:${port}`;
  const headers = { host, 'x-amz-content-sha256': 'UNSIGNED-PAYLOAD', ...outgoing.headers };
  const signed = await signerFor(identity).sign(
    { method, protocol: 'http:', hostname: '127.0.0.1', port, path, query, headers },
    outgoing.at === undefined ? {} : { signingDate: outgoing.at },
  );
  const search = new URLSearchParams(query).toString().replaceAll('+', '%20');
  const target = search === '' ? path : `${path}?${search}`;
  return send(port, method, target, signed.headers, body);
}

/** Sends an HTTP request unchanged. */
export function send(
  port: number,
  method: string,
  target: string,
  headers: Record<string, string>,
  body: Buffer | string = '',
): Promise<Reply> {
  return new Promise((resolve, reject) => {
    const length = { 'content-length': String(Buffer.byteLength(body)) };
    const request = httpRequest(
      { host: '127.0.0.1', port, method, path: target, headers: { ...length, ...headers } },
      (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('error', reject);
        response.on('end', () => {
          const { statusCode: status = 0, headers: answered } = response;
          resolve({ status, headers: answered, body: Buffer.concat(chunks) });
        });
      },
    );
    request.on('error', reject);
    request.end(body);
  });
}

/** Sends raw bytes and returns the answer, until the connection closes or is idle. */
export function sendRaw(port: number, bytes: Buffer | string, silenceMs = 250): Promise<string> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => socket.write(bytes));
    let seen = '';
    socket.setTimeout(silenceMs, () => socket.destroy());
    socket.on('data', (chunk) => {
      seen += chunk.toString('latin1');
    });
    socket.on('error', () => undefined);
    socket.on('close', () => resolve(seen));
  });
}

/** The code in an error document. */
export function errorCode(reply: Reply): string | undefined {
  return /<Code>([A-Za-z0-9]+)<\/Code>/.exec(reply.body.toString())?.[1];
}

/** The status and error name of an SDK call, or the status of a success. */
export async function outcome(call: Promise<{ $metadata: { httpStatusCode?: number } }>) {
  try {
    return { status: (await call).$metadata.httpStatusCode, name: undefined };
  } catch (error) {
    const { name, $metadata } = error as { name: string; $metadata?: { httpStatusCode?: number } };
    return { status: $metadata?.httpStatusCode, name };
  }
}
