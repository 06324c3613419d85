import { describe, expect, it } from 'vitest';
import { cors, corsHeaders, preflightHeaders } from '../../../shared/deployment/cors.ts';

const own = 'https://www.example.com';
const exposed = { 'access-control-expose-headers': 'x-signet-error, etag, server-timing' };
const credentials = {
  'access-control-allow-origin': own,
  'access-control-allow-credentials': 'true',
};

describe('the CORS headers of an answer', () => {
  it.each([
    ['a request without an Origin', [], undefined, {}],
    ['any page', [], own, { 'access-control-allow-origin': '*', ...exposed }],
    ['a sandboxed page', [], 'null', { 'access-control-allow-origin': '*', ...exposed }],
    ['a request without an Origin, with a list', [own], undefined, {}],
    ['a page on the list', ['https://a.example', own], own, { ...credentials, ...exposed }],
    ['a page that is not on the list', [own], 'https://evil.example', {}],
    ['a sandboxed page, with a list', [own], 'null', {}],
    ['a page with another port', [own], `${own}:8443`, {}],
    ['an empty Origin, with a list', [own], '', {}],
  ])('to %s', (_what, list, origin, expected) => {
    expect(corsHeaders(list, origin)).toEqual(expected);
  });
});

describe('the CORS headers of a preflight answer', () => {
  const always = { 'access-control-allow-methods': 'GET, HEAD', 'access-control-max-age': '7200' };

  it('allow any header to any page', () => {
    expect(preflightHeaders([], own)).toEqual({
      'access-control-allow-origin': '*',
      'access-control-allow-headers': '*',
      ...always,
    });
  });

  it('name each header with credentials, because a star would then be a name', () => {
    const headers = preflightHeaders([own], own);
    expect(headers).toEqual({
      ...credentials,
      'access-control-allow-headers': cors.namedHeaders.join(', '),
      ...always,
    });
    expect(JSON.stringify(headers)).not.toContain('*');
  });

  it.each([
    [[], undefined],
    [[own], undefined],
    [[own], 'https://evil.example'],
  ])('with the list %j are none for %s', (list, origin) => {
    expect(preflightHeaders(list, origin)).toEqual({});
  });
});
