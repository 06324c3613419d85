import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { deflateRawSync } from 'node:zlib';
import type {
  CloudFrontRequestEvent,
  CloudFrontResponseEvent,
  CloudFrontResultResponse,
} from 'aws-lambda';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { type BundledFunctions, bundleFunctions } from '../../build/functions.ts';
import { logLines } from '../log-lines.ts';
import { accessAt, edgeConfig } from './edge-config.ts';
import { originEvent, viewerEvent } from './events.ts';

type Handler<E> = (event: E) => Promise<CloudFrontResultResponse>;

let folder = '';
let bundles: BundledFunctions;
let viewerRequest: Handler<CloudFrontRequestEvent>;
let originResponse: Handler<CloudFrontResponseEvent>;
let logged: readonly string[] = [];

/** A server that never answers: it closes each connection at once, or keeps it open in silence. */
const silentServer = createServer();
const connected: Socket[] = [];
let silent = false;
silentServer.on('connection', (socket) => {
  connected.push(socket);
  socket.on('error', () => undefined);
  if (!silent) socket.destroy();
});

async function silentPort(): Promise<number> {
  await new Promise<void>((resolve) => silentServer.listen(0, '127.0.0.1', resolve));
  return (silentServer.address() as AddressInfo).port;
}

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'signet-bundles-'));
  const access = accessAt(`http://127.0.0.1:${await silentPort()}`, 'CANARYID', 'canary-secret');
  const config = edgeConfig(access);
  bundles = await bundleFunctions(folder, { viewerRequest: config, originResponse: config });
  logged = logLines();
  const load = async (file: string) => (await import(pathToFileURL(file).href)).handler;
  viewerRequest = await load(bundles.viewerRequest);
  originResponse = await load(bundles.originResponse);
});
afterAll(async () => {
  vi.restoreAllMocks();
  for (const socket of connected) socket.destroy();
  silentServer.close();
  await rm(folder, { recursive: true, force: true });
});

const drawingProcessOf = ({ originResponse }: BundledFunctions): string =>
  path.join(path.dirname(originResponse), 'draw.mjs');

const unavailable = {
  status: '503',
  body: '{"error":"unavailable"}',
  headers: {
    'x-signet-error': [{ key: 'x-signet-error', value: 'unavailable' }],
    'cache-control': [{ key: 'cache-control', value: 'no-store' }],
    'retry-after': [{ key: 'retry-after', value: '1' }],
  },
};
const wellFormed = `exp=4000000000&kid=r1.1&sig=${Buffer.alloc(32).toString('base64url')}`;

