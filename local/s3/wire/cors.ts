import { isListedOrigin } from '../../http/origins.ts';
import type { Answer } from './answer.ts';
import { S3Error } from './s3-error.ts';

/*
 * CORS, as a bucket answers it whose rules name these origins: a page may read, write and delete, with
 * any header, if its requests are signed. There are no cookies, so no credentials are allowed.
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/ManageCorsUsing.html
 */

const methods = ['GET', 'HEAD', 'PUT', 'POST', 'DELETE'];

const exposed = [
  ...['etag', 'location', 'x-amz-request-id', 'x-amz-id-2', 'x-amz-checksum-type'],
  ...['crc32', 'crc32c', 'crc64nvme', 'sha1', 'sha256'].map((one) => `x-amz-checksum-${one}`),
];

const vary = 'Origin, Access-Control-Request-Headers, Access-Control-Request-Method';

/** The headers of an answer to a page of a listed origin. Other pages may not read the answer. */
export function pageHeaders(
  origins: readonly string[],
  origin: string | undefined,
): Record<string, string> {
  if (origin === undefined) return {};
  if (!isListedOrigin(origins, origin)) return { vary };
  return {
    'access-control-allow-origin': origin,
    'access-control-expose-headers': exposed.join(', '),
    vary,
  };
}

/** The headers of a preflight, with `origin`. Undefined if the request is none. */
export type Preflight = {
  readonly origin: string;
  readonly method: string;
  readonly headers: string | undefined;
  readonly isPrivateNetwork: boolean;
};

/** Reads a preflight. An OPTIONS without its headers is an ordinary request. */
export function readPreflight(
  method: string,
  headers: ReadonlyMap<string, string>,
): Preflight | undefined {
  const origin = headers.get('origin');
  const asked = headers.get('access-control-request-method');
  if (method !== 'OPTIONS' || origin === undefined || asked === undefined) return undefined;
  return {
    origin,
    method: asked,
    headers: headers.get('access-control-request-headers'),
    isPrivateNetwork: headers.get('access-control-request-private-network') === 'true',
  };
}

/** Answers a preflight, which is never signed. Throws AccessForbidden if the origin is not listed. */
export function answerPreflight(origins: readonly string[], preflight: Preflight): Answer {
  const { origin, method, headers, isPrivateNetwork } = preflight;
  if (!isListedOrigin(origins, origin)) throw new S3Error('AccessForbidden');
  if (!methods.includes(method)) {
    throw new S3Error('AccessForbidden', `A page may not send ${method} to the local S3.`);
  }
  return {
    status: 200,
    headers: {
      'access-control-allow-methods': methods.join(', '),
      'access-control-max-age': '3000',
      ...(headers !== undefined && { 'access-control-allow-headers': headers }),
      // Chrome asks before a page of a public address reaches this machine.
      ...(isPrivateNetwork && { 'access-control-allow-private-network': 'true' }),
    },
  };
}
