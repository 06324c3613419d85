import { randomBytes, randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { boundedCache } from '../../../shared/bounded-cache.ts';
import { localCallers } from '../../http/callers.ts';
import { type Listener, listen, type WireAnswer, type WireFault } from '../../http/http.ts';
import { MalformedRequest, type RawRequest, readRawRequest } from '../../http/raw-request.ts';
import {
  type Identity,
  type SignatureFault,
  SignatureRefusal,
  verifySignature,
} from '../../http/sigv4.ts';
import { sha256Hex } from '../../http/sigv4-canonical.ts';
import {
  ControlPlaneError,
  type ControlPlaneErrorCode,
  errorDocument,
} from './control-plane-error.ts';
import { type Invalidation, invalidationDocument, readBatch } from './invalidation-batch.ts';

/** Less than CloudFront allows. Local callers send only a few paths. */
const maxBodyBytes = 1024 * 1024;

type Answer = {
  readonly status: number;
  readonly body: string;
  readonly headers?: Readonly<Record<string, string>>;
};

type Options = {
  readonly host: string;
  readonly port: number;
  /** Further host names, without a port, that the server answers to. */
  readonly hosts?: readonly string[];
  readonly identities: readonly Identity[];
  readonly invalidate: (items: readonly string[]) => number;
};

type Call = { readonly request: RawRequest; readonly identity: Identity; readonly body: Buffer };

const route =
  /^\/2020-05-31\/distribution\/([A-Za-z0-9-]{1,64})\/invalidation(?:\/([A-Z0-9]{1,64}))?$/;

const signatureCodes: Partial<Record<SignatureFault, ControlPlaneErrorCode>> = {
  unsigned: 'MissingAuthenticationToken',
  unknown_key: 'InvalidClientTokenId',
};

async function readBody(message: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of message) {
    size += chunk.length;
    if (size > maxBodyBytes) throw new ControlPlaneError('BatchTooLarge');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function authenticate(request: RawRequest, body: Buffer, identities: Options['identities']) {
  try {
    return verifySignature(request, {
      identities,
      region: 'us-east-1',
      service: 'cloudfront',
      payloadHash: sha256Hex(body),
      nowMillis: Date.now(),
    }).identity;
  } catch (error) {
    if (!(error instanceof SignatureRefusal)) throw error;
    throw new ControlPlaneError(signatureCodes[error.fault] ?? 'SignatureDoesNotMatch');
  }
}

function requirePermission(call: Call, action: string, distribution: string): void {
  const resource = `distribution/${distribution}`;
  if (!call.identity.allows(`cloudfront:${action}`, resource)) {
    throw new ControlPlaneError('AccessDenied');
  }
}

/** Creates invalidations and remembers the last 1,000 of them. */
function createInvalidations(invalidate: Options['invalidate']) {
  const made = boundedCache<Invalidation>(1_000);
  const create = (body: string): Invalidation => {
    const batch = readBatch(body);
    const all = made.entries().map(([, one]) => one);
    const earlier = all.find((one) => one.callerReference === batch.callerReference);
    if (earlier) {
      if (earlier.items.join('\n') === batch.items.join('\n')) return earlier;
      throw new ControlPlaneError('InvalidationBatchAlreadyExists');
    }
    const id = `I${randomBytes(7).toString('hex').toUpperCase().slice(1)}`;
    const invalidation = { ...batch, id, createdAt: new Date().toISOString() };
    invalidate(batch.items);
    made.set(id, invalidation);
    return invalidation;
  };
  const get = (id: string): Invalidation => {
    const found = made.get(id);
    if (!found) throw new ControlPlaneError('NoSuchInvalidation');
    return found;
  };
  return { create, get };
}

function answerCall(invalidations: ReturnType<typeof createInvalidations>, call: Call): Answer {
  const { method, path } = call.request;
  const [, distribution, id] = route.exec(path) ?? [];
  if (distribution !== undefined && id !== undefined && method === 'GET') {
    requirePermission(call, 'GetInvalidation', distribution);
    return { status: 200, body: invalidationDocument(invalidations.get(id)) };
  }
  if (distribution !== undefined && id === undefined && method === 'POST') {
    requirePermission(call, 'CreateInvalidation', distribution);
    const made = invalidations.create(call.body.toString('utf8'));
    const location = `https://cloudfront.amazonaws.com${path}/${made.id}`;
    return { status: 201, body: invalidationDocument(made), headers: { location } };
  }
  throw new ControlPlaneError('NotImplemented');
}

function toControlPlaneError(error: unknown): ControlPlaneError {
  if (error instanceof ControlPlaneError) return error;
  if (error instanceof MalformedRequest)
    return new ControlPlaneError('InvalidArgument', error.message);
  return new ControlPlaneError('InternalFailure');
}

function failureAnswer(error: unknown, requestId: string): Answer {
  const known = toControlPlaneError(error);
  return { status: known.status, body: errorDocument(known, requestId) };
}

function send(
  response: ServerResponse,
  { body, headers, status }: Answer,
  requestId: string,
): void {
  response.writeHead(status, {
    'content-type': 'text/xml',
    'content-length': Buffer.byteLength(body),
    'x-amzn-requestid': requestId,
    ...headers,
  });
  response.end(body);
}

function wireAnswer(fault: WireFault, reason?: string): WireAnswer {
  const code = fault === 'foreign' ? 'AccessDenied' : 'InvalidArgument';
  const { status, body } = failureAnswer(new ControlPlaneError(code, reason), randomUUID());
  return { status, headers: { 'content-type': 'text/xml' }, body };
}

/** Starts the invalidation API of CloudFront. The AWS SDK is its client. */
export async function startInvalidationApi(options: Options): Promise<Listener> {
  const invalidations = createInvalidations(options.invalidate);
  const handle = async (message: IncomingMessage, response: ServerResponse): Promise<void> => {
    const requestId = randomUUID();
    try {
      const request = readRawRequest(message);
      const body = await readBody(message);
      const identity = authenticate(request, body, options.identities);
      send(response, answerCall(invalidations, { request, identity, body }), requestId);
    } catch (error) {
      send(response, failureAnswer(error, requestId), requestId);
    }
  };
  const { host, port, hosts } = options;
  const callers = localCallers(host, hosts);
  return listen({ host, port, callers, handle, refuse: wireAnswer });
}
