import { STATUS_CODES } from 'node:http';
import type { CloudFrontResponse } from 'aws-lambda';
import { describe, expect, it } from 'vitest';
import { describeStatus, emptyBody, overwrite, refusalAnswer } from '../../edge/response.ts';
import { Refusal, type RefusalCode, refusals } from '../../shared/refusal.ts';

const header = (key: string, value: string) => [{ key, value }];

/** What S3 says of a key that is not there, as origin-response gets it. */
function missing(): CloudFrontResponse {
  return {
    status: '404',
    statusDescription: 'Not Found',
    headers: {
      'transfer-encoding': header('Transfer-Encoding', 'chunked'),
      via: header('Via', '1.1 edge'),
      'content-type': header('Content-Type', 'application/xml'),
      'content-length': header('Content-Length', '300'),
      'content-encoding': header('Content-Encoding', 'gzip'),
      'cache-control': header('Cache-Control', 'max-age=31536000'),
      expires: header('Expires', 'Thu, 01 Jan 2099 00:00:00 GMT'),
      etag: header('ETag', '"old"'),
      'last-modified': header('Last-Modified', 'Thu, 01 Jan 2026 00:00:00 GMT'),
      'accept-ranges': header('Accept-Ranges', 'bytes'),
      'content-range': header('Content-Range', 'bytes 0-1/2'),
      'x-amz-request-id': header('x-amz-request-id', 'ABC'),
    },
  };
}

const image = {
  status: 200,
  headers: { 'Content-Type': 'image/webp', 'cache-control': 'max-age=1', etag: '"new"' },
  body: { bytes: Buffer.from([0, 1, 2, 255]) },
};

it('a status has the phrase of HTTP, as every refusal has', () => {
  const statuses = [200, 204, 307, ...Object.values(refusals).map(({ status }) => status)];
  for (const status of statuses)
    expect(describeStatus(status)).toEqual({
      status: String(status),
      statusDescription: STATUS_CODES[status],
    });
});

describe('an answer that replaces one of S3', () => {
  it('is the same object with unchanged read-only headers', () => {
    const received = missing();
    const { headers } = received;
    const [coding, via] = [headers['transfer-encoding'], headers['via']];
    const written = overwrite(received, image);
    expect(written).toBe(received);
    expect(written.headers).toBe(headers);
    expect(written.headers?.['transfer-encoding']).toBe(coding);
    expect(written.headers?.['via']).toBe(via);
  });

  it('has no body and no length for HEAD, not even empty ones', () => {
    const written = overwrite(missing(), { ...image, body: { none: true } });
    expect(written).not.toHaveProperty('body');
    expect(written).not.toHaveProperty('bodyEncoding');
    expect(written.headers).not.toHaveProperty('content-length');
  });

  it('has no header about the replaced body', () => {
    expect(overwrite(missing(), image)).toEqual({
      status: '200',
      statusDescription: 'OK',
      bodyEncoding: 'base64',
      body: 'AAEC/w==',
      headers: {
        'transfer-encoding': header('Transfer-Encoding', 'chunked'),
        via: header('Via', '1.1 edge'),
        'x-amz-request-id': header('x-amz-request-id', 'ABC'),
        'content-type': header('Content-Type', 'image/webp'),
        'cache-control': header('cache-control', 'max-age=1'),
        etag: header('etag', '"new"'),
      },
    });
  });

  it('sets an empty body, because S3’s body would be sent otherwise', () => {
    const received = missing();
    const written = emptyBody(received);
    expect(written).toBe(received);
    expect(written).toMatchObject({ status: '404', body: '', bodyEncoding: 'text' });
    expect(Object.keys(written.headers ?? {})).not.toContain('content-type');
    expect(Object.keys(written.headers ?? {})).not.toContain('content-length');
  });
});

describe('a refusal that replaces an answer of S3', () => {
  const codes = Object.keys(refusals) as RefusalCode[];

  it.each(codes)('%s has one body, its status and a cache-control', (code) => {
    const reason = 'bucket signet-sources, role arn:aws:iam::1:role/x';
    const written = overwrite(missing(), refusalAnswer(new Refusal(code, reason)));
    expect(written).toMatchObject({
      status: String(refusals[code].status),
      body: `{"error":"${code}"}`,
      bodyEncoding: 'text',
    });
    expect(written.headers?.['x-signet-error']).toEqual(header('x-signet-error', code));
    expect(written.headers?.['cache-control']?.[0]?.value).toMatch(/^(no-store|max-age=60)$/);
    expect(JSON.stringify(written)).not.toContain('arn:');
  });
});
