import type { IncomingMessage, ServerResponse } from 'node:http';
import { discardLastBody } from '../../http/http.ts';
import { MalformedRequest, type RawRequest, readRawRequest } from '../../http/raw-request.ts';
import {
  type Identity,
  SignatureRefusal,
  type SignatureRules,
  type Verified,
  verifyForm,
  verifySignature,
} from '../../http/sigv4.ts';
import { isPresigned, presignParameters } from '../../http/sigv4-credential.ts';
import { describeDiskFault } from '../../state/disk-fault.ts';
import { readFormData } from '../forms/form-data.ts';
import { postObject } from '../forms/post-object.ts';
import type { UploadStore } from '../multipart/upload-store.ts';
import type { DiskStore } from '../objects/object-store.ts';
import {
  type Answer,
  createRequestIds,
  errorAnswer,
  type RequestIds,
  sendAnswer,
} from './answer.ts';
import { isChecksum } from './checksum.ts';
import { answerPreflight, pageHeaders, readPreflight } from './cors.ts';
import { readWithTimeout } from './payload.ts';
import { runCall } from './routes.ts';
import { S3Error, s3SignatureError } from './s3-error.ts';
import { type BucketAndKey, readTarget } from './target.ts';

/** Where a bucket is, and whose it is. */
export type PlacedBucket = { readonly region: string; readonly owner: string };

export type HandlerOptions = {
  /** Buckets that are not in `region`, or have an owner that requests may name. */
  readonly placed: ReadonlyMap<string, PlacedBucket>;
  readonly store: DiskStore;
  readonly uploads: UploadStore;
  /** The origins of pages that may use this server. */
  readonly origins: readonly string[];
  readonly identities: readonly Identity[];
  readonly region: string;
  readonly log: (line: string) => void;
};

/** Answers a request: verifies the signature, finds the operation, authorizes it and runs it. */
export async function handleRequest(
  options: HandlerOptions,
  message: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const ids = createRequestIds();
  const answer = await answerRequest(options, message).catch((error: unknown) => {
    if (message.destroyed && !message.complete) return undefined;
    return errorAnswer(toS3Error(options, message, ids, error), resourcePath(message), ids);
  });
  for (const [name, value] of Object.entries(pageHeaders(options.origins, message.headers.origin)))
    response.setHeader(name, value);
  if (answer === undefined) {
    response.destroy();
    return;
  }
  await discardLastBody(message);
  await sendAnswer(message, response, answer, ids);
}

async function answerRequest(all: HandlerOptions, message: IncomingMessage): Promise<Answer> {
  const request = readRawRequest(message);
  const preflight = readPreflight(request.method, request.headers);
  if (preflight !== undefined) return answerPreflight(all.origins, preflight);
  const target = readTarget(request, new Set(all.store.buckets().map(({ name }) => name)));
  const options = atBucket(all, target);
  const { store, uploads, region } = options;
  if (isForm(request, target)) return answerForm(options, request, message, target.bucket);
  const presigned = isPresigned(request);
  const query = operationQuery(request, presigned);
  const headers = presigned ? hoistHeaders(request) : request.headers;
  const payloadHash = headers.get('x-amz-content-sha256') ?? (presigned ? 'UNSIGNED-PAYLOAD' : '');
  if (payloadHash === '' && headers.get('authorization')?.startsWith('AWS4-')) {
    throw new S3Error('InvalidRequest', 'Missing required header: x-amz-content-sha256.');
  }
  const rules = { ...signatureRules(options), payloadHash };
  const credential = verify(() => verifySignature(request, rules), presigned, region);
  const { method } = request;
  const common = { method, query, payloadHash, credential, message, store, uploads, region };
  return runCall({ ...common, headers: checkOwner(options, target, headers) }, target);
}

/** The options for the bucket of a request: its Region is the one that the signature has to name. */
function atBucket(options: HandlerOptions, target: BucketAndKey): HandlerOptions {
  const placed = target.level === 'service' ? undefined : options.placed.get(target.bucket);
  return placed === undefined ? options : { ...options, region: placed.region };
}

const ownerHeader = 'x-amz-expected-bucket-owner';

/**
 * Refuses a request for a bucket of another owner than it names, as S3 does. Returns the headers that are left to look
 * at: of a bucket without a known owner, all.
 */
