import type { Agent, IncomingHttpHeaders, IncomingMessage } from 'node:http';
import type { ServiceRequest } from './sigv4.ts';

/*
 * An import of node:http would read all its exports, and one of them loads the WebSocket of undici. That
 * takes longer than everything else that viewer-request does when it starts.
 */
const http = process.getBuiltinModule('node:http');
const https = process.getBuiltinModule('node:https');

/** An answer. Redirects are answers, too; they are not followed. */
export type HttpAnswer = {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Uint8Array | 'too-large';
};

export type ExchangeLimits = {
  /** For connection, headers and body together. */
  readonly milliseconds: number;
  /** The longest body of a 200. */
  readonly maxBytes: number;
};

/** Enough for any error of S3 and Secrets Manager. They have fewer than 2,000 bytes. */
const errorBytes = 16_384;

/** Keeps the connections to one origin open between requests. */
export function createAgent(origin: string): Agent {
  const options = { keepAlive: true };
  return origin.startsWith('https:') ? new https.Agent(options) : new http.Agent(options);
}

/** Closes the connections that no request uses. */
export function closeIdle({ freeSockets }: Agent): void {
  for (const socket of Object.values(freeSockets).flat()) socket?.destroy();
}

/** Reads a body up to a limit, whatever its Content-Length says. */
async function readBody(message: IncomingMessage, maxBytes: number): Promise<HttpAnswer['body']> {
  if (Number(message.headers['content-length'] ?? 0) > maxBytes) {
    message.destroy();
    return 'too-large';
  }
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of message as AsyncIterable<Uint8Array>) {
    bytes += chunk.length;
    // Leaving the loop closes the connection.
    if (bytes > maxBytes) return 'too-large';
    chunks.push(chunk);
  }
  return Buffer.concat(chunks, bytes);
}

function send(
  agent: Agent,
  { method, origin, path, headers, body }: ServiceRequest,
  signal: AbortSignal,
): Promise<IncomingMessage> {
  const start = origin.startsWith('https:') ? https.request : http.request;
  return new Promise((resolve, reject) => {
    // The path stays as it is: the parser of URLs would resolve its dot segments.
    const sent = start(origin, { method, path, headers: { ...headers }, agent, signal });
    sent.on('response', resolve);
    sent.on('error', reject);
    sent.end(body);
  });
}

/** Thrown if there was no whole answer. `code` says why, such as `ECONNRESET`. */
export class NoAnswer extends Error {
  override readonly name = 'NoAnswer';
  readonly code: string;

  constructor(code: string) {
    super(`no answer (${code})`);
    this.code = code;
  }
}

/** The message of an error is left out: it may contain what was sent. */
function codeOf(thrown: unknown): string {
  const { code, name } = thrown as { readonly code?: unknown; readonly name?: unknown };
  return String(code ?? name ?? 'unknown');
}

/** Sends a request and reads its answer. Throws `NoAnswer`. */
export async function exchange(
  agent: Agent,
  request: ServiceRequest,
  { milliseconds, maxBytes }: ExchangeLimits,
): Promise<HttpAnswer> {
  const controller = new AbortController();
  const timer = setTimeout(() => controller.abort(), milliseconds);
  try {
    const message = await send(agent, request, controller.signal);
    const { statusCode: status = 0, headers } = message;
    return {
      status,
      headers,
      body: await readBody(message, status === 200 ? maxBytes : errorBytes),
    };
  } catch (thrown) {
    throw new NoAnswer(controller.signal.aborted ? 'timeout' : codeOf(thrown));
  } finally {
    clearTimeout(timer);
  }
}
