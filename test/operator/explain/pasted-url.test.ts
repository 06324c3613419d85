import { describe, expect, it } from 'vitest';
import { readPastedUrl } from '../../../operator/explain/pasted-url.ts';

describe('a pasted URL', () => {
  it.each([
    ['https://img.example.com/acme/a.jpg?kid=r1.1&sig=x', '/acme/a.jpg', 'kid=r1.1&sig=x'],
    ['http://127.0.0.1:8080/acme/a.jpg', '/acme/a.jpg', ''],
    ['HTTPS://h/acme/a.jpg?', '/acme/a.jpg', ''],
    ['/acme/a%20b.jpg?kid=r1.1', '/acme/a%20b.jpg', 'kid=r1.1'],
    ['  /acme/a.jpg?x=1\n', '/acme/a.jpg', 'x=1'],
    ['https://h/acme/a.jpg?x=1#part', '/acme/a.jpg', 'x=1'],
    ['https://h/acme/a.jpg?x=1?y=2', '/acme/a.jpg', 'x=1?y=2'],
    ['https://h/acme/../b//a.jpg', '/acme/../b//a.jpg', ''],
    ['https://h', '/', ''],
    ['https://h?x=1', '/', 'x=1'],
  ])('%j is split and not repaired', (written, uri, querystring) => {
    expect(readPastedUrl(written)).toMatchObject({ uri, querystring });
  });

  it.each(['', 'acme/a.jpg', 'ftp://h/a.jpg', '?x=1', 'https://', "'/a'"])(
    'is not %j',
    (written) => {
      expect(() => readPastedUrl(written)).toThrow(
        'explain needs a URL, its path with the query, or a line of a log',
      );
    },
  );
});

describe('a URL with something around it', () => {
  it.each([
    '<https://h/a.jpg>',
    '"https://h/a.jpg"',
    'see https://h/a.jpg',
    '[a](https://h/a.jpg)',
  ])('is not split: %s', (written) =>
    expect(() => readPastedUrl(written)).toThrow('explain needs the URL alone'),
  );
});

describe('a pasted line of an access log', () => {
  const url = {
    ...{ host: 'img.test', uri: '/acme/a%20b.jpg', querystring: 'kid=r1.1&sig=x' },
    logged: true,
  };
  const start = ['2026-11-30', '10:00:00', 'FRA60-P1', '512'];
  const stem = '/acme/a%2520b.jpg';
  const rest = ['Miss', 'abc=='];

  it.each([
    [
      'of the distribution',
      [...start, 'GET', 'img.test', stem, '403', 'kid=r1.1&sig=x', ...rest].join('\t'),
      url,
    ],
    [
      "of CloudFront's standard logs",
      [
        ...[...start, '192.0.2.1', 'GET', 'd111.cloudfront.net', stem, '403'],
        ...['-', 'curl', 'kid=r1.1&sig=x', '-', ...rest],
      ].join('\t'),
      { ...url, host: undefined },
    ],
    [
      'without a query',
      [...start, 'GET', 'img.test', '/acme/a.jpg', '403', '-', ...rest].join('\t'),
      { host: 'img.test', uri: '/acme/a.jpg', querystring: '', logged: true },
    ],
    [
      'in JSON',
      JSON.stringify({
        ...{
          date: '2026-11-30',
          time: '10:00:00',
          'cs-method': 'GET',
          'x-host-header': 'img.test',
        },
        ...{ 'cs-uri-stem': stem, 'sc-status': '403', 'cs-uri-query': 'kid=r1.1&sig=x' },
      }),
      url,
    ],
  ])('%s gives the URL as it was sent', (_what, text, expected) => {
    expect(readPastedUrl(text)).toEqual(expected);
    expect(readPastedUrl(`${text}\n`)).toEqual(expected);
  });
});
