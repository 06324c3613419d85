import type { RawRequest } from './raw-request.ts';
import type { CredentialScope } from './sigv4-canonical.ts';

export type Sigv4Credential = {
  readonly accessKeyId: string;
  readonly scope: CredentialScope;
  readonly terminator: string;
  readonly signedHeaders: readonly string[];
  readonly signature: string;
  readonly amzDate: string;
  /** The lifetime of a presigned request, in seconds. Undefined for the Authorization header. */
  readonly expires: number | undefined;
};

const algorithm = 'AWS4-HMAC-SHA256';
const presignNames = ['Algorithm', 'Credential', 'Date', 'Expires', 'SignedHeaders', 'Signature'];
/** The query parameters of a presigned credential. */
export const presignParameters: ReadonlySet<string> = new Set(
  presignNames.map((name) => `X-Amz-${name}`),
);
const longestExpirySeconds = 604_800;

/** Whether the credential is in the query. */
export function isPresigned(request: RawRequest): boolean {
  return request.query.some(({ name }) => presignParameters.has(name));
}

/** Whether the request is signed with Signature Version 2, in the header or the query. */
export function isVersion2(request: RawRequest): boolean {
  if (request.headers.get('authorization')?.startsWith('AWS ')) return true;
  return request.query.some(({ name }) => name === 'AWSAccessKeyId');
}

/** Reads the credential in the fields of a POST form. Returns undefined if it is malformed. */
export function formCredential(fields: ReadonlyMap<string, string>): Sigv4Credential | undefined {
  if (fields.get('x-amz-algorithm') !== algorithm) return undefined;
  return buildCredential({
    credential: fields.get('x-amz-credential'),
    signedHeaders: undefined,
    signature: fields.get('x-amz-signature'),
    amzDate: fields.get('x-amz-date'),
    expires: undefined,
  });
}

/** Reads the credential in the Authorization header. Returns undefined if it is malformed. */
export function headerCredential(request: RawRequest): Sigv4Credential | undefined {
  const text = request.headers.get('authorization') ?? '';
  const space = text.indexOf(' ');
  if (text.slice(0, space) !== algorithm) return undefined;
  const fields = readFields(text.slice(space + 1));
  if (fields?.size !== 3) return undefined;
  return buildCredential({
    credential: fields.get('Credential'),
    signedHeaders: fields.get('SignedHeaders'),
    signature: fields.get('Signature'),
    amzDate: request.headers.get('x-amz-date'),
    expires: undefined,
  });
}

function readFields(text: string): Map<string, string> | undefined {
  const fields = new Map<string, string>();
  for (const part of text.split(',')) {
    const mark = part.indexOf('=');
    const name = part.slice(0, mark).trim();
    if (mark < 0 || fields.has(name)) return undefined;
    fields.set(name, part.slice(mark + 1).trim());
  }
  return fields;
}

/** Reads the credential in the query. Returns undefined if a parameter is missing or repeated. */
export function queryCredential(request: RawRequest): Sigv4Credential | undefined {
  const fields = new Map<string, string>();
  for (const { name, value } of request.query) {
    if (!presignParameters.has(name)) continue;
    if (fields.has(name)) return undefined;
    fields.set(name, value);
  }
  const expires = fields.get('X-Amz-Expires') ?? '';
  if (fields.get('X-Amz-Algorithm') !== algorithm || !/^[0-9]{1,6}$/.test(expires)) {
    return undefined;
  }
  if (Number(expires) < 1 || Number(expires) > longestExpirySeconds) return undefined;
  return buildCredential({
    credential: fields.get('X-Amz-Credential'),
    signedHeaders: fields.get('X-Amz-SignedHeaders'),
    signature: fields.get('X-Amz-Signature'),
    amzDate: fields.get('X-Amz-Date'),
    expires: Number(expires),
  });
}

type Fields = {
  readonly credential: string | undefined;
  readonly signedHeaders: string | undefined;
  readonly signature: string | undefined;
  readonly amzDate: string | undefined;
  readonly expires: number | undefined;
};

function buildCredential(fields: Fields): Sigv4Credential | undefined {
  const { credential = '', signedHeaders = '', signature = '', amzDate = '', expires } = fields;
  const parts = credential.split('/');
  const [date = '', region = '', service = '', terminator = ''] = parts.slice(-4);
  const accessKeyId = parts.slice(0, -4).join('/');
  const readable = accessKeyId !== '' && /^[0-9]{8}T[0-9]{6}Z$/.test(amzDate);
  if (!readable || !/^[0-9a-f]{64}$/.test(signature)) return undefined;
  return {
    accessKeyId,
    scope: { date, region, service },
    terminator,
    signedHeaders: signedHeaders.split(';'),
    signature,
    amzDate,
    expires,
  };
}

/** Parses a basic ISO time such as 20260101T000000Z to milliseconds since 1970. */
export function parseAmzDate(text: string): number {
  const at = (from: number, to: number): string => text.slice(from, to);
  const day = `${at(0, 4)}-${at(4, 6)}-${at(6, 8)}`;
  return Date.parse(`${day}T${at(9, 11)}:${at(11, 13)}:${at(13, 15)}Z`);
}
