import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { localCallers } from '../http/callers.ts';
import { type Distance, withDistance } from '../http/distance.ts';
import { type Listener, listen, type WireAnswer, type WireFault } from '../http/http.ts';
import { MalformedRequest, type RawRequest, readRawRequest } from '../http/raw-request.ts';
import { type Identity, isSameHex, SignatureRefusal, verifySignature } from '../http/sigv4.ts';
import { sha256Hex } from '../http/sigv4-canonical.ts';
import { describeDiskFault } from '../state/disk-fault.ts';
import { runOperation } from './routes.ts';
import { SecretError, secretErrorStatus, secretSignatureError } from './secret-error.ts';
import type { Output } from './secret-operations.ts';
import { type DiskSecrets, openSecretStore } from './secret-store.ts';

export type SecretsManagerOptions = {
  /** Created with mode 0700, its files with 0600. Only one process may use it. */
  readonly folder: string;
  readonly host: string;
  /** 0 chooses a free port. */
  readonly port: number;
  readonly identities: readonly Identity[];
  /** Further host names, without a port, that the server answers to. */
  readonly hosts?: readonly string[];
  /** The Region that requests must be signed for. Default: us-east-1. */
  readonly region?: string;
  /** Delays the requests of some callers. Default: none. */
  readonly distance?: Distance;
  /** Gets a line about each request that the disk has failed. */
  readonly log?: (line: string) => void;
  /** Called after a secret was written, before the answer. */
  readonly onChange?: () => void;
};

type Service = {
  readonly store: DiskSecrets;
  readonly identities: readonly Identity[];
  readonly region: string;
  readonly log: (line: string) => void;
};

// The largest value, with each byte escaped as six characters, and the other fields.
const maxBodyBytes = 512 * 1024;
const contentType = 'application/x-amz-json-1.1';

/** Starts a Secrets Manager API on a folder. Throws EADDRINUSE if the port is in use. */
export async function startSecretsManager(options: SecretsManagerOptions): Promise<Listener> {
  const { folder, host, port, identities, region = 'us-east-1' } = options;
  const service: Service = {
    store: await openSecretStore(folder, options.onChange),
    identities,
    region,
    log: options.log ?? (() => undefined),
  };
  return listen({
    host,
    port,
    // Requests are small. A client that takes longer only holds connections.
    requestMillis: 20_000,
    callers: localCallers(host, options.hosts),
    handle: withDistance(
      (message, response) => handle(service, message, response),
      options.distance,
    ),
    refuse,
  });
}

function refuse(fault: WireFault, reason = 'The request could not be parsed.'): WireAnswer {
  if (fault !== 'foreign') return wireAnswer(new SecretError('SerializationException', reason));
  return { ...wireAnswer(new SecretError('AccessDeniedException', reason)), status: 403 };
}

async function handle(
  service: Service,
  message: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const answer = await answerRequest(service, message).then(
    (output) => ({ status: 200, headers: jsonHeaders(), body: JSON.stringify(output) }),
    (error: unknown) => wireAnswer(toSecretError(error, service.log)),
  );
  if (response.destroyed) return;
  response.writeHead(answer.status, answer.headers);
  response.end(message.method === 'HEAD' ? '' : answer.body);
}

function jsonHeaders(): Record<string, string> {
  return { 'content-type': contentType, 'x-amzn-requestid': randomUUID() };
}

function wireAnswer(error: SecretError): WireAnswer {
  const body = JSON.stringify({ __type: error.code, Message: error.message });
  const headers = { ...jsonHeaders(), 'x-amzn-errortype': error.code };
  return { status: secretErrorStatus(error.code), headers, body };
}

function toSecretError(error: unknown, log: Service['log']): SecretError {
  if (error instanceof SecretError) return error;
  if (error instanceof SignatureRefusal) return secretSignatureError(error.fault);
  if (error instanceof MalformedRequest) {
    return new SecretError('SerializationException', error.message);
  }
  const fault = describeDiskFault(error);
  if (fault !== undefined) log(`secrets: a request failed, nothing was changed: ${fault}`);
  return new SecretError('InternalServiceError', 'An internal error occurred.');
}

async function answerRequest(service: Service, message: IncomingMessage): Promise<Output> {
  const request = readRawRequest(message);
  const body = await readBody(message);
  const { region, identities, store } = service;
  const payloadHash = sha256Hex(body);
  const nowMillis = Date.now();
  const rules = { identities, region, service: 'secretsmanager', payloadHash, nowMillis };
  const { identity } = verifySignature(request, rules);
  const announced = request.headers.get('x-amz-content-sha256') ?? payloadHash;
  if (!isSameHex(payloadHash, announced)) throw new SignatureRefusal('mismatch');
  return runOperation(readOperation(request), parseBody(body), { store, region, identity });
}

function readOperation({ method, path, headers }: RawRequest): string {
  const type = headers.get('content-type')?.split(';', 1)[0]?.trim();
  if (method !== 'POST' || path !== '/' || type !== contentType) {
    throw new SecretError(
      'UnknownOperationException',
      `Only POST / with ${contentType} is supported.`,
    );
  }
  return headers.get('x-amz-target') ?? '';
}

async function readBody(message: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  // The stream stays open on an early return, so that the client gets its answer.
  for await (const chunk of message.iterator({ destroyOnReturn: false })) {
    size += (chunk as Buffer).length;
    if (size > maxBodyBytes) {
      throw new SecretError('ValidationException', 'The request is too large.');
    }
    chunks.push(chunk as Buffer);
  }
  return Buffer.concat(chunks);
}

function parseBody(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString());
  } catch {
    throw new SecretError('SerializationException', 'The body is not JSON.');
  }
}
