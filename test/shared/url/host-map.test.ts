import { describe, expect, it } from 'vitest';
import { longForm, tenantOfHost } from '../../../shared/url/host-map.ts';

const hosts = {
  'img.acme.com': 'acme',
  'photos.example.org': 'shop',
  '*.img.example.com': '*',
  'cdn.*.example.net': 'shop',
};

describe('the tenant of a host', () => {
  it.each([
    ['img.acme.com', 'acme'],
    ['IMG.Acme.COM', 'acme'],
    ['img.acme.com:8080', 'acme'],
    ['img.acme.com.', 'acme'],
    ['img.acme.com.:443', 'acme'],
    ['photos.example.org', 'shop'],
    ['acme.img.example.com', 'acme'],
    ['acme-2.img.example.com', 'acme-2'],
    ['cdn.eu.example.net', 'shop'],
  ])('%s is %s', (host, tenant) => {
    expect(tenantOfHost(hosts, host)).toBe(tenant);
  });

  it.each([
    undefined,
    '',
    'd111111abcdef8.cloudfront.net',
    'acme.com',
    'img.acme.com.evil.example',
    'ximg.acme.com',
    'a.b.img.example.com',
    'img.example.com',
    '.img.example.com',
    '*.img.example.com',
    'a_b.img.example.com',
    '-a.img.example.com',
    `${'a'.repeat(64)}.img.example.com`,
    'acme.img.example.com/evil',
    '__proto__',
    'constructor',
    'constructor.prototype',
    '127.0.0.1:8080',
    '[::1]:8080',
  ])('%j belongs to no tenant', (host) => {
    expect(tenantOfHost(hosts, host)).toBeUndefined();
  });
});

describe('the long form of a path', () => {
  it.each([
    ['/cat.jpg', 'kid=r1.1', '/acme/cat.jpg'],
    ['/acme/cat.jpg', 'kid=r1.1', '/acme/acme/cat.jpg'],
    ['//evil/cat.jpg', '', '/acme//evil/cat.jpg'],
    ['/../shop/cat.jpg', '', '/acme/../shop/cat.jpg'],
    ['/', '', '/acme/'],
    ['/acme/cat.jpg', 'exp=1&kid=r1.0&sig=x', '/acme/cat.jpg'],
    ['/acme/cat.jpg', 'kid=r1.0', '/acme/cat.jpg'],
    ['/cat.jpg', 'kid=r1.01', '/acme/cat.jpg'],
    ['/cat.jpg', 'xkid=r1.0', '/acme/cat.jpg'],
  ])('of %s?%s is %s', (uri, querystring, long) => {
    expect(longForm(hosts, 'img.acme.com', uri, querystring)).toBe(long);
    expect(longForm(hosts, 'other.example', uri, querystring)).toBe(uri);
  });
});
