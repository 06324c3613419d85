import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type CloudFront, startCloudFront } from '../../../local/cloudfront/server.ts';

/** Forwards the request without its query, or runs the base64 JavaScript in `x-code`. */
export const passRequest = `
export async function handler(event, context) {
  const request = event.Records[0].cf.request;
  const code = request.headers['x-code']?.[0].value;
  if (!code) {
    request.querystring = '';
    return request;
  }
  const run = new Function('request', 'event', 'context', Buffer.from(code, 'base64').toString());
  return run(request, event, context);
}`;

/** Forwards the response, or runs the base64url JavaScript in a `/code/…/` path. */
export const passResponse = `
let events = 0;
export async function handler(event, context) {
  events += 1;
  const { request, response } = event.Records[0].cf;
  const [, mark, code] = request.uri.split('/');
  if (mark !== 'code') return response;
  const source = Buffer.from(code, 'base64url').toString();
  const run = new Function('response', 'request', 'event', 'context', 'events', source);
  return run(response, request, event, context, events);
}`;

export type Answer = {
  readonly status: number;
  readonly headers: http.IncomingHttpHeaders;
  readonly body: Buffer;
  readonly text: string;
};

export type S3Request = {
  readonly method: string;
  readonly url: string;
  readonly headers: http.IncomingHttpHeaders;
};

export type StubOptions = {
  readonly viewer?: string;
  readonly origin?: string;
  readonly s3?: http.RequestListener;
  readonly limits?: {
    readonly timeoutMs?: number;
    readonly workers?: number;
    readonly memoryMb?: number;
  };
  readonly originPort?: number;
  readonly locations?: number;
  readonly concurrency?: number;
  readonly corsOrigins?: readonly string[];
  readonly localPage?: () => { readonly contentType: string; readonly body: string };
};

/** A distribution in front of a stub S3, with a clock that the test controls. */
export type StubDistribution = {
  readonly cloudFront: CloudFront;
  readonly seen: S3Request[];
  readonly logged: string[];
  /** The lines of the access log. */
  readonly accessed: string[];
  readonly tick: (seconds: number) => void;
  readonly ask: (path: string, init?: http.RequestOptions) => Promise<Answer>;
  readonly close: () => Promise<void>;
};

/** The answer of S3 for a missing key. */
export function missing(response: http.ServerResponse): void {
  response.writeHead(404, { 'content-type': 'application/xml', server: 'AmazonS3' });
  response.write('<Error><Code>NoSuchKey</Code></Error>');
  response.end();
}

/** An object as S3 sends it. */
export function object(
  response: http.ServerResponse,
  body: string,
  headers: http.OutgoingHttpHeaders = {},
): void {
  response.writeHead(200, {
    'content-type': 'image/webp',
    'content-length': Buffer.byteLength(body),
    etag: '"one"',
    'last-modified': 'Wed, 01 Jul 2026 10:00:00 GMT',
    server: 'AmazonS3',
    ...headers,
  });
  response.end(body);
}

/** Base64 of a function body for `x-code`. */
export function viewerCode(code: string): http.RequestOptions {
  return { headers: { 'x-code': Buffer.from(code).toString('base64') } };
}

/** A path whose origin-response runs the code. */
export function originCode(code: string, name = ''): string {
  return `/code/${Buffer.from(code).toString('base64url')}/${name}`;
}

/** Sends an HTTP request with an unchanged path. */
export function ask(port: number, path: string, init: http.RequestOptions = {}): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const options = { host: '127.0.0.1', port, path, agent: false, ...init };
    const request = http.request(options, (response) => {
      const chunks: Buffer[] = [];
      response.on('error', reject);
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', () => {
        const body = Buffer.concat(chunks);
        const { headers, statusCode: status = 0 } = response;
        resolve({ status, headers, body, text: body.toString() });
      });
    });
    request.on('error', reject);
    request.end();
  });
}

async function listen(server: http.Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return (server.address() as AddressInfo).port;
}

/** Starts a distribution. Close it in afterAll or afterEach. */
export async function startStubDistribution(options: StubOptions = {}): Promise<StubDistribution> {
  const folder = await mkdtemp(join(tmpdir(), 'signet-cloudfront-'));
  await writeFile(join(folder, 'viewer.mjs'), options.viewer ?? passRequest);
  await writeFile(join(folder, 'origin.mjs'), options.origin ?? passResponse);
  const seen: S3Request[] = [];
  const logged: string[] = [];
  const accessed: string[] = [];
  let now = Date.parse('2026-08-01T00:00:00Z');
  const s3 = http.createServer((request, response) => {
    const { headers, method = '', url = '' } = request;
    seen.push({ method, url, headers });
    (options.s3 ?? ((_request, answer) => missing(answer)))(request, response);
  });
  const s3Port = await listen(s3);
  const limits = { memoryMb: 128, timeoutMs: 5_000, workers: 2, ...options.limits };
  const cloudFront = await startCloudFront({
    host: '127.0.0.1',
    port: 0,
    hosts: ['a', 'b', '*.example'],
    viewerRequest: { ...limits, file: join(folder, 'viewer.mjs'), maxBodyBytes: 40_960 },
    originResponse: { ...limits, file: join(folder, 'origin.mjs'), maxBodyBytes: 1_048_576 },
    origin: {
      host: '127.0.0.1',
      port: options.originPort ?? s3Port,
      bucket: 'derivatives',
      accessKeyId: 'cdn',
      secretAccessKey: 'cdn-secret',
    },
    clock: () => now,
    log: (source, line) => logged.push(`${source}: ${line}`),
    accessLog: (line) => accessed.push(line),
    ...(options.locations && { locations: options.locations }),
    ...(options.concurrency && { concurrency: options.concurrency }),
    ...(options.corsOrigins && { corsOrigins: options.corsOrigins }),
    ...(options.localPage && { localPage: options.localPage }),
  });
  return {
    cloudFront,
    seen,
    logged,
    accessed,
    tick: (seconds) => {
      now += seconds * 1000;
    },
    ask: (path, init) => ask(cloudFront.port, path, init),
    close: async () => {
      await cloudFront.close();
      s3.closeAllConnections();
      await new Promise((resolve) => s3.close(resolve));
      await rm(folder, { recursive: true, force: true });
    },
  };
}
