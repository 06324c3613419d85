import { randomBytes } from 'node:crypto';
import type { FileHandle } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { pipeline } from 'node:stream/promises';
import type { S3Error } from './s3-error.ts';
import { textElement } from './xml.ts';

/** A part of an open file. `sendAnswer` closes the file. */
export type FilePart = {
  readonly handle: FileHandle;
  readonly start: number;
  readonly length: number;
};

/** The answer of an operation, as data. */
export type Answer = {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string | Buffer | FilePart;
};

export type RequestIds = { readonly requestId: string; readonly hostId: string };

/** Creates request ids in the form of S3. */
export function createRequestIds(): RequestIds {
  return {
    requestId: randomBytes(8).toString('hex').toUpperCase(),
    hostId: randomBytes(48).toString('base64'),
  };
}

/** The headers of every S3 answer. */
export function standardHeaders(ids: RequestIds): Record<string, string> {
  return { 'x-amz-request-id': ids.requestId, 'x-amz-id-2': ids.hostId, server: 'AmazonS3' };
}

/** An answer with an XML document. */
export function xmlAnswer(body: string): Answer {
  return { status: 200, headers: { 'content-type': 'application/xml' }, body };
}

/** S3's error document. */
export function errorAnswer(error: S3Error, resource: string, ids: RequestIds): Answer {
  const details = [
    textElement('Code', error.code),
    textElement('Message', error.message),
    ...(error.region === undefined ? [] : [textElement('Region', error.region)]),
    textElement('Resource', resource),
    textElement('RequestId', ids.requestId),
    textElement('HostId', ids.hostId),
  ];
  const body = `<?xml version="1.0" encoding="UTF-8"?>\n<Error>${details.join('')}</Error>`;
  const headers = { ...error.headers, 'content-type': 'application/xml' };
  return { status: error.status, headers, body };
}

/** S3 encrypts every object with SSE-S3 and sends this header. Clients check for it. */
export const encryptedHeader = { 'x-amz-server-side-encryption': 'AES256' } as const;

/** Sends an answer. A HEAD gets the headers only. */
export async function sendAnswer(
  request: IncomingMessage,
  response: ServerResponse,
  answer: Answer,
  ids: RequestIds,
): Promise<void> {
  const { body } = answer;
  const part = typeof body === 'object' && 'handle' in body ? body : undefined;
  try {
    response.writeHead(answer.status, {
      ...lengthHeader(request, answer),
      ...answer.headers,
      ...standardHeaders(ids),
    });
    if (part === undefined || part.length === 0 || request.method === 'HEAD') {
      await finish(response, typeof body === 'string' || Buffer.isBuffer(body) ? body : '');
      return;
    }
    const { handle, start, length } = part;
    const stream = handle.createReadStream({ start, end: start + length - 1, autoClose: false });
    await pipeline(stream, response);
  } finally {
    await part?.handle.close();
  }
}

function lengthHeader(request: IncomingMessage, { status, body }: Answer): Record<string, string> {
  // An error to a HEAD has no body, so its length is unknown.
  const silent = status === 304 || status === 204 || (request.method === 'HEAD' && status >= 400);
  if (silent) return {};
  return { 'content-length': String(bodyLength(body)) };
}

function bodyLength(body: Answer['body']): number {
  if (body === undefined) return 0;
  if (typeof body === 'string') return Buffer.byteLength(body);
  return body.length;
}

function finish(response: ServerResponse, body: string | Buffer): Promise<void> {
  // A destroyed response emits no further `close`; waiting for it would keep a file open.
  if (response.destroyed) return Promise.resolve();
  return new Promise((resolve) => {
    response.once('close', resolve);
    response.end(body, () => resolve());
  });
}
