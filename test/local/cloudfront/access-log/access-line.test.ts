import { spawnSync } from 'node:child_process';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type AccessRecord,
  accessLogHead,
  printAccessLine,
} from '../../../../local/cloudfront/access-log/access-line.ts';
import { readAccessLine } from '../../../../operator/logs/access-log.ts';
import { missingPrograms, notRun } from '../../../not-run.ts';
import { documentedFields, valuesOf } from './read-access-log.ts';

const chrome =
  'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/78.0.3904.108 Safari/537.36';

/** The request of the fourth line in AWS's example of a log. */
const favicon: AccessRecord = {
  endedAt: Date.parse('2019-12-13T22:36:27.999Z'),
  location: 'LOCAL1-C1',
  requestId: '1pkpNfBQ39sYMnjjUQjmH2w1wdJnbHYTbag21o_3OfcQgPzdL2RSSQ==',
  clientIp: '192.0.2.200',
  clientPort: 25_260,
  method: 'GET',
  host: 'www.example.com',
  uri: '/favicon.ico',
  querystring: '',
  httpVersion: '1.1',
  referer: 'http://www.example.com/',
  userAgent: chrome,
  forwardedFor: undefined,
  receivedBytes: 675,
  sentBytes: 900,
  status: 502,
  takenMs: 102.4,
  firstByteMs: 101.6,
  responseResult: 'Error',
  result: 'Error',
  detail: 'OriginDnsError',
  contentType: 'text/html',
  contentLength: '507',
  contentRange: undefined,
};

describe('the head of an access log', () => {
  it('names the fields that AWS documents, in their order', () => {
    expect(accessLogHead).toBe(`#Version: 1.0\n#Fields: ${documentedFields}\n`);
  });
});

describe('a line of an access log', () => {
  it("is the line of AWS's example", () => {
    const example =
      '2019-12-13\t22:36:27\tSEA19-C1\t900\t192.0.2.200\tGET\td111111abcdef8.cloudfront.net\t/favicon.ico\t502\thttp://www.example.com/\tMozilla/5.0%20(Windows%20NT%2010.0;%20Win64;%20x64)%20AppleWebKit/537.36%20(KHTML,%20like%20Gecko)%20Chrome/78.0.3904.108%20Safari/537.36\t-\t-\tError\t1pkpNfBQ39sYMnjjUQjmH2w1wdJnbHYTbag21o_3OfcQgPzdL2RSSQ==\twww.example.com\thttp\t675\t0.102\t-\t-\t-\tError\tHTTP/1.1\t-\t-\t25260\t0.102\tOriginDnsError\ttext/html\t507\t-\t-';
    expect(printAccessLine(favicon)).toBe(example.replace('SEA19-C1', 'LOCAL1-C1'));
  });

  // The table in standard-logging-legacy-s3.html, and the ends of the two ranges above it.
  it.each([
    ...[...['<%3C', '>%3E', '"%22', '#%23', '%%25', '{%7B', '}%7D', '|%7C', '\\%5C', '^%5E']],
    ...[...['~%7E', '[%5B', ']%5D', '`%60', "'%27", ' %20', '\0%00', '\t%09', '\n%0A', '\r%0D']],
    ...['\x7f%7F', '\x80%80', '\x85%85', '\xff%FF'],
  ])('escapes %j', (pair) => {
    const userAgent = `a${pair.slice(0, 1)}b`;
    const { 'cs(User-Agent)': logged } = valuesOf(printAccessLine({ ...favicon, userAgent }));
    expect(logged).toBe(`a${pair.slice(1)}b`);
  });

  it('escapes no other character', () => {
    const plain = '!$&()*+,-./0123456789:;=?@ABCXYZ_abcxyz';
    const printed = printAccessLine({ ...favicon, uri: plain, referer: plain });
    expect(valuesOf(printed)).toMatchObject({ 'cs-uri-stem': plain, 'cs(Referer)': plain });
  });

  it('escapes the escapes of the viewer, so that they are read as they were sent', () => {
    const uri = '/acme/a%20b.jpg__op__resize%2Cw_400';
    const line = printAccessLine({ ...favicon, uri, querystring: 'x=%2F' });
    expect(valuesOf(line)).toMatchObject({
      'cs-uri-stem': '/acme/a%2520b.jpg__op__resize%252Cw_400',
      'cs-uri-query': 'x=%252F',
    });
  });

  it.each([
    ['bytes 0-99/1000', '0', '99'],
    ['bytes */1000', '-', '-'],
    [undefined, '-', '-'],
  ])('has the range of %s', (contentRange, first, last) => {
    const values = valuesOf(printAccessLine({ ...favicon, status: 206, contentRange }));
    expect([values['sc-range-start'], values['sc-range-end']]).toEqual([first, last]);
  });

  it('has 000 for an answer that never began', () => {
    expect(valuesOf(printAccessLine({ ...favicon, status: undefined }))['sc-status']).toBe('000');
  });
});