function checkOwner(
  { placed }: HandlerOptions,
  target: BucketAndKey,
  headers: ReadonlyMap<string, string>,
): ReadonlyMap<string, string> {
  const owner = target.level === 'service' ? undefined : placed.get(target.bucket)?.owner;
  if (owner === undefined || !headers.has(ownerHeader)) return headers;
  if (headers.get(ownerHeader) !== owner) throw new S3Error('AccessDenied');
  return new Map([...headers].filter(([name]) => name !== ownerHeader));
}

type BucketTarget = Extract<BucketAndKey, { readonly level: 'bucket' }>;

/** Whether the request is a browser's form, whose signature is one of its fields. */
function isForm(request: RawRequest, target: BucketAndKey): target is BucketTarget {
  const { method, headers } = request;
  if (method !== 'POST' || target.level !== 'bucket' || headers.has('authorization')) return false;
  return /^multipart\/form-data\b/i.test(headers.get('content-type') ?? '');
}

async function answerForm(
  options: HandlerOptions,
  { method, headers, query }: RawRequest,
  message: IncomingMessage,
  bucketName: string,
): Promise<Answer> {
  const { store, uploads, region } = options;
  if (query.length > 0) throw new S3Error('InvalidArgument', 'A POST form has no query.');
  if (!headers.has('content-length')) throw new S3Error('MissingContentLength');
  const form = await readFormData(headers.get('content-type') ?? '', readWithTimeout(message));
  const credential = verify(() => verifyForm(form.fields, signatureRules(options)), false, region);
  const bucket = store.bucket(bucketName);
  if (bucket === undefined) throw new S3Error('NoSuchBucket');
  const call = { method, headers, credential, message, store, uploads, region, bucket };
  return postObject({ ...call, query: new Map(), payloadHash: 'UNSIGNED-PAYLOAD' }, form);
}

function signatureRules({
  identities,
  region,
}: HandlerOptions): Omit<SignatureRules, 'payloadHash'> {
  return { identities, region, service: 's3', nowMillis: Date.now() };
}

function verify(check: () => Verified, presigned: boolean, region: string): Verified {
  try {
    return check();
  } catch (error) {
    if (error instanceof SignatureRefusal) throw s3SignatureError(error.fault, presigned, region);
    throw error;
  }
}

const isAmz = (name: string): boolean => name.toLowerCase().startsWith('x-amz-');

/** The query parameters of the operation, without the credential and hoisted headers. */
function operationQuery(request: RawRequest, presigned: boolean): ReadonlyMap<string, string> {
  const query = new Map<string, string>();
  for (const { name, value } of request.query) {
    if (presigned && isAmz(name)) continue;
    if (query.has(name)) throw new S3Error('InvalidArgument', `The parameter ${name} is repeated.`);
    query.set(name, value);
  }
  return query;
}

/**
 * Moves x-amz-* parameters back to the headers. Presigners put these headers into the query, where the
 * signature covers them. Checksums stay out: JavaScript's presigner adds that of an empty body, and S3
 * ignores it.
 */
function hoistHeaders(request: RawRequest): ReadonlyMap<string, string> {
  const headers = new Map(request.headers);
  for (const { name, value } of request.query) {
    const header = name.toLowerCase();
    const hoisted = isAmz(name) && !presignParameters.has(name) && !isChecksum(header);
    if (!hoisted) continue;
    if (headers.has(header)) throw new S3Error('InvalidArgument', `${header} is repeated.`);
    // Stored headers are sent again later, so only what a header line may contain is allowed.
    if (!/^[\w.-]+$/.test(header) || !/^[\t\x20-\x7e]*$/.test(value)) {
      throw new S3Error('InvalidArgument', 'A parameter is not a valid header.');
    }
    headers.set(header, value);
  }
  return headers;
}

function toS3Error(
  { log }: HandlerOptions,
  message: IncomingMessage,
  ids: RequestIds,
  error: unknown,
): S3Error {
  if (error instanceof S3Error) return error;
  if (error instanceof MalformedRequest) return new S3Error('InvalidURI', error.message);
  const what = `${message.method} ${resourcePath(message)}`;
  log(`s3: request ${ids.requestId} failed: ${what}: ${describeError(error)}`);
  return new S3Error('InternalError');
}

function describeError(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const fault = describeDiskFault(error);
  if (fault !== undefined) return `nothing was changed: ${fault}`;
  return `${error.name}: ${error.message}`;
}

/** The raw path, shortened, for error documents and the log. */
function resourcePath(message: IncomingMessage): string {
  return (message.url ?? '').split('?', 1)[0]?.slice(0, 4096) ?? '';
}
