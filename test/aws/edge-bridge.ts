import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { originEvent, viewerEvent } from '../edge/events.ts';
import type { DeployedFunction } from './runtime.ts';

/*
 * The way of a view through CloudFront without its cache: viewer-request, the derivatives bucket, origin-response.
 */

type HeaderMap = Readonly<
  Record<string, readonly { readonly key?: string; readonly value: string }[]>
>;
type Answer = {
  readonly status?: string;
  readonly uri?: string;
  readonly headers?: HeaderMap;
  readonly body?: string;
  readonly bodyEncoding?: string;
};

export type EdgeBridge = {
  readonly address: string;
  /** Sets what the bridge runs, once it is built. */
  readonly connect: (parts: EdgeParts) => void;
  readonly close: () => void;
};

export type EdgeParts = {
  readonly viewer: DeployedFunction;
  readonly origin: DeployedFunction;
  /** Reads a derivative from its bucket, as CloudFront may; undefined if it is missing. */
  readonly read: (key: string) => Promise<Buffer | undefined>;
};

const headersOf = (headers: HeaderMap = {}): readonly (readonly [string, string])[] =>
  Object.entries(headers).flatMap(([name, values]) =>
    name === 'transfer-encoding' ? [] : values.map(({ value }) => [name, value] as const),
  );

type Sent = {
  readonly status: number;
  readonly headers: readonly (readonly [string, string])[];
  readonly body: Uint8Array;
};

const sentFrom = ({ status, headers, body = '', bodyEncoding }: Answer): Sent => ({
  status: Number(status),
  headers: headersOf(headers),
  body: Buffer.from(body, bodyEncoding === 'base64' ? 'base64' : 'utf8'),
});

async function view(parts: EdgeParts, target: string, accept: string | undefined): Promise<Sent> {
  const [path = '', query = ''] = target.split('?');
  const headers = accept === undefined ? {} : { headers: { Accept: accept } };
  const passed = (await parts.viewer.invoke(viewerEvent(path, query, headers))) as Answer;
  if (passed.uri === undefined) return sentFrom(passed);
  const stored = await parts.read(decodeURIComponent(passed.uri.slice(1)));
  const event = originEvent(passed.uri, stored === undefined ? '404' : '200');
  const answer = (await parts.origin.invoke(event)) as Answer;
  // Without a body of the function, the one of S3 goes out.
  if (answer.body !== undefined || stored === undefined) return sentFrom(answer);
  return { status: 200, headers: [['x-cache', 'Hit from S3']], body: stored };
}

/** Starts the bridge on a port of its own. */
export async function startEdgeBridge(): Promise<EdgeBridge> {
  let parts: EdgeParts | undefined;
  const server = createServer(async (request, response) => {
    if (parts === undefined) return void response.writeHead(503).end();
    const { status, headers, body } = await view(parts, request.url ?? '', request.headers.accept);
    response.writeHead(status, Object.fromEntries(headers)).end(body);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    address: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    connect: (given) => {
      parts = given;
    },
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}