describe('the bundle that would be deployed', () => {
  it.each([
    { name: 'viewerRequest', bytes: 1_048_576 },
    // sharp and its library come on top: some 9 MB.
    { name: 'originResponse', bytes: 2_097_152 },
  ] as const)('$name is smaller than $bytes bytes once it is zipped', async ({ name, bytes }) => {
    const zipped = deflateRawSync(await readFile(bundles[name]));
    expect(zipped.length).toBeGreaterThan(10_000);
    expect(zipped.length).toBeLessThan(bytes);
  });

  it('of viewer-request has at most 150,000 bytes, because a container starts for many first views', async () => {
    expect((await readFile(bundles.viewerRequest)).length).toBeLessThanOrEqual(150_000);
  });

  it('of viewer-request imports neither node:http nor node:https, which would load undici', async () => {
    const code = await readFile(bundles.viewerRequest, 'utf8');
    expect(/\bfrom\s*["'](?:node:)?https?["']/.test(code)).toBe(false);
  });

  it('has the SDK in origin-response alone', async () => {
    const hasSdk = async (file: string) => /aws-sdk-js|S3Client/.test(await readFile(file, 'utf8'));
    expect(await hasSdk(bundles.viewerRequest)).toBe(false);
    expect(await hasSdk(bundles.originResponse)).toBe(true);
  });

  it('has the image library in the process that draws, and in no function', async () => {
    const loads = async (file: string) => /from\s*["']sharp["']/.test(await readFile(file, 'utf8'));
    expect(await loads(bundles.viewerRequest)).toBe(false);
    expect(await loads(bundles.originResponse)).toBe(false);
    expect(await loads(drawingProcessOf(bundles))).toBe(true);
  });

  it('has the configuration in the functions, and none of it in the process that draws', async () => {
    const isConfigured = async (file: string) => /CANARYID/.test(await readFile(file, 'utf8'));
    expect(await isConfigured(bundles.viewerRequest)).toBe(true);
    expect(await isConfigured(bundles.originResponse)).toBe(true);
    expect(await isConfigured(drawingProcessOf(bundles))).toBe(false);
    expect((await readFile(drawingProcessOf(bundles), 'utf8')).includes('SIGNET_CONFIG')).toBe(
      false,
    );
  });

  it('contains only the versions of the package.json files', async () => {
    for (const bundle of Object.values(bundles)) {
      const code = await readFile(bundle, 'utf8');
      expect(code).not.toMatch(/devDependencies|sideEffects/);
    }
  });

  it('reads no environment variable of Signet, because the edge has none', async () => {
    for (const file of Object.values(bundles))
      expect(await readFile(file, 'utf8')).not.toMatch(/process\.env\.SIGNET|SIGNET_HOME/);
  });
});

describe('viewer-request while S3 and Secrets Manager do not answer', () => {
  it('answers a signed request with unavailable', async () => {
    expect(await viewerRequest(viewerEvent('/acme/a.png', wellFormed))).toMatchObject(unavailable);
  });

  it('gives up after two attempts without answer, because Lambda@Edge has no time for a third', async () => {
    connected.splice(0);
    silent = true;
    expect(await viewerRequest(viewerEvent('/acme/a.png', wellFormed))).toMatchObject(unavailable);
    silent = false;
    expect(connected).toHaveLength(2);
  });

  it.each([
    { uri: '/acme/a.png', query: '', method: 'GET', status: '403', code: 'forbidden' },
    { uri: '/acme//a.png', query: wellFormed, method: 'GET', status: '400', code: 'malformed' },
    { uri: '/acme/a.png', query: wellFormed, method: 'POST', status: '405', code: 'method' },
  ])(
    'still answers $code if it needs no other service',
    async ({ uri, query, method, status, code }) => {
      const answer = await viewerRequest(viewerEvent(uri, query, { method }));
      expect(answer).toMatchObject({ status, body: `{"error":"${code}"}` });
      expect(answer.headers?.['cache-control']?.[0]?.value).toBe('no-store');
    },
  );

  it.each(['/acme/a.png', '/anything', '//'])('answers OPTIONS for %s with 204', async (uri) => {
    const origin = 'https://www.example.com';
    const plain = await viewerRequest(viewerEvent(uri, '', { method: 'OPTIONS' }));
    const asked = await viewerRequest(
      viewerEvent(uri, '', { method: 'OPTIONS', headers: { origin } }),
    );
    for (const answer of [plain, asked]) {
      expect(answer.status).toBe('204');
      expect(answer).not.toHaveProperty('body');
      expect(answer.headers?.['allow']?.[0]?.value).toBe('GET, HEAD, OPTIONS');
      expect(answer.headers).not.toHaveProperty('x-signet-error');
    }
    expect(Object.keys(plain.headers ?? {})).toEqual(['allow', 'cache-control']);
    expect(asked.headers).toMatchObject({
      'access-control-allow-origin': [{ value: '*' }],
      'access-control-max-age': [{ value: '7200' }],
    });
  });

  it('writes the CORS headers of a refusal if the request has an Origin', async () => {
    const headers = { origin: 'https://www.example.com' };
    const asked = await viewerRequest(viewerEvent('/acme/a.png', '', { headers }));
    expect(asked).toMatchObject({ status: '403', statusDescription: 'Forbidden' });
    expect(asked).toMatchObject({ body: '{"error":"forbidden"}' });
    expect(asked.headers).toMatchObject({
      'access-control-allow-origin': [{ value: '*' }],
      'access-control-expose-headers': [{ value: 'x-signet-error, etag, server-timing' }],
    });
    const plain = await viewerRequest(viewerEvent('/acme/a.png', ''));
    expect(JSON.stringify(plain.headers)).not.toContain('access-control-');
  });

  it('throws for an event without a record', async () => {
    await expect(viewerRequest({ Records: [] })).rejects.toThrow('the event has no record');
  });
});

describe('origin-response while S3 and Secrets Manager do not answer', () => {
  const key = '/acme/a.png__op__format,f_src';

  it('changes the received response to unavailable', async () => {
    const event = originEvent(key);
    const answer = await originResponse(event);
    expect(answer).toBe(event.Records[0]?.cf.response);
    expect(answer).toMatchObject(unavailable);
    expect(answer.headers?.['transfer-encoding']).toEqual([
      { key: 'Transfer-Encoding', value: 'chunked' },
    ]);
  });

  it.each(['200', '206', '304'])('passes a %s of S3 through unchanged', async (status) => {
    const event = originEvent(key, status);
    const before = structuredClone(event.Records[0]?.cf.response);
    expect(await originResponse(event)).toEqual(before);
  });

  it.each(['412', '416'])('passes a %s of S3 through without its body', async (status) => {
    expect(await originResponse(originEvent(key, status))).toMatchObject({ status, body: '' });
  });

  it.each(['301', '307', '400', '403', '405', '429', '500', '502', '503', '504'])(
    'answers 503 in place of a %s of S3',
    async (status) => {
      expect(await originResponse(originEvent(key, status))).toMatchObject(unavailable);
    },
  );
});

describe('the output of both', () => {
  it('has one JSON object per line and no credential', () => {
    expect(logged.length).toBeGreaterThan(10);
    for (const line of logged) {
      expect(typeof JSON.parse(line)).toBe('object');
      expect(line).not.toMatch(/[\r\n]|CANARYID|canary-secret/);
    }
  });
});
