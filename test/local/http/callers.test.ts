import { describe, expect, it } from 'vitest';
import { findForeignCaller, localCallers, localOrigins } from '../../../local/http/callers.ts';

const headers = (fields: Readonly<Record<string, string>>): readonly string[] =>
  Object.entries(fields).flat();

describe('the host of a request', () => {
  const callers = localCallers('192.168.1.5', ['signet', '*.dev.example'], 'all');
  const check = (host: string) => findForeignCaller(headers({ Host: host }), callers);

  it.each([
    ...[
      '127.0.0.1',
      '127.0.0.1:8080',
      'localhost',
      'LocalHost:1',
      'a.localhost',
      'a.b.localhost:9',
    ],
    ...['[::1]', '[::1]:8080', 'img.acme.test:8080', '192.168.1.5:8082', 'signet:8080'],
    ...['a.dev.example', 'a.b.dev.example:80'],
  ])('%s is one of the stack', (host) => {
    expect(check(host)).toBeUndefined();
  });

  it.each([
    ...['evil.example', 'evil.example:8083', '127.0.0.1.evil.example', 'localhost.evil.example'],
    ...['evillocalhost', 'notsignet', 'dev.example', 'a.dev.example.evil.example', '127.0.0.2'],
    ...['img.acme.test.evil.example', 'a.img.acme.test', 'acme.test', '0.0.0.0', '[::2]', '[::1]x'],
    ...['127.0.0.1:8080:8080', '127.0.0.1@evil.example', 'evil.example#localhost', ' ', '*'],
  ])('%s is refused', (host) => {
    expect(check(host)).toMatch(/^The host .+ is not one of the local stack; .* SIGNET_HOSTS\.$/);
  });

  it('is repeated in the answer only if it is harmless', () => {
    expect(check('<script>')).toContain('The host of this request');
    expect(check('evil.example:80')).toContain('The host "evil.example:80"');
  });

  it('may be the address of an IPv6 socket', () => {
    const bound = localCallers('fe80::1', [], 'all');
    expect(findForeignCaller(headers({ host: '[fe80::1]:8080' }), bound)).toBeUndefined();
    expect(findForeignCaller(headers({ host: '[fe80::2]:8080' }), bound)).toBeDefined();
  });

  it.each([[[]], [['Host', 'evil.example', 'host', '127.0.0.1']]])(
    'is left to the server in %j',
    (raw) => {
      expect(findForeignCaller(raw, callers)).toBeUndefined();
    },
  );
});

describe('the page of a request', () => {
  const host = '127.0.0.1:8082';
  const open = localCallers('127.0.0.1', [], localOrigins);
  const chosen = localCallers('127.0.0.1', [], ['https://app.example', 'http://app.example:*']);
  const closed = localCallers('127.0.0.1');

  type Fields = Readonly<Record<string, string>>;
  const cases: readonly (readonly [string, Fields, boolean, boolean, boolean])[] = [
    // The fields, and whether the default S3 port, one with SIGNET_ORIGINS, and the others accept them.
    ['a program', {}, true, true, true],
    ['the address bar', { 'sec-fetch-site': 'none' }, true, true, true],
    [
      'the port itself',
      { origin: `http://${host}`, 'sec-fetch-site': 'same-origin' },
      true,
      true,
      true,
    ],
    [
      'localhost:3000',
      { origin: 'http://localhost:3000', 'sec-fetch-site': 'cross-site' },
      true,
      false,
      false,
    ],
    [
      '127.0.0.1:3000',
      { origin: 'http://127.0.0.1:3000', 'sec-fetch-site': 'same-site' },
      true,
      false,
      false,
    ],
    ['localhost', { origin: 'http://localhost' }, true, false, false],
    ['https on localhost', { origin: 'https://localhost:3000' }, false, false, false],
    ['a name below localhost', { origin: 'http://a.localhost:3000' }, false, false, false],
    [
      'a name that begins alike',
      { origin: 'http://localhost.evil.example:3000' },
      false,
      false,
      false,
    ],
    ['a name that ends alike', { origin: 'http://evillocalhost:3000' }, false, false, false],
    ['a foreign page', { origin: 'http://evil.example' }, false, false, false],
    ['the chosen page', { origin: 'https://app.example' }, false, true, false],
    ['the chosen page on a port', { origin: 'https://app.example:8443' }, false, false, false],
    ['the chosen page on any port', { origin: 'http://app.example:1' }, false, true, false],
    ['a sandboxed page', { origin: 'null' }, false, false, false],
    ['no origin at all', { origin: '' }, false, false, false],
    ['an image of a foreign page', { 'sec-fetch-site': 'cross-site' }, false, false, false],
    [
      'an image of localhost',
      { 'sec-fetch-site': 'cross-site', referer: 'http://localhost:3000/a' },
      true,
      false,
      false,
    ],
    [
      'a foreign page with the path of another',
      { 'sec-fetch-site': 'cross-site', referer: 'http://evil.example/http://localhost:3000/' },
      false,
      false,
      false,
    ],
    [
      'a broken referer',
      { 'sec-fetch-site': 'cross-site', referer: 'localhost' },
      false,
      false,
      false,
    ],
  ];

  it.each(cases)('%s', (_name, fields, s3, withOrigins, others) => {
    const accepts = [open, chosen, closed].map(
      (callers) => findForeignCaller(headers({ host, ...fields }), callers) === undefined,
    );
    expect(accepts).toEqual([s3, withOrigins, others]);
  });

  it('may be any page where pages show pictures', () => {
    const cdn = localCallers('127.0.0.1', [], 'all');
    const fields = { host, origin: 'http://evil.example', 'sec-fetch-site': 'cross-site' };
    expect(findForeignCaller(headers(fields), cdn)).toBeUndefined();
  });

  it.each([
    [
      open,
      'http://evil.example',
      'The page "http://evil.example" may not call this port; if it is yours, add its origin to SIGNET_ORIGINS.',
    ],
    [
      open,
      'null',
      'A page without an origin may not call this port; serve the page from an origin in SIGNET_ORIGINS.',
    ],
    [closed, 'http://evil.example', 'Web pages may not call this port; call it from a program.'],
  ])('is refused with a sentence that says what to do', (callers, origin, sentence) => {
    expect(findForeignCaller(headers({ host, origin }), callers)).toBe(sentence);
  });
});
