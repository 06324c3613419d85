import { describe, expect, it } from 'vitest';
import { isListedOrigin, parseOrigins } from '../../../local/http/origins.ts';

describe('a list of origins', () => {
  it.each([
    ['http://localhost:*', ['http://localhost:*']],
    [
      'http://127.0.0.1:5173, https://app.example.test',
      ['http://127.0.0.1:5173', 'https://app.example.test'],
    ],
    ['http://[::1]:*', ['http://[::1]:*']],
    ['', []],
  ])('%j is read', (text, origins) => {
    expect(parseOrigins(text)).toEqual({ origins });
  });

  it.each([
    '*',
    'localhost:*',
    'http://*',
    'http://*.example.test',
    'http://localhost:*/',
    'https://app.example.test/path',
    'file:///x',
    'null',
    'http://user@host',
    'http://Host',
    'http://localhost:port',
  ])('with %j is refused, and names it', (entry) => {
    expect(parseOrigins(`http://localhost:*,${entry}`)).toEqual({ invalid: entry });
  });

  it.each([
    ['http://localhost:*', 'http://localhost:3000', true],
    ['http://localhost:*', 'http://localhost', true],
    ['http://localhost:*', 'https://localhost:3000', false],
    ['http://localhost:*', 'http://localhost.evil.test', false],
    ['http://localhost:*', 'http://localhost:3000.evil.test', false],
    ['http://localhost:*', 'http://localhost:@evil.test', false],
    ['http://localhost:*', 'http://localhost:', false],
    ['http://127.0.0.1:*', 'http://127.0.0.10:80', false],
    ['http://localhost:3000', 'http://localhost:3000', true],
    ['http://localhost:3000', 'http://localhost:30000', false],
    ['https://app.example.test', 'https://app.example.test', true],
    ['https://app.example.test', 'https://app.example.test:8443', false],
    ['https://app.example.test', 'null', false],
    ['http://[::1]:*', 'http://[::1]:8080', true],
  ])('%j and the origin %j: %s', (entry, origin, expected) => {
    expect(isListedOrigin([entry], origin)).toBe(expected);
  });
});
