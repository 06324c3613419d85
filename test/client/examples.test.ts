import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { html } from '../../client/html.ts';
import { type GrantedMinter, signet } from '../../client/signet.ts';
import { acme, edge } from './test-edge.ts';

const folder = new URL('../../client/examples/', import.meta.url);
const images = signet(acme);
const scope = 'albums/2026/*';
const grant = await images.grant({ scope, expires: new Date('2099-01-01') });

/** The images of both pages: one in several widths, one in two densities, and a picture in three formats. */
function tagsOf(granted: GrantedMinter): readonly string[] {
  const [cat, dog, garden] = ['cat.jpg', 'a dog & a cat.jpg', 'garden.jpg'].map(
    (name) => `albums/2026/${name}`,
  ) as [string, string, string];
  const widths = [320, 640, 1280];
  const sizes = '(min-width: 60rem) 50vw, 100vw';
  const auto = { format: 'auto' } as const;
  const square = { resize: { m: 'fill', w: 200, h: 200 }, quality: 70, ...auto } as const;
  const formats = ['avif', 'webp'] as const;
  return [
    html(granted.picture(cat, auto, { widths, sizes, alt: 'A cat' }), { loading: 'lazy' }),
    html(granted.picture(dog, square, { densities: [1, 2], alt: 'A dog & a cat' }), {
      ...{ width: 200, height: 200 },
    }),
    html(granted.picture(garden, {}, { widths, sizes, formats, alt: 'The garden' })),
  ];
}

const pages = [
  ['grant-in-cookie.html', images.withGrant(grant, { cookie: true })],
  ['grant-in-urls.html', images.withGrant(grant)],
] as const;

const entities: Readonly<Record<string, string>> = {
  ...{ '&amp;': '&', '&lt;': '<', '&gt;': '>' },
  ...{ '&quot;': '"', '&#39;': "'" },
};
const plain = (text: string): string =>
  text.replace(/&(?:amp|lt|gt|quot|#39);/g, (one) => entities[one] ?? '');

type Tag = { readonly name: string; readonly attributes: Readonly<Record<string, string>> };

/** Parses the tags of a page. Throws for a tag that is not written as the client writes it. */
function tagsIn(page: string): readonly Tag[] {
  const body = page.replace(/<!--[\s\S]*?-->/g, '').replace('<!doctype html>', '');
  return [...body.matchAll(/<([^>]*)>/g)].map(([, tag = '']) => {
    const [, name = '', rest = ''] = /^(\/?[a-z0-9]+)((?: [a-z]+="[^"<>]*")*)$/.exec(tag) ?? [];
    if (name === '') throw new Error(`<${tag}> is not well-formed`);
    const pairs = [...rest.matchAll(/ ([a-z]+)="([^"]*)"/g)];
    return {
      name,
      attributes: Object.fromEntries(pairs.map(([, key, value = '']) => [key, plain(value)])),
    };
  });
}

const urlsOf = ({ attributes: { src = '', srcset = '' } }: Tag): readonly string[] =>
  [src, ...srcset.split(', ').map((one) => one.split(' ')[0] ?? '')].filter((url) => url !== '');

describe('the pages of client/examples', () => {
  it('are all tested', () => {
    expect(readdirSync(folder).toSorted()).toEqual(pages.map(([name]) => name));
  });

  it.each(pages)('contain what the client writes: %s', (name, granted) => {
    const page = readFileSync(new URL(name, folder), 'utf8');
    const images = page.match(/<picture>.*<\/picture>|<img .*>/g);
    expect(images).toEqual(tagsOf(granted));
  });

  it.each(pages)('have URLs that the edge accepts: %s', async (name) => {
    const page = readFileSync(new URL(name, folder), 'utf8');
    const tags = tagsIn(page).filter(({ name: tag }) => ['img', 'source'].includes(tag));
    expect(tags.map(({ name: tag }) => tag)).toEqual(['img', 'img', 'source', 'source', 'img']);
    const urls = tags.flatMap(urlsOf);
    expect(urls).toHaveLength(4 + 3 + 3 + 3 + 4);
    for (const url of urls) {
      const key = await edge(url, 'image/avif', `signet-grant=${grant}`);
      expect(key).toMatch(/^acme\/albums\/2026\/[a-z &]+\.jpg__op__/);
      expect(url.includes('?')).toBe(name === 'grant-in-urls.html');
    }
  });
});