const anyBytes = fc
  .uint8Array({ maxLength: 40 })
  .map((bytes) => Buffer.from(bytes).toString('latin1'));
const anyRecord = fc
  .record({
    method: anyBytes,
    host: anyBytes,
    uri: anyBytes.map((text) => `/${text}`),
    querystring: anyBytes,
    referer: anyBytes,
    userAgent: anyBytes,
    forwardedFor: anyBytes,
    contentType: anyBytes,
  })
  .map((parts): AccessRecord => ({ ...favicon, ...parts }));

/** A value that is itself a hyphen cannot be told from no value; CloudFront has the same form. */
const isTold = (text: string): boolean => text !== '' && text !== '-';

describe('any bytes in a request', () => {
  it('end neither a field nor a line', () => {
    fc.assert(
      fc.property(anyRecord, (record) => {
        const line = printAccessLine(record);
        expect(line).toMatch(/^[\x21-\x7e]+(?:\t[\x21-\x7e]+){32}$/);
      }),
    );
  });

  it('are read again by the reader of policy replay', () => {
    const columns = new Map(documentedFields.split(' ').map((name, at) => [name, at]));
    fc.assert(
      fc.property(anyRecord, (record) => {
        const { uri, querystring } = record;
        fc.pre(querystring !== '-');
        expect(readAccessLine(printAccessLine(record), columns)).toMatchObject({
          request: { uri, querystring, status: 502, resultType: 'Error' },
        });
      }),
    );
  });

  const script = `
import csv, json, sys
from urllib.parse import unquote_to_bytes
rows = csv.DictReader((line for line in sys.stdin if not line.startswith('#')), delimiter='\\t', quoting=csv.QUOTE_NONE, fieldnames=sys.argv[1].split(' '))
print(json.dumps([{name: unquote_to_bytes(value).hex() for name, value in row.items()} for row in rows]))`;

  it.skipIf(notRun('the access log read by Python', missingPrograms(['python3'])))(
    "are read again by Python's csv and urllib",
    () => {
      const records = fc.sample(anyRecord, { numRuns: 300, seed: 20_260_801 });
      const lines = records.map((record) => `${printAccessLine(record)}\n`).join('');
      const { stdout, stderr } = spawnSync('python3', ['-c', script, documentedFields], {
        input: accessLogHead + lines,
        encoding: 'utf8',
        maxBuffer: 64 * 1_024 * 1_024,
      });
      expect(stderr).toBe('');
      const read = JSON.parse(stdout) as readonly Readonly<Record<string, string>>[];
      const hex = (text = ''): string =>
        Buffer.from(isTold(text) ? text : '-', 'latin1').toString('hex');
      expect(read).toHaveLength(records.length);
      for (const [at, record] of records.entries())
        expect(read[at]).toMatchObject({
          'cs-method': hex(record.method),
          'x-host-header': hex(record.host),
          'cs-uri-stem': hex(record.uri),
          'cs-uri-query': hex(record.querystring),
          'cs(Referer)': hex(record.referer),
          'cs(User-Agent)': hex(record.userAgent),
          'x-forwarded-for': hex(record.forwardedFor),
          'sc-content-type': hex(record.contentType),
        });
    },
  );
});
