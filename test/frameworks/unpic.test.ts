import { beforeAll, describe, expect, it } from 'vitest';
import { signet } from '../../client/signet.ts';
import { extract, generate, transform } from '../../client/unpic.ts';
import { acme, edge } from '../client/test-edge.ts';
import { framework, isMissing } from './frameworks.ts';

type Props = Readonly<Record<string, unknown>>;
type Transformed = { readonly src: string; readonly srcset: string; readonly type?: string };
type Core = Readonly<
  Record<'transformBaseImageProps' | 'transformBaseSourceProps', (props: Props) => Transformed>
>;
type Provider = Pick<typeof import('../../client/unpic.ts'), 'generate' | 'extract' | 'transform'>;

const images = signet(acme);
const src = '/albums/a cat (1).jpg';

/** The keys that the edge makes of the URLs of a srcset, by their descriptors. */
async function keysOf(srcset: string): Promise<Readonly<Record<string, string>>> {
  const candidates = srcset.split(/,\n/).map((one) => one.split(' '));
  const keys = candidates.map(async ([url = '', name = '']) => [
    name,
    await edge(url, 'image/webp'),
  ]);
  return Object.fromEntries(await Promise.all(keys));
}

const key = (recipe: string): string => `acme${src}__op__${recipe}`;

describe.skipIf(isMissing('unpic'))('unpic itself', () => {
  let core: Core;
  let options = { url: acme.url, tenant: 'acme', grant: '' };

  beforeAll(async () => {
    core = framework<Core>('@unpic/core/base');
    options = { ...options, grant: await images.grant({ scope: 'albums/*' }) };
  });

  it('makes an image of a fixed size in two densities', async () => {
    const props = {
      src,
      width: 400,
      height: 300,
      layout: 'fixed',
      transformer: transform,
      options,
    };
    const made = core.transformBaseImageProps(props);
    expect(await keysOf(made.srcset)).toEqual({
      '400w': key('resize,m_fill,w_400,h_300__op__format,f_webp'),
      '800w': key('resize,m_fill,w_800,h_600__op__format,f_webp'),
    });
    expect(await edge(made.src, 'image/webp')).toBe(
      key('resize,m_fill,w_400,h_300__op__format,f_webp'),
    );
    expect(made).toMatchObject({ width: 400, height: 300 });
  });

  it('makes an image with operations, up to twice its size', async () => {
    const operations = { quality: 60, grayscale: true, resize: { g: 'north' } };
    const props = { src, width: 700, aspectRatio: 2, transformer: transform, options, operations };
    const keys = await keysOf(core.transformBaseImageProps(props).srcset);
    const recipe = (w: number): string =>
      `resize,m_fill,w_${w},h_${w / 2},g_north__op__grayscale__op__quality,q_60__op__format,f_webp`;
    const widths = [640, 700, 750, 828, 960, 1080, 1280, 1400];
    expect(keys).toEqual(Object.fromEntries(widths.map((w) => [`${w}w`, key(recipe(w))])));
  });

  it('makes an image for screens of every width, and the edge accepts all of them', async () => {
    const tall = { src, layout: 'fullWidth', height: 9_000, aspectRatio: 0.5 };
    const keys = await keysOf(
      core.transformBaseImageProps({ ...tall, transformer: transform, options }).srcset,
    );
    expect(Object.keys(keys)).toHaveLength(15);
    expect(keys['640w']).toBe(key('resize,m_fill,w_640,h_1280__op__format,f_webp'));
    expect(keys['6016w']).toBe(key('resize,m_fill,w_4096,h_8192__op__format,f_webp'));
    for (const one of Object.values(keys)) expect(one).toMatch(/^acme\/albums\//);
  });

  it.each([
    ['image/jpeg', 'jpg'],
    ['image/avif', 'avif'],
    ['webp', 'webp'],
  ])('makes a source of the type %s', async (type, format) => {
    const props = {
      src,
      width: 4,
      height: 2,
      layout: 'fixed',
      type,
      transformer: transform,
      options,
    };
    const made = core.transformBaseSourceProps(props);
    expect(made.type).toBe(type.includes('/') ? type : `image/${type}`);
    expect(await keysOf(made.srcset)).toEqual({
      '4w': key(`resize,m_fill,w_4,h_2__op__format,f_${format}`),
      '8w': key(`resize,m_fill,w_8,h_4__op__format,f_${format}`),
    });
  });

  it('passes the format of its operations only to src, and that of the options to every URL', async () => {
    const formatsOf = async (more: Props): Promise<readonly string[]> => {
      const props = { src, width: 400, height: 300, transformer: transform, options, ...more };
      const made = core.transformBaseImageProps({ ...props, background: 'auto' });
      const { style } = made as unknown as { readonly style: Props };
      const [, small = ''] = /^url\((.*)\)$/.exec(`${style['background-image']}`) ?? [];
      const written = await keysOf(made.srcset);
      const keys = [await edge(made.src), await edge(small), ...Object.values(written)];
      return keys.map((one) => /format,f_(\w+)$/.exec(one)?.[1] ?? one);
    };
    // unpic overwrites it with an undefined format (getSrcSetEntries in @unpic/core).
    const [first, ...others] = await formatsOf({ operations: { format: 'png' } });
    expect(first).toBe('png');
    expect(new Set(others)).toEqual(new Set(['src', 'webp']));
    const everywhere = await formatsOf({ options: { ...options, format: 'png' } });
    expect(everywhere.length).toBeGreaterThan(4);
    expect(new Set(everywhere)).toEqual(new Set(['png']));
  });

  it('has a separate small image for the background', async () => {
    const props = {
      src,
      width: 480,
      height: 240,
      background: 'auto',
      transformer: transform,
      options,
    };
    const { style } = core.transformBaseImageProps(props) as unknown as { style: Props };
    const [, url = ''] = /^url\((.*)\)$/.exec(`${style['background-image']}`) ?? [];
    expect(await edge(url)).toMatch(/resize,m_fill,w_24,h_12/);
  });

  it('derives the same transform from extract and generate as the provider', async () => {
    const { createExtractAndGenerate } = framework<{
      createExtractAndGenerate: (
        extractor: Provider['extract'],
        generator: Provider['generate'],
      ) => Provider['transform'];
    }>('unpic/utils');
    const theirs = createExtractAndGenerate(extract, generate);
    const signed = await images.url('albums/1.jpg', { resize: { w: 4 }, grayscale: true });
    const granted = images.withGrant(options.grant).url('albums/1.jpg', 'resize,w_4,h_3');
    for (const one of [src, signed, granted, new URL(granted)])
      for (const asked of [{}, { width: 8 }, { width: 8, height: 6, format: 'png' }]) {
        const url = transform(one, asked, options);
        expect(theirs(one, asked, options)).toBe(url);
        expect(await edge(url, 'image/webp')).toMatch(/^acme\/albums\//);
      }
  });
});
