import { createHash, createHmac } from 'node:crypto';
import { percentEncode, type RawRequest } from './raw-request.ts';

export type CredentialScope = {
  readonly date: string;
  readonly region: string;
  readonly service: string;
};

/** Prints a credential scope for the string to sign. */
export function printScope({ date, region, service }: CredentialScope): string {
  return `${date}/${region}/${service}/aws4_request`;
}

/** SHA-256 in hex. Text is encoded as latin1, which preserves header bytes. */
export function sha256Hex(data: string | Uint8Array): string {
  const bytes = typeof data === 'string' ? Buffer.from(data, 'latin1') : data;
  return createHash('sha256').update(bytes).digest('hex');
}

/** The SigV4 canonical request, with the raw path and the query sorted in encoded form. */
export function canonicalRequest(
  request: RawRequest,
  signedHeaders: readonly string[],
  payloadHash: string,
): string {
  const headers = signedHeaders.map((name) => {
    const value = request.headers.get(name) ?? '';
    return `${name}:${value.trim().replace(/\s+/g, ' ')}\n`;
  });
  return [
    request.method,
    request.path,
    canonicalQuery(request),
    headers.join(''),
    signedHeaders.join(';'),
    payloadHash,
  ].join('\n');
}

function canonicalQuery({ query }: RawRequest): string {
  return query
    .filter(({ name }) => name !== 'X-Amz-Signature')
    .map(({ name, value }) => ({ name: percentEncode(name), value: percentEncode(value) }))
    .sort((a, b) => compareText(a.name, b.name) || compareText(a.value, b.value))
    .map(({ name, value }) => `${name}=${value}`)
    .join('&');
}

function compareText(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}

/** Derives the signing key for a secret and a scope. Returns a function that signs text with it. */
export function deriveSigner(secret: string, scope: CredentialScope): (text: string) => string {
  const key = [scope.date, scope.region, scope.service, 'aws4_request'].reduce<string | Buffer>(
    (signingKey, part) => createHmac('sha256', signingKey).update(part).digest(),
    `AWS4${secret}`,
  );
  return (text) => createHmac('sha256', key).update(text, 'latin1').digest('hex');
}
