import { describe, expect, it } from 'vitest';
import { nodeCrypto } from '../../../shared/adapters/crypto.ts';
import {
  cacheTags,
  derivativeHeaders,
  engineOf,
  sourceTag,
  writeBack,
} from '../../../shared/objects/derivatives.ts';
import { engineVersion } from '../../../shared/operations/engine.ts';
import { PortFailure } from '../../../shared/ports.ts';
import { recipeOf } from '../recipe/recipes.ts';
import { memoryStore } from './memory-store.ts';

const made = { type: 'webp', sourceEtag: '"abc"', engine: 'test' } as const;
const cache = { maxAge: 86_400, sharedMaxAge: 43_200 };
const derivative = (path: string, written = 'resize,w_9__op__format,f_webp') => ({
  tenant: 'acme',
  path,
  recipe: recipeOf(written),
});
const headersOf = (path: string, written?: string) =>
  derivativeHeaders(nodeCrypto, derivative(path, written), made, cache);

/** SHA-256 of `acme/cat.jpg`. */
const digest = nodeCrypto.sha256Hex('acme/cat.jpg').slice(0, 32);

describe('the headers of a derivative', () => {
  it('have its type, cache times and tags', () => {
    expect(headersOf('cat.jpg')).toEqual({
      contentType: 'image/webp',
      cacheControl: 'public, max-age=86400, s-maxage=43200',
      contentDisposition: 'inline; filename="cat.webp"',
      metadata: {
        'cache-tag': `s-${digest},t-acme`,
        'source-etag': '"abc"',
        recipe: 'resize,w_9__op__format,f_webp',
        engine: `${engineVersion} test`,
      },
    });
  });

  it('let caches keep it for a year if the URL has a revision', () => {
    expect(headersOf('cat.jpg', 'version,v_1').cacheControl).toBe(
      'public, max-age=31536000, immutable',
    );
  });

  it.each([
    ['a/b/cat.jpg', 'inline; filename="cat.webp"'],
    ['cat', 'inline; filename="cat.webp"'],
    ['cat.tar.gz', 'inline; filename="cat.tar.webp"'],
    ['.htaccess', 'inline; filename="image.webp"'],
    ['sale 50.png', 'inline; filename="sale 50.webp"'],
    ['a (1).png', 'inline; filename="a (1).webp"'],
    [
      'x"; filename=evil.html',
      `inline; filename="x__ filename_evil.webp"; filename*=UTF-8''x%22%3B%20filename%3Devil.webp`,
    ],
    ['a"b;c.png', `inline; filename="a_b_c.webp"; filename*=UTF-8''a%22b%3Bc.webp`],
    ["it's.png", `inline; filename="it_s.webp"; filename*=UTF-8''it%27s.webp`],
    ['café.png', `inline; filename="caf_.webp"; filename*=UTF-8''caf%C3%A9.webp`],
    ['日本.png', `inline; filename="__.webp"; filename*=UTF-8''%E6%97%A5%E6%9C%AC.webp`],
    ['50%+*.png', `inline; filename="50___.webp"; filename*=UTF-8''50%25%2B%2A.webp`],
  ])('names %s to be saved as %s', (path, disposition) => {
    expect(headersOf(path).contentDisposition).toBe(disposition);
  });

  it.each([
    ['cat.jpg', 'download', 'attachment; filename="cat.webp"'],
    ['cat.jpg', 'download,n_report', 'attachment; filename="report.webp"'],
    ['a/日本.png', 'download,n_Tokyo-2026', 'attachment; filename="Tokyo-2026.webp"'],
    ['cat.jpg', 'download,n_-1', 'attachment; filename="-1.webp"'],
    ['.htaccess', 'download', 'attachment; filename="image.webp"'],
    [
      'x"; filename=evil.html',
      'download',
      `attachment; filename="x__ filename_evil.webp"; filename*=UTF-8''x%22%3B%20filename%3Devil.webp`,
    ],
    [
      'a\u202egpj.exe',
      'download',
      `attachment; filename="a_gpj.webp"; filename*=UTF-8''a%E2%80%AEgpj.webp`,
    ],
  ])('let browsers save %s with %s as %s', (path, written, disposition) => {
    expect(headersOf(path, `${written}__op__resize,w_9`).contentDisposition).toBe(disposition);
  });

  it.each(['jpg', 'png', 'webp', 'avif', 'gif'] as const)(
    'end the name of a download in the type of the answer, %s',
    (type) => {
      // A recipe may name AVIF, and the answer for an animation is WebP.
      const recipe = 'download,n_a__op__format,f_avif';
      const headers = derivativeHeaders(
        nodeCrypto,
        derivative('cat.jpg', recipe),
        { ...made, type },
        cache,
      );
      expect(headers.contentDisposition).toBe(`attachment; filename="a.${type}"`);
    },
  );

  it('are printable ASCII, whatever the name of the source', () => {
    const texts = ['\u2028', '🐈', '"\\', 'é'.repeat(350)].flatMap((path) => {
      const { metadata, ...headers } = headersOf(`${path}.jpg`);
      return [...Object.values(headers), ...Object.values(metadata)];
    });
    expect(texts.filter((text) => !/^[\x20-\x7e]*$/.test(text))).toEqual([]);
  });
});

