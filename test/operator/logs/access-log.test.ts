import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  beginsAccessLog,
  missingFields,
  readAccessLine,
} from '../../../operator/logs/access-log.ts';
import { header, jsonLog, logged, noon, row, signedUrl } from './access-logs.ts';

const columnsOf = (line: string) => {
  const read = readAccessLine(line, undefined);
  if (typeof read === 'string' || !('columns' in read)) throw new Error(`no columns in ${line}`);
  return read.columns;
};

const fieldsLine = header.split('\n')[1] ?? '';
const columns = columnsOf(fieldsLine);

const readRow = (url: string, fields = {}) =>
  readAccessLine(row({ url, ...fields }).trimEnd(), columns);
const readJson = (url: string, fields = {}) =>
  readAccessLine(jsonLog([{ url, ...fields }]).trim(), undefined);

describe('a line of a standard log', () => {
  it('is read by the column names of the log', () => {
    const url = signedUrl('acme/a.jpg__op__resize,w_400');
    const [uri, querystring] = url.split('?');
    const fields = { status: 206, method: 'HEAD', result: 'RefreshHit', host: 'a.b', bytes: 512 };
    expect(readRow(url, fields)).toEqual({
      request: {
        ...{ at: noon, method: 'HEAD', uri, querystring, status: 206, resultType: 'RefreshHit' },
        ...{ host: 'a.b', bytes: 512 },
      },
    });
  });

  it('is read with the columns in any order', () => {
    const other = columnsOf('#Fields: sc-status cs-uri-query\tcs-uri-stem time date');
    const line = '000\t-\t/acme/a.jpg\t00:00:01\t1970-01-01';
    expect(readAccessLine(line, other)).toEqual({
      request: {
        ...{ at: 1, method: 'GET', uri: '/acme/a.jpg', querystring: '', status: 0 },
        resultType: '',
      },
    });
  });

  it.each([
    ['a space', '/acme/a%20b.jpg', '/acme/a%2520b.jpg'],
    ['a comma that was escaped', '/acme/a__op__resize%2Cw_400', '/acme/a__op__resize%252Cw_400'],
    ['a per cent in the name', '/acme/100%25.jpg', '/acme/100%2525.jpg'],
    ['an escape in the name', '/acme/a%2520b.jpg', '/acme/a%252520b.jpg'],
    ['UTF-8', '/acme/%C3%A9.jpg', '/acme/%25C3%25A9.jpg'],
    ['an apostrophe', "/acme/it's.jpg", '/acme/it%27s.jpg'],
    ['a tilde', '/acme/~a.jpg', '/acme/%7Ea.jpg'],
    ['a plus', '/acme/a+b.jpg', '/acme/a+b.jpg'],
    ['a byte that was not escaped', '/acme/\u00e9.jpg', '/acme/%E9.jpg'],
  ])('gives the URL as it was sent: %s', (_what, uri, inLog) => {
    expect(logged(uri)).toBe(inLog);
    expect(readRow(uri)).toMatchObject({ request: { uri } });
  });

  it.each(['x', '*', 'a:443'])('may have a target that is no path: %s', (uri) => {
    expect(readRow(uri)).toMatchObject({ request: { uri } });
  });

  it.each([
    ['-', undefined],
    ['%5B::1%5D:8080', '[::1]:8080'],
  ])('has the host that the viewer sent: %s', (host, expected) => {
    expect(readRow('/a', { host })).toMatchObject({ request: { host: expected } });
  });

  it.each(['-', '', '1e3', '-5', '9'.repeat(16)])('has no bytes if the log says %j', (bytes) => {
    const columns = columnsOf('#Fields: date time cs-uri-stem cs-uri-query sc-status sc-bytes');
    const read = readAccessLine(`2026-08-01\t12:00:00\t/a\t-\t200\t${bytes}`, columns);
    expect(read).toMatchObject({ request: { uri: '/a', bytes: undefined } });
  });

  it('returns every possible URL unchanged, path and query', () => {
    const sendable = fc
      .string({ unit: fc.constantFrom(...'azAZ09/%20%2C%25%C3%A9+~\'"()[]{}|<>^`*!$:;@&=,._-') })
      .map((text) => `/${text}`);
    fc.assert(
      fc.property(sendable, sendable, (uri, querystring) => {
        expect(readRow(`${uri}?${querystring}`)).toMatchObject({ request: { uri, querystring } });
      }),
    );
  });

  it.each([
    ['without columns', '2026-08-01\t12:00:00', undefined],
    ['with too few values', '2026-08-01\t12:00:00\tFRA', columns],
    ['without a path', row({ url: '-' }), columns],
    ['without a status', row({ url: '/a' }).replace('\t200\t', '\t-\t'), columns],
    ['with an invalid status', row({ url: '/a' }).replace('\t200\t', '\t2e2\t'), columns],
    ['without a time', row({ url: '/a', time: '-' }), columns],
    ['on no day', row({ url: '/a', date: '2026-13-45' }), columns],
    ['of junk', '\u0000\u0001\ufffd\t\t\t\t\t\t\t\t\t', columns],
  ])('is unreadable %s', (_what, line, known) => {
    expect(readAccessLine(line, known)).toBe('unreadable');
  });

  it.each(['', '  ', '#Version: 1.0', '#Remark: none'])('is a comment: %j', (line) => {
    expect(readAccessLine(line, columns)).toBe('remark');
  });

  it('reports missing fields', () => {
    expect(missingFields(columns)).toEqual([]);
    expect(missingFields(columnsOf('#Fields: date time cs-uri-stem'))).toEqual([
      ...['cs-uri-query', 'sc-status'],
    ]);
  });
});

