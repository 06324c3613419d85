import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { AwsAccess } from '../../shared/adapters/aws-client.ts';

/*
 * S3 and Secrets Manager as far as the functions call them, on one port, with a fault for each
 * call. It checks no signature: the embedded services do.
 */

export const calls = ['policy', 'trail', 'changes', 'source', 'write', 'secret'] as const;
export type Call = (typeof calls)[number];

type Reply = (response: ServerResponse, body: Buffer, well: () => void) => void;

const status =
  (code: number): Reply =>
  (response) => {
    response.writeHead(code, { 'content-type': 'application/xml' });
    response.end(`<Error><Code>C${code}</Code><Message>secret-bucket-name</Message></Error>`);
  };

function whole(response: ServerResponse, body: Buffer): void {
  const etag = `"${createHash('md5').update(body).digest('hex')}"`;
  response.writeHead(200, { 'content-length': body.length, etag });
  response.end(body);
}

/** Half of the body, with the length of all of it. */
function half(response: ServerResponse, body: Buffer): void {
  response.writeHead(200, { 'content-length': body.length + 1 });
  response.write(body.subarray(0, body.length >> 1));
}

/** What can go wrong with one call. */
export const faults = {
  'is answered 301': status(301),
  'is answered 400': status(400),
  'is answered 403': status(403),
  'is answered 404': status(404),
  'is answered 500': status(500),
  'is answered 503': status(503),
  'is reset': (response) => void response.socket?.destroy(),
  'is never answered': () => undefined,
  'is cut in its body': (response, body) => {
    half(response, body);
    setTimeout(() => response.socket?.destroy(), 20);
  },
  'falls silent in its body': half,
  'is answered with a page': (response) => {
    response.writeHead(200, { 'content-type': 'text/html' });
    response.end('<html>You must log in to this network</html>');
  },
  'is slow': (_response, _body, well) => void setTimeout(well, 50),
} as const satisfies Readonly<Record<string, Reply>>;
export type Fault = keyof typeof faults;

export type FaultyAws = {
  readonly access: AwsAccess;
  readonly stored: Map<string, Buffer>;
  /** Replaces the fault; nothing heals it. */
  readonly fail: (call?: Call, fault?: Fault | Reply) => void;
  readonly seen: Call[];
  readonly close: () => Promise<void>;
};

function callOf({ method, url = '' }: IncomingMessage): Call {
  if (method === 'POST') return 'secret';
  if (method === 'PUT') return 'write';
  if (url.startsWith('/config/changes.jws')) return 'changes';
  if (url.startsWith('/config/audit/')) return 'trail';
  return url.startsWith('/config/') ? 'policy' : 'source';
}

const bodyOf = async (request: IncomingMessage): Promise<Buffer> =>
  Buffer.concat(await request.toArray());

/** Starts it with what each call answers while it is well. */
export async function startFaultyAws(
  answers: Readonly<Record<'policy' | 'source' | 'secret', Buffer>>,
): Promise<FaultyAws> {
  const stored = new Map<string, Buffer>();
  const seen: Call[] = [];
  let failing: { readonly call: Call | undefined; readonly reply: Reply } | undefined;

  const serve = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const call = callOf(request);
    seen.push(call);
    const body = await bodyOf(request);
    const isAbsent = call === 'trail' || call === 'changes';
    const answer = call === 'write' || isAbsent ? Buffer.alloc(0) : answers[call];
    // The trail ends with the version that is live, and there is no list of changes.
    const well = () =>
      isAbsent ? status(404)(response, answer, () => undefined) : whole(response, answer);
    if (failing?.call === call) return failing.reply(response, answer, well);
    if (call === 'write') stored.set(decodeURIComponent(request.url ?? ''), body);
    well();
  };

  const server = createServer((request, response) => void serve(request, response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    access: {
      region: 'us-east-1',
      endpoint: `http://127.0.0.1:${port}`,
      credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    },
    stored,
    seen,
    fail: (call, fault = 'is reset') => {
      failing = { call, reply: typeof fault === 'string' ? faults[fault] : fault };
    },
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
