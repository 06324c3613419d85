import { describe, expect, it } from 'vitest';
import { isOrigin, isSecureOrigin } from '../../../shared/url/origin.ts';

const secure = [
  ...['https://example.com', 'https://www.example.com', 'https://example.com:8443', 'https://a'],
  ...['https://xn--bcher-kva.example', 'https://203.0.113.9', 'https://localhost:3000'],
];
const local = [
  ...['http://localhost', 'http://localhost:3000', 'http://app.acme.localhost:1'],
  ...['http://127.0.0.1:8080', 'http://[::1]:8080'],
];
const none = [
  ...['', '*', 'null', 'example.com', '//example.com', 'https://', 'https://*.example.com'],
  ...[
    'https://example.com/',
    'https://example.com/a',
    'https://example.com?',
    'HTTPS://example.com',
  ],
  ...['https://Example.com', 'https://bücher.example', 'https://a@example.com', 'https://a..b'],
  ...['https://-a.example', 'https://a-.example', 'https://a.example.', 'https://a.example:'],
  ...['https://a.example:0', 'https://a.example:080', 'https://a.example:65536', 'https://a:*'],
  ...['https://a.example\n', ' https://a.example', 'https://a.example, https://b.example'],
  ...[`https://${'a.'.repeat(140)}a`, `https://${'a'.repeat(64)}.example`, 'ftp://a.example'],
  // Browsers leave out the usual port, so these would match no page.
  ...['https://a.example:443', 'http://localhost:80'],
  ...['http://example.com', 'http://localhost.example', 'http://evillocalhost', 'http://127.0.0.2'],
];

describe('an origin', () => {
  it.each([...secure, ...local])('is %s', (text) => {
    expect(isOrigin(text)).toBe(true);
    expect(new URL(text).origin).toBe(text);
  });

  it.each(none)('is not %j', (text) => {
    expect(isOrigin(text)).toBe(false);
  });

  it('is secure with https', () => {
    expect(secure.every(isSecureOrigin)).toBe(true);
    expect([...local, ...none].some(isSecureOrigin)).toBe(false);
  });
});