describe('a line of a JSON log', () => {
  it('has the same fields', () => {
    const url = signedUrl('acme/a%20b.jpg__op__resize,w_400');
    expect(readJson(url)).toEqual(readRow(url));
  });

  it('may contain numbers', () => {
    const line = jsonLog([{ url: '/a', status: 304 }]).replace('"304"', '304');
    expect(readAccessLine(line, undefined)).toMatchObject({ request: { status: 304 } });
  });

  it.each(['/acme/a%20b.jpg', '/acme/100%25.jpg', '/acme/%C3%A9.jpg', '/acme/a%23b.jpg'])(
    'is not unescaped if the result could not have been sent: %s',
    (uri) => {
      const line = jsonLog([{ url: uri }]).replace(logged(uri), uri);
      expect(readAccessLine(line, undefined)).toMatchObject({ request: { uri } });
    },
  );

  it.each([
    ['that is cut', '{"date":"2026-08-01",'],
    ['without fields', '{}'],
    ['with fields of other types', '{"date":1,"time":{},"cs-uri-stem":[],"sc-status":null}'],
    ['that only inherits', '{"__proto__":{"cs-uri-stem":"/a"}}'],
    ['that is deep', `{"a":${'['.repeat(30_000)}${']'.repeat(30_000)}}`],
  ])('is unreadable %s', (_what, line) => {
    expect(readAccessLine(line, undefined)).toBe('unreadable');
  });
});

describe('any line', () => {
  it('is read without throwing', () => {
    const kinds = new Set(['remark', 'unreadable', 'request', 'columns']);
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 60 }), fc.boolean(), (text, known) => {
        const read = readAccessLine(text, known ? columns : undefined);
        const [kind] = typeof read === 'string' ? [read] : Object.keys(read);
        expect(kinds).toContain(kind);
      }),
    );
  });

  it.each([
    ['#Version: 1.0', true],
    ['#Fields: date time', true],
    ['{"date":"2026-08-01"}', true],
    ['#!/bin/sh', false],
    ['{', false],
    ['12', false],
    ['null', false],
    ['GET /a HTTP/1.1', false],
    ['\u0000\u0001', false],
  ])('begins a log or does not: %j', (line, begins) => {
    expect(beginsAccessLog(line)).toBe(begins);
  });
});
