import { describe, expect, it } from 'vitest';
import { imageLoader } from '../../client/next.ts';
import { signet, withGrant } from '../../client/signet.ts';
import { acme, edge, refusalOf } from './test-edge.ts';

const images = signet(acme);
const byCookie = withGrant({ url: acme.url, tenant: 'acme' });

describe('a loader for next/image', () => {
  it.each([
    ['/albums/1.jpg', undefined, 'resize,w_640__op__format,f_auto'],
    ['albums/1.jpg', undefined, 'resize,w_640__op__format,f_auto'],
    ['albums/1.jpg', 60, 'resize,w_640__op__quality,q_60__op__format,f_auto'],
  ])('writes a URL under a grant for %s in quality %s', async (src, quality, recipe) => {
    const url = imageLoader(byCookie)({ src, width: 640, quality });
    expect(url).toBe(`https://img.example.com/acme/albums/1.jpg__op__${recipe}`);
    const grant = await images.grant({ scope: 'albums/*' });
    const granted = imageLoader(images.withGrant(grant))({ src, width: 640, quality });
    expect(granted).toBe(`${url}?grant=${grant}`);
    expect(await edge(granted, 'image/avif')).toMatch(/^acme\/albums\/1\.jpg__op__resize,w_640/);
  });

  it('takes the plain name of a source, which is not percent-encoded', () => {
    const url = imageLoader(byCookie)({ src: '/50% off?#.jpg', width: 64 });
    expect(url).toContain('/acme/50%25%20off%3F%23.jpg__op__');
  });

  it('accepts a function that makes the recipe', () => {
    const square = imageLoader(byCookie, ({ width, quality = 80 }) => ({
      resize: { m: 'fill', w: width, h: width },
      quality,
    }));
    expect(square({ src: 'a.jpg', width: 64 })).toMatch(
      /a\.jpg__op__resize,m_fill,w_64,h_64__op__quality,q_80$/,
    );
  });

  it.each([
    'https://elsewhere.example/a.jpg',
    'HTTP://elsewhere.example/a.jpg',
    '//elsewhere.example/a.jpg',
    'data:image/gif;base64,R0lGODlhAQABAAAAACw=',
    'blob:https://example.com/1',
    '/_next/static/media/logo.1a2b.png',
    '/base/_next/static/media/logo.1a2b.png',
  ])('refuses %s, which is not a source path', async (src) => {
    expect(await refusalOf(() => imageLoader(byCookie)({ src, width: 64 }))).toEqual({
      code: 'malformed',
      message: `"${src}" is an address, not a source path`,
    });
  });

  it.each(['_next/static/a.jpg', 'a:b.jpg', '/data:a.jpg', 'https:a.jpg'])(
    'accepts %s, which is a valid source path',
    (src) => {
      expect(imageLoader(byCookie)({ src, width: 64 })).toContain('/acme/');
    },
  );

  it.each(['/a//b.jpg', '/../a.jpg', '/'])('refuses the path %s like the edge', async (src) => {
    const refused = await refusalOf(() => imageLoader(byCookie)({ src, width: 64 }));
    expect(refused?.message).toMatch(/^the path has/);
  });
});
