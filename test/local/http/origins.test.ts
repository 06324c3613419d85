import { describe, expect, it } from 'vitest';
import { isListedOrigin } from '../../../local/http/origins.ts';

describe('a list of origins', () => {
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
