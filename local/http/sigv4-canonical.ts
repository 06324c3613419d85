import { createHash, createHmac } from 'node:crypto';
import { percentEncode, type RawRequest } from './raw-request.ts';

export type CredentialScope = {
  readonly date: string;
  readonly region: string;
  readonly service: string;
};

/** Prints a credential scope as it stands in the string to sign. */
export function printScope({ date, region, service }: CredentialScope): string {
  return `${date}/${region}/${service}/aws4_request`;
}

/** SHA-256 in hex; text is taken as latin1, so header bytes count as they came. */
export function sha256Hex(data: string | Uint8Array): string {
  const bytes = typeof data === 'string' ? Buffer.from(data, 'latin1') : data;
  return createHash('sha256').update(bytes).digest('hex');
}

/** The SigV4 canonical request: path raw, query sorted by its encoded form. */
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
    .sort((a, b) => compare(a.name, b.name) || compare(a.value, b.value))
    .map(({ name, value }) => `${name}=${value}`)
    .join('&');
}

function compare(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}

/** A function that signs text with the key derived for one secret, day, Region and service. */
export function deriveSigner(secret: string, scope: CredentialScope): (text: string) => string {
  const key = [scope.date, scope.region, scope.service, 'aws4_request'].reduce<string | Buffer>(
    (signingKey, part) => createHmac('sha256', signingKey).update(part).digest(),
    `AWS4${secret}`,
  );
  return (text) => createHmac('sha256', key).update(text, 'latin1').digest('hex');
}
