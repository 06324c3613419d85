import { beforeAll, describe, expect, it } from 'vitest';
import { imageLoader, type LoaderRequest } from '../../client/next.ts';
import { withPolicy } from '../../client/policy.ts';
import { signet, withGrant } from '../../client/signet.ts';
import { acme, edge } from '../client/test-edge.ts';
import { framework, isMissing } from './frameworks.ts';

type Loader = (request: LoaderRequest) => string;
type Props = Readonly<Record<string, unknown>>;
type ImageProps = { readonly props: { readonly src: string; readonly srcSet: string } };

const images = signet(acme);
const byCookie = imageLoader(withGrant({ url: acme.url, tenant: 'acme' }));
const cat = { src: '/albums/a cat (1).jpg', alt: 'A cat' };

/** The descriptors of a srcset, each with its URL. */
const candidates = (srcset: string): readonly (readonly string[])[] =>
  srcset.split(', ').map((one) => one.split(' ').toReversed());

/** The descriptors of a srcset, each with the answer of the edge. */
async function keysOf(srcset: string, cookie?: string): Promise<readonly (readonly string[])[]> {
  return Promise.all(
    candidates(srcset).map(async ([name = '', url = '']) => [
      name,
      await edge(url, 'image/avif', cookie),
    ]),
  );
}

const key = (recipe: string): string =>
  `acme/albums/a cat (1).jpg__op__${recipe}__op__format,f_avif`;

describe.skipIf(isMissing('next/image'))('next/image itself', () => {
  let getImageProps: (props: Props) => ImageProps;
  /** Next.js calls this with the default export of `loaderFile` instead of its own loader. */
  let getImgProps: (props: Props, state: Props) => ImageProps;
  let renderImage: (props: Props) => string;
  let grant = '';

  beforeAll(async () => {
    ({ getImageProps } = framework<{ getImageProps: typeof getImageProps }>('next/image'));
    ({ getImgProps } = framework<{ getImgProps: typeof getImgProps }>(
      'next/dist/shared/lib/get-img-props',
    ));
    const { default: Image } = framework<{ default: unknown }>('next/image');
    const { createElement } = framework<{ createElement: (of: unknown, props: Props) => unknown }>(
      'react',
    );
    const { renderToStaticMarkup } = framework<{ renderToStaticMarkup: (of: unknown) => string }>(
      'react-dom/server',
    );
    renderImage = (props) => renderToStaticMarkup(createElement(Image, props));
    grant = await images.grant({ scope: 'albums/*' });
  });

  const granted = (): Loader => imageLoader(images.withGrant(grant));

  it('requests two densities of a fixed width, and the edge accepts both', async () => {
    const { props } = getImageProps({ ...cat, width: 500, height: 300, loader: granted() });
    expect(await keysOf(props.srcSet)).toEqual([
      ['1x', key('resize,w_640')],
      ['2x', key('resize,w_1080')],
    ]);
    expect(props.src).toBe(candidates(props.srcSet).at(-1)?.[1]);
    expect(props.srcSet.split(`?grant=${grant}`)).toHaveLength(3);
  });

  it('requests each of its widths for an image that fills its parent', async () => {
    const props = { ...cat, fill: true, sizes: '100vw', quality: 75, loader: granted() };
    const widths = [640, 750, 828, 1080, 1200, 1920, 2048, 3840];
    expect(await keysOf(getImageProps(props).props.srcSet)).toEqual(
      widths.map((width) => [`${width}w`, key(`resize,w_${width}__op__quality,q_75`)]),
    );
  });

  it('uses the loader of a loaderFile and the widths of next.config.js', async () => {
    const { imageConfigDefault } = framework<{ imageConfigDefault: Props }>(
      'next/dist/shared/lib/image-config',
    );
    const imgConf = {
      ...imageConfigDefault,
      loader: 'custom',
      deviceSizes: [320, 640],
      imageSizes: [],
    };
    const state = { defaultLoader: byCookie, imgConf };
    const { srcSet } = getImgProps({ ...cat, width: 320, height: 200 }, state).props;
    expect(srcSet).not.toContain('grant=');
    expect(await keysOf(srcSet, `signet-grant=${grant}`)).toEqual([
      ['1x', key('resize,w_320')],
      ['2x', key('resize,w_640')],
    ]);
    expect(await keysOf(srcSet)).toEqual([
      ['1x', 'forbidden'],
      ['2x', 'forbidden'],
    ]);
  });

  it('renders an <img> on the server', async () => {
    const html = renderImage({ ...cat, width: 500, height: 300, loader: granted() });
    const [, srcset = ''] = /<img [^>]*srcSet="([^"]*)"/i.exec(html) ?? [];
    expect(await keysOf(srcset.replaceAll('&amp;', '&'))).toEqual([
      ['1x', key('resize,w_640')],
      ['2x', key('resize,w_1080')],
    ]);
  });

  it('gets the widths of a policy if the loader has one', async () => {
    const operations = { resize: { w: [400, 800] }, format: { f: ['auto'] } };
    const document = { tenant: 'acme', operations };
    const policed = withPolicy(images.withGrant(grant), document, { snap: true });
    const props = { ...cat, width: 300, height: 200 };
    // In development, Next.js calls the loader once with a quality, to test it.
    expect(() => getImageProps({ ...props, loader: imageLoader(policed) })).toThrow(
      'the policy does not allow quality',
    );
    const loader = imageLoader(policed, ({ width }) => ({ resize: { w: width }, format: 'auto' }));
    expect(await keysOf(getImageProps({ ...props, loader }).props.srcSet)).toEqual([
      ['1x', key('resize,w_400')],
      ['2x', key('resize,w_800')],
    ]);
  });

  it('does not call the loader for data URLs and unoptimized images', () => {
    for (const props of [
      { src: 'data:image/gif;base64,R0lGODlhAQABAAAAACw=' },
      { src: 'https://elsewhere.example/a.jpg', unoptimized: true },
      { src: '/_next/static/media/logo.1a2b.png', unoptimized: true },
    ]) {
      const image = getImageProps({ alt: '', width: 64, height: 64, loader: byCookie, ...props });
      expect(image.props).toMatchObject({ src: props.src });
    }
  });

  it.each(['https://elsewhere.example/a.jpg', '/_next/static/media/logo.1a2b.png'])(
    'throws for %s instead of showing a broken image',
    (src) => {
      const props = { src, alt: '', width: 64, height: 64, loader: byCookie };
      const sentence = `"${src}" is an address, not a source path`;
      expect(() => getImageProps(props)).toThrow(sentence);
      expect(() => renderImage(props)).toThrow(sentence);
    },
  );
});
