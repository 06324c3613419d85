import http from 'node:http';
import { Sha256 } from '@aws-crypto/sha256-js';
import { SignatureV4 } from '@smithy/signature-v4';
import { type HeaderLine, headerLines } from './header-map.ts';

/** CloudFront's timeouts for an S3 origin: to connect, and between packets of the answer. */
const defaultTimeouts = { connectMs: 10_000, responseMs: 30_000 };

/** The address of the origin and the credentials that stand in for origin access control. */
export type OriginAddress = {
  readonly host: string;
  readonly port: number;
  readonly bucket: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
};

export type OriginRequest = {
  readonly method: string;
  /** The raw, percent-encoded path. It is sent unchanged. */
  readonly uri: string;
  readonly headers: readonly HeaderLine[];
};

export type OriginAnswer =
  | {
      readonly kind: 'answered';
      readonly status: number;
      readonly headers: readonly HeaderLine[];
      readonly body: Buffer;
    }
  | { readonly kind: 'failed'; readonly status: 502 | 504; readonly reason: string };

/** The S3 bucket behind the distribution. */
export type Origin = {
  readonly fetch: (request: OriginRequest) => Promise<OriginAnswer>;
  readonly close: () => void;
};

class OriginTimeout extends Error {}

function withTimeout(request: http.ClientRequest, timeouts: typeof defaultTimeouts): void {
  const onTimeout = () => request.destroy(new OriginTimeout('the origin did not answer in time'));
  request.setTimeout(timeouts.responseMs, onTimeout);
  request.on('socket', (socket) => {
    if (!socket.connecting) return;
    const timer = setTimeout(onTimeout, timeouts.connectMs);
    for (const event of ['connect', 'close']) socket.once(event, () => clearTimeout(timer));
  });
}

function send(options: http.RequestOptions, timeouts: typeof defaultTimeouts) {
  return new Promise<OriginAnswer>((resolve, reject) => {
    const request = http.request(options, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('error', reject);
      response.on('end', () => {
        resolve({
          kind: 'answered',
          status: response.statusCode ?? 502,
          headers: headerLines(response.rawHeaders),
          body: Buffer.concat(chunks),
        });
      });
    });
    withTimeout(request, timeouts);
    request.on('error', (error: NodeJS.ErrnoException) => {
      // The origin may close an idle connection at the moment of its reuse. A retry is safe then.
      const again = request.reusedSocket && error.code === 'ECONNRESET';
      if (again) send({ ...options, agent: false }, timeouts).then(resolve, reject);
      else reject(error);
    });
    request.end();
  });
}

function originFailure(error: unknown): OriginAnswer {
  const reason = error instanceof Error ? error.message : String(error);
  return { kind: 'failed', status: error instanceof OriginTimeout ? 504 : 502, reason };
}

/** Creates an origin on a path-style S3 endpoint. Requests are signed as by origin access control. */
export function createOrigin(address: OriginAddress, timeouts = defaultTimeouts): Origin {
  const agent = new http.Agent({ keepAlive: true, maxFreeSockets: 16 });
  const signer = new SignatureV4({
    service: 's3',
    region: 'us-east-1',
    credentials: address,
    sha256: Sha256,
    // The path is already encoded. S3 signs the path as sent and does not encode it twice.
    uriEscapePath: false,
  });
  const { host, port, bucket } = address;
  return {
    fetch: async ({ method, uri, headers }) => {
      const path = `/${bucket}${uri}`;
      try {
        const signed = await signer.sign({
          method,
          protocol: 'http:',
          hostname: host,
          port,
          path,
          query: {},
          headers: { ...Object.fromEntries(headers), host: `${host}:${port}` },
        });
        return await send({ host, port, method, path, headers: signed.headers, agent }, timeouts);
      } catch (error) {
        return originFailure(error);
      }
    },
    close: () => agent.destroy(),
  };
}
