import type { IncomingMessage, ServerResponse } from 'node:http';
import { MalformedRequest, type RawRequest, readRawRequest } from '../../http/raw-request.ts';
import {
  type Identity,
  SignatureRefusal,
  type Verified,
  verifySignature,
} from '../../http/sigv4.ts';
import { isPresigned, presignParameters } from '../../http/sigv4-credential.ts';
import type { DiskStore } from '../objects/object-store.ts';
import {
  type Answer,
  createRequestIds,
  errorAnswer,
  type RequestIds,
  sendAnswer,
} from './answer.ts';
import { isChecksum } from './checksum.ts';
import { route } from './routes.ts';
import { S3Error, s3SignatureError } from './s3-error.ts';
import { readTarget } from './target.ts';

export type HandlerOptions = {
  readonly store: DiskStore;
  readonly identities: readonly Identity[];
  readonly region: string;
  readonly log: (line: string) => void;
};

/** Answers one request: believed first, then understood, then allowed, then done. */
export async function handleRequest(
  options: HandlerOptions,
  message: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const ids = createRequestIds();
  const answer = await answerTo(options, message).catch((error: unknown) => {
    if (message.destroyed && !message.complete) return undefined;
    return errorAnswer(explain(options, message, ids, error), resourceOf(message), ids);
  });
  if (answer === undefined) response.destroy();
  else await sendAnswer(message, response, answer, ids);
}

async function answerTo(options: HandlerOptions, message: IncomingMessage): Promise<Answer> {
  const request = readRawRequest(message);
  const { store, region } = options;
  const target = readTarget(request, new Set(store.buckets().map(({ name }) => name)));
  const presigned = isPresigned(request);
  const query = queryOf(request, presigned);
  const headers = presigned ? withHoistedHeaders(request) : request.headers;
  const payloadHash = headers.get('x-amz-content-sha256') ?? (presigned ? 'UNSIGNED-PAYLOAD' : '');
  if (payloadHash === '' && headers.has('authorization')) {
    throw new S3Error('InvalidRequest', 'Missing required header: x-amz-content-sha256.');
  }
  const credential = verify(options, request, payloadHash, presigned);
  const { method } = request;
  const call = { method, query, headers, payloadHash, credential, message, store, region };
  return route(call, target);
}

function verify(
  { identities, region }: HandlerOptions,
  request: RawRequest,
  payloadHash: string,
  presigned: boolean,
): Verified {
  const rules = { identities, region, service: 's3', payloadHash, nowMillis: Date.now() };
  try {
    return verifySignature(request, rules);
  } catch (error) {
    if (error instanceof SignatureRefusal) throw s3SignatureError(error.fault, presigned);
    throw error;
  }
}

const isAmz = (name: string): boolean => name.toLowerCase().startsWith('x-amz-');

/** The parameters that say what is asked; the credential and hoisted headers are not among them. */
function queryOf(request: RawRequest, presigned: boolean): ReadonlyMap<string, string> {
  const query = new Map<string, string>();
  for (const { name, value } of request.query) {
    if (presigned && isAmz(name)) continue;
    if (query.has(name)) throw new S3Error('InvalidArgument', `The parameter ${name} came twice.`);
    query.set(name, value);
  }
  return query;
}

/**
 * Presigners move x-amz-* headers into the query, where the signature covers them as well. Not so
 * checksums: JavaScript's presigner puts that of an empty body there, and S3 ignores it.
 */
function withHoistedHeaders(request: RawRequest): ReadonlyMap<string, string> {
  const headers = new Map(request.headers);
  for (const { name, value } of request.query) {
    const header = name.toLowerCase();
    const hoisted = isAmz(name) && !presignParameters.has(name) && !isChecksum(header);
    if (!hoisted) continue;
    if (headers.has(header)) throw new S3Error('InvalidArgument', `${header} came twice.`);
    // A header line could not carry anything else, and a stored one goes out as such a line.
    if (!/^[\w.-]+$/.test(header) || !/^[\t\x20-\x7e]*$/.test(value)) {
      throw new S3Error('InvalidArgument', 'A parameter is no header.');
    }
    headers.set(header, value);
  }
  return headers;
}

function explain(
  { log }: HandlerOptions,
  message: IncomingMessage,
  ids: RequestIds,
  error: unknown,
): S3Error {
  if (error instanceof S3Error) return error;
  if (error instanceof MalformedRequest) return new S3Error('InvalidURI', error.message);
  const what = `${message.method} ${resourceOf(message)}`;
  log(`s3: request ${ids.requestId} failed: ${what}: ${reason(error)}`);
  return new S3Error('InternalError');
}

function reason(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { code } = error as NodeJS.ErrnoException;
  if (code === 'ENOSPC') return 'no space left on the device; nothing was changed';
  return `${error.name}: ${error.message}`;
}

/** The path as it came, cut short: it goes into error documents and into the log. */
function resourceOf(message: IncomingMessage): string {
  return (message.url ?? '').split('?', 1)[0]?.slice(0, 4096) ?? '';
}