describe('a cache tag', () => {
  it('is one for each source and one for its tenant', () => {
    const paths = ['a', 'b', 'a/b', 'A'];
    const tags = paths.map((path) => sourceTag(nodeCrypto, { tenant: 'acme', path }));
    expect(new Set(tags).size).toBe(paths.length);
    expect(tags.every((tag) => /^s-[0-9a-f]{32}$/.test(tag))).toBe(true);
    expect(cacheTags(nodeCrypto, { tenant: 'acme', path: 'cat.jpg' })).toBe(`s-${digest},t-acme`);
  });
});

describe('writing back', () => {
  const bytes = new Uint8Array([1, 2, 3]);

  it('stores the derivative under its key with its headers', async () => {
    const store = memoryStore();
    const headers = headersOf('cat.jpg');
    await writeBack(store, derivative('cat.jpg'), bytes, headers);
    const kept = store.objects.get('acme/cat.jpg__op__resize,w_9__op__format,f_webp');
    expect(kept).toMatchObject({ body: bytes, options: headers });
  });

  it('succeeds and changes nothing if the derivative is already stored', async () => {
    const store = memoryStore();
    const headers = headersOf('cat.jpg');
    await writeBack(store, derivative('cat.jpg'), bytes, headers);
    await writeBack(store, derivative('cat.jpg'), new Uint8Array([9]), headers);
    expect([...store.objects.values()].map(({ body }) => body)).toEqual([bytes]);
  });

  it('leaves one object if two write at once', async () => {
    const store = memoryStore();
    const headers = headersOf('cat.jpg');
    const write = () => writeBack(store, derivative('cat.jpg'), bytes, headers);
    await Promise.all([write(), write()]);
    expect(store.objects.size).toBe(1);
  });

  it('throws if the store does not answer', async () => {
    const store = memoryStore();
    store.away = true;
    const wrote = writeBack(store, derivative('cat.jpg'), bytes, headersOf('cat.jpg'));
    await expect(wrote).rejects.toBeInstanceOf(PortFailure);
  });
});

it.each([
  [headersOf('cat.jpg').metadata['engine'], engineVersion],
  ['12 signet 1.0.0', 12],
  ['signet 0.1.0 sharp 0.35.5 vips 8.18.0', 0],
  ['0 signet', 0],
  ['1', 0],
  ['', 0],
])('%j was made by engine %i', (engine = '', version) =>
  expect(engineOf({ engine })).toBe(version),
);

it('an object without an engine was made before all others', () => expect(engineOf({})).toBe(0));
