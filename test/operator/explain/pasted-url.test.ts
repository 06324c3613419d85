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
        'explain needs a URL, or its path with the query',
      );
    },
  );
});
